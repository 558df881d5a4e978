import { Call, stateOf } from "../../src/call/call.ts";
import { type AnyPooledFunction, referToFunction } from "../../src/pool/function_reference.ts";
import type { ShareOptions, WorkerPoolOptions } from "../../src/pool/pool.ts";
import type { PoolShare } from "../../src/pool/pool_share.ts";
import { WorkerPool } from "../../src/pool/worker_pool.ts";

/** A pool with one worker that runs one item at a time, unless `options` say otherwise. */
export function openPool(fn: AnyPooledFunction, options: OpenPoolOptions = {}): PoolShare {
  return openShare(new WorkerPool(options), fn, options);
}

/** What {@link openPool} may be told. */
export type OpenPoolOptions = Partial<ShareOptions> & WorkerPoolOptions & { readonly module?: string };

/** The part of `pool` that serves `fn`. */
export function openShare(pool: WorkerPool, fn: AnyPooledFunction, options: OpenPoolOptions = {}): PoolShare {
  const { module, ...rest } = options;
  const reference = referToFunction(fn, "open a pool", module);
  return pool.openShare(reference, { workers: 1, workerConcurrency: 1, maxCrashesPerItem: 2, ...rest });
}

/** A call for `item`. */
export function callFor(item: unknown, index = 0): Call {
  return new Call(undefined, [item], index);
}

/** Runs `item` in `pool`. */
export function runItem(pool: PoolShare, item: unknown, index = 0): Promise<unknown> {
  return pool.run(callFor(item, index));
}

/** The call for the attempt after the first of an item. */
export function retryCallFor(item: unknown): Call {
  const call = callFor(item, 7);
  call.attemptNumber = 2;
  const state = stateOf(call);
  state.retry = 1;
  state.fallbackIndex = 2;
  state.correlationId = "order-17";
  const record = { number: 1, retry: 0, fallbackIndex: 0, startedAt: new Date(0), duration: 0, error: undefined };
  state.attempts.push(record);
  return call;
}

/** What `promise` rejects with. */
export async function rejection<E = Error>(promise: Promise<unknown>): Promise<E> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error as E;
  }
  throw new Error(`Expected a rejection, got ${String(value)}`);
}
