import type { AttemptRecord } from "../errors/all_failed_error.ts";
import type { AbortScope } from "./abort_scope.ts";

/** What the cache did for a call. */
export type CacheStatus = "hit" | "miss" | "stale" | "coalesced" | "off";

/** What one call may ask of the cache: to run and store whatever is there, or to leave it alone. */
export type CacheMode = "refresh" | "bypass";

/** The attempt that runs now, as those that may have to stop it see it. */
export interface RunningAttempt {
  /** Tells the attempt to stop; its result no longer counts. */
  abort(reason: unknown): void;
}

/** Options of one call, from `fn.with()`. */
export interface CallLimits {
  /** Limit of an attempt in milliseconds, in place of the option. */
  readonly timeoutMs: number | undefined;
  /** Limit of the whole call in milliseconds, in place of the option. */
  readonly deadlineMs: number | undefined;
  /** How many rounds may follow the first, in place of the option. */
  readonly retries?: number | undefined;
  /** What the call asks of the cache; calls that ask for something else do not share a run with it. */
  readonly cache?: CacheMode | undefined;
}

/**
 * How the latest attempt stands: it `waits` to begin, it `runs`, it `failed` and another may be made,
 * or its error (or a refusal to make one) is `final` and is thrown on.
 */
export type AttemptPhase = "waits" | "runs" | "failed" | "final";

/** What a call may wait for before an attempt. */
export type WaitReason = "retry" | "Retry-After" | "next fallback value" | "rate limit";

/** A call, as those know it whom it serves. */
export interface ServingCall {
  /** What is known of it. */
  readonly state: CallState | undefined;
}

/** What a call comes to know of itself when anything but success at the first go happens. */
export class CallState {
  /** How the latest attempt stands. */
  phase: AttemptPhase = "runs";
  /** The round, from 0. */
  retry = 0;
  /** The index of the fallback value being tried. */
  fallbackIndex: number | undefined = undefined;
  /** Where the attempts of this round begin among all. */
  roundStart = 0;
  /** Whether an attempt of this round threw what is to be retried. */
  isRepeatable = false;
  /** The failed attempts. */
  readonly attempts: AttemptRecord[] = [];
  /** Milliseconds waited for the rate limit and between attempts. */
  waitedMs = 0;
  /** The monotonic time at which the wait under way ends, in milliseconds, or 0 while nothing is waited for. */
  waitUntilMs = 0;
  /** What is waited for then, in words. */
  waitReason: WaitReason = "retry";
  /** What the cache did. */
  cache: CacheStatus = "off";
  /** The id of its log lines and events, once one was needed. */
  correlationId: string | undefined = undefined;
  /** The caller's signal, from `fn.with({ signal })`. */
  signal: AbortSignal | undefined = undefined;
  /** The call that ran in this one's stead, where the cache let several share one. */
  servedBy: ServingCall | undefined = undefined;
  /** What can call the whole call off. */
  scope: AbortScope | undefined;
  /** The monotonic time by which it must be done, in milliseconds. */
  deadlineAtMs: number = Infinity;
  /** Options of this one call. */
  limits: CallLimits | undefined = undefined;

  /** What is known at first: that `scope` can call the call off. */
  constructor(scope?: AbortScope) {
    this.scope = scope;
  }
}
