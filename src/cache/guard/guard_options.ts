import type { Clock } from "../../time/clock.ts";
import type { CacheBackend } from "../backend/cache_backend.ts";
import type { BackendHealth, CacheOperation } from "./backend_health.ts";
import type { WriteOrder } from "./write_order.ts";

/** What is known of a backend, and shared by all who use it. */
export interface BackendState {
  /** Whether it is worth asking. */
  readonly health: BackendHealth;
  /** In which order it is changed. */
  readonly order: WriteOrder;
}

/** What a guard is put up with. */
export interface GuardedCacheOptions {
  /** The backend, which may fail in any way it likes. */
  readonly backend: CacheBackend;
  /** Its state, which all its guards share; `undefined` for one whose parts are guarded by themselves. */
  readonly state: BackendState | undefined;
  /** The same backend for what is asked for by name, where its parts are to know of it. */
  readonly named?: CacheBackend | undefined;
  /** The function that it is asked for, for messages. */
  readonly functionName: string;
  /** For the limit of an operation. */
  readonly clock: Clock;
  /** How long an operation may take, in milliseconds. */
  readonly timeoutMs: number;
  /** How long the first operation of all may take, in milliseconds, where `isFirst` says that it is. */
  readonly connectTimeoutMs: number;
  /** Whether the next operation is the first of all, of a backend that has to be opened. */
  readonly isFirst: () => boolean;
  /** Notified of each failure, and of each value that cannot be kept. */
  readonly onError: (operation: CacheOperation, error: unknown) => void;
}
