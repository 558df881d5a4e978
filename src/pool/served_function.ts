import type { ErrorClass } from "./wire/error_class.ts";
import type { PooledFunction } from "./wire/pooled_function.ts";

/** A function of the pool, as a worker serves it. */
export interface ServedFunction {
  /** What the pool and its workers call it. */
  readonly id: number;
  /** How a worker finds it. */
  readonly fn: PooledFunction;
  /** How many of its items a worker runs at once. */
  readonly concurrency: number;
  /** The classes that errors of workers become again. */
  readonly known: ReadonlyMap<string, ErrorClass>;
}
