/** The few assertions that the cases need: they run where no module of a test library can be had. */

/** Throws unless `actual` is `expected`, by value. */
export function equal(actual: unknown, expected: unknown): void {
  if (!isSame(actual, expected)) throw new Error(`${show(actual)} is not ${show(expected)}`);
}

/** Throws unless `text` matches. */
export function match(text: unknown, pattern: RegExp): void {
  if (!pattern.test(String(text))) throw new Error(`${show(text)} does not match ${pattern}`);
}

/** The error that `promise` rejects with, which has to be of `name`. */
export async function rejection(promise: Promise<unknown>, name: string): Promise<Error & Record<string, unknown>> {
  const error = await promise.then((value) => new Error(`It resolved to ${show(value)}`), (error) => error);
  if (error?.name !== name) throw new Error(`${error?.name} in place of ${name}: ${error?.message}`, { cause: error });
  return error;
}

/** The error that `fn` throws, which has to be of `name`. */
export function thrown(fn: () => unknown, name: string): Error & Record<string, unknown> {
  let error: Error | undefined;
  try {
    fn();
  } catch (caught) {
    error = caught as Error;
  }
  if (error?.name !== name) throw new Error(`${error?.name} in place of ${name}: ${error?.message}`, { cause: error });
  return error as Error & Record<string, unknown>;
}

function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.prototype.toString.call(a) !== Object.prototype.toString.call(b)) return false;
  if (a instanceof Date) return a.getTime() === (b as Date).getTime();
  if (a instanceof Map || a instanceof Set) return isSame([...a], [...b as Iterable<unknown>]);
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => key in b && isSame(Reflect.get(a, key), Reflect.get(b, key)));
}

function show(value: unknown): string {
  try {
    return typeof value === "string" ? value : JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
