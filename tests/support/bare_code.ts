/* What a good engineer writes by hand for what the library promises: no more, and nothing left on a timer, a set or a signal. */

type Reject = (reason: unknown) => void;

/** One listener on a signal serves all who wait, as a careful author has it: a listener for each is quadratic. */
export class Aborts {
  readonly #controller = new AbortController();
  readonly #rejects = new Set<Reject>();

  constructor() {
    const { signal } = this.#controller;
    signal.addEventListener("abort", () => this.#rejects.forEach((reject) => reject(signal.reason)));
  }

  readonly end = (): void => this.#controller.abort();

  get isOver(): boolean {
    return this.#controller.signal.aborted;
  }

  follow(reject: Reject): () => void {
    this.#rejects.add(reject);
    return () => this.#rejects.delete(reject);
  }
}

export function failed(cause: unknown): Error {
  return new Error("The only attempt failed", { cause });
}

export async function wrapping(fn: () => Promise<unknown>): Promise<unknown> {
  try {
    return await fn();
  } catch (error) {
    throw failed(error);
  }
}

/** `fn`, unless the signal of `aborts` comes before it. */
export async function abortable(aborts: Aborts, fn: () => Promise<unknown>): Promise<unknown> {
  let leave!: () => void;
  const aborted = new Promise((_, reject) => leave = aborts.follow(reject));
  try {
    return await Promise.race([fn(), aborted]);
  } finally {
    leave();
  }
}

/** A timer of the platform for each call. */
export function sleep(ms: number, aborts: Aborts): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      leave();
      resolve();
    }, ms);
    const leave = aborts.follow((reason) => {
      clearTimeout(timer);
      reject(reason);
    });
  });
}

export type SetTimer = (callback: () => void) => () => void;

export const platformTimer: SetTimer = (callback) => {
  const timer = setTimeout(callback, 3_600_000);
  return () => clearTimeout(timer);
};

export async function limited(setTimer: SetTimer, fn: () => Promise<unknown>): Promise<unknown> {
  let cancel!: () => void;
  const late = new Promise((_, reject) => {
    cancel = setTimer(() => reject(new DOMException("The attempt took longer than 1 s", "TimeoutError")));
  });
  try {
    return await Promise.race([fn(), late]);
  } finally {
    cancel();
  }
}

/** Lets an attempt start at once, or refuses it. */
export function withinRate(rate: { dueMs: number }, fn: () => Promise<unknown>): Promise<unknown> {
  const waitMs = rate.dueMs - performance.now();
  if (waitMs > 0) throw new RangeError(`No call is let through for another ${(waitMs / 1_000).toFixed(1)} s`);
  rate.dueMs += 3_600_000;
  return fn();
}

/** Waits in `queue` for a turn, or until the abort. */
export function queued(queue: Set<() => void>, aborts: Aborts): Promise<void> {
  return new Promise((resolve, reject) => {
    const start = () => {
      leave();
      resolve();
    };
    queue.add(start);
    const leave = aborts.follow((reason) => {
      queue.delete(start);
      reject(reason);
    });
  });
}

export const never = (): Promise<unknown> => new Promise(() => {});

/** Joins the run under way for a key, or begins it. */
export function sharing<Key>(): (key: Key, fn: () => Promise<unknown>) => Promise<unknown> {
  const flights = new Map<Key, Promise<unknown>>();
  return (key, fn) => {
    const flying = flights.get(key);
    if (flying !== undefined) return flying;
    const flight = wrapping(fn).finally(() => flights.delete(key));
    flights.set(key, flight);
    return flight;
  };
}

/** Tries `retries` times again what fails, unless it was the abort or a refusal. */
export async function retrying(
  retries: number,
  aborts: Aborts,
  fn: () => Promise<unknown>,
  wait: () => Promise<void>,
): Promise<unknown> {
  for (let retry = 0;; retry++) {
    try {
      return await fn();
    } catch (error) {
      if (aborts.isOver || error instanceof RangeError) throw error;
      if (retry === retries) throw new Error(`All ${retries + 1} attempts failed`, { cause: error });
    }
    await wait();
  }
}

export async function followed(signal: AbortSignal, fn: () => Promise<unknown>): Promise<unknown> {
  let onAbort!: () => void;
  const aborted = new Promise((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([fn(), aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

export async function fallingBack(fn: () => Promise<unknown>, fallback: (error: Error) => unknown): Promise<unknown> {
  try {
    return await fn();
  } catch (error) {
    return await fallback(failed(error));
  }
}

/** A list of items: each to its end, then one error for those that failed. */
export async function allOf(calls: readonly Promise<unknown>[]): Promise<unknown> {
  const settled = await Promise.allSettled(calls);
  const errors = settled.filter((each) => each.status === "rejected").map((each) => each.reason);
  throw new AggregateError(errors, `${errors.length} of ${calls.length} items failed`);
}
