import type { MaybePromise } from "../../call/maybe_promise.ts";
import type { CacheOperation } from "./backend_health.ts";

/** One operation of a backend. */
export interface GuardedWork<R> {
  /** Its kind, by which its failures are counted. */
  readonly operation: CacheOperation;
  /** Does it. */
  readonly act: () => MaybePromise<unknown>;
  /** Makes the answer one that can be relied on. Throws where it is none. */
  readonly accept: (answer: unknown) => R;
  /** How long it may take, in milliseconds. */
  readonly limitMs: number;
}
