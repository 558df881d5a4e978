import type { Clock } from "../../time/clock.ts";
import type { LimitStore } from "./limit_store.ts";

/** One limit in a store. */
export interface SharedLimit {
  /** What it is known by. */
  readonly key: string;
  /** The time in which one token comes back, in milliseconds. */
  readonly intervalMs: number;
  /** How many tokens there are at most. */
  readonly burst: number;
}

/** What a process does while the store of its limits is away. */
export type StoreFailure = "share" | "fail" | "open";

/** What is kept in a store, and how. */
export interface SharedLimits {
  readonly store: LimitStore;
  /** The limits, of all of which a start takes tokens; at least one. */
  readonly limits: readonly SharedLimit[];
  readonly onFailure: StoreFailure;
  readonly clock: Clock;
  /** Is called where the store is away, once an outage, with the reason and what is done meanwhile. */
  readonly onAway: (error: unknown, meanwhile: string) => void;
  /** Is called where it is back. */
  readonly onBack: () => void;
}
