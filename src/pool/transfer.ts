import { workerHook } from "../runtime/worker_hook.ts";

const movedBy = new WeakMap<object, readonly ArrayBuffer[]>();

/**
 * Marks `buffers`, which `value` holds, to be moved to a worker or back from one, in place of being
 * copied. Use it on an item of a map, or on what a function in a pool returns; where nothing
 * travels it does nothing. Moved buffers are empty afterwards, so an item can be sent only once:
 * without a copy of your own, leave it out where an attempt may have to be made again.
 *
 * @param value An item that is sent, or a result that is returned.
 * @param buffers What is moved.
 * @returns `value` itself.
 *
 * @example
 * ```ts
 * import { opmap, transfer } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * await using sums = opmap((bytes: Uint8Array) => bytes.reduce((sum, byte) => sum + byte, 0), {
 *   mode: "process",
 *   workers: 1,
 *   retries: 0,
 *   progress: false,
 * });
 * const bytes = new Uint8Array([1, 2, 3]);
 * assertEquals(await sums([transfer(bytes, [bytes.buffer])]), [6]);
 * assertEquals(bytes.length, 0);
 * ```
 */
export function transfer<T extends object>(value: T, buffers: readonly ArrayBuffer[]): T {
  (workerHook()?.moved ?? movedBy).set(value, buffers);
  return value;
}

/**
 * What is moved along with `value`.
 *
 * @param value Any value.
 * @returns The buffers, or `undefined`.
 */
export function movedBuffers(value: unknown): readonly ArrayBuffer[] | undefined {
  return typeof value === "object" && value !== null ? movedBy.get(value) : undefined;
}
