/** What a size came to. */
export interface Grown {
  /** How many items, keys, calls, rows or files there are. */
  readonly size: number;
  /** Nanoseconds a call, by what the call does. */
  readonly times: Readonly<Record<string, number>>;
  /** Bytes that each of them takes: of memory, or of the disk. */
  readonly bytes: number;
  /** The longest block of the event loop by what the library does by itself, in milliseconds, by what it does. */
  readonly blocks: Readonly<Record<string, number>>;
}

/** What is made larger and larger. */
export interface Growing {
  /** What there is more and more of. */
  readonly title: string;
  readonly sizes: readonly number[];
  /** Measures one size, in a process of its own. */
  readonly grow: (size: number) => Promise<Omit<Grown, "size">>;
}

/**
 * Times calls as a whole.
 *
 * @param count How many calls `work` makes.
 * @param work Makes them.
 * @returns Nanoseconds a call.
 */
export async function nsEach(count: number, work: () => unknown): Promise<number> {
  const startMs = performance.now();
  await work();
  return (performance.now() - startMs) * 1e6 / count;
}

/**
 * What is in use on the heap after a collection.
 *
 * @returns Bytes.
 */
export function heapBytes(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return Deno.memoryUsage().heapUsed;
}

/**
 * The powers of ten from one to another.
 *
 * @param from The exponent of the first.
 * @param to The exponent of the last.
 * @returns The numbers.
 */
export function powersOfTen(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, n) => 10 ** (from + n));
}
