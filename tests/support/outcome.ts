/** The result of work that may fail, tagged so that any value, `undefined` too, may be thrown. */
export type Outcome<R> =
  | { readonly ok: true; readonly value: R }
  | { readonly ok: false; readonly error: unknown };

/** Waits for `promise` and tells how it ended; never rejects. */
export function outcomeOf<R>(promise: PromiseLike<R>): Promise<Outcome<R>> {
  return Promise.resolve(promise).then(
    (value) => ({ ok: true, value }),
    (error) => ({ ok: false, error }),
  );
}
