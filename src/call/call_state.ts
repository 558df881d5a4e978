import type { AttemptRecord } from "../errors/all_failed_error.ts";
import type { AbortScope } from "./abort_scope.ts";
import type { CallWatcher } from "./call_watcher.ts";
import { keepShape } from "../runtime/kept_shape.ts";

/** What the cache did for a call; `"journal"` where the value was recorded by an earlier run of a map. */
export type CacheStatus = "hit" | "miss" | "stale" | "coalesced" | "off" | "journal";

/** What one call may ask of the cache: to run and store whatever is there, or not to use it. */
export type CacheMode = "refresh" | "bypass";

/** The attempt that runs now, as those that may have to stop it see it. */
export interface RunningAttempt {
  /** Whether it waits for a worker; `undefined` for one that runs here, which never does. */
  readonly isWaiting?: boolean;
  /** Asks the attempt to stop; its result no longer counts. */
  abort(reason: unknown): void;
}

/**
 * How an attempt ended that has no value: it `failed`; it was `refused` before it began, and the next fallback value may
 * be tried; or what it threw is `final`, and ends the call.
 */
export type AttemptOutcome = "failed" | "refused" | "final";

/** An attempt that ended without a value, and what was decided of it at that moment. */
export interface EndedAttempt {
  /** How it ended. */
  readonly outcome: AttemptOutcome | undefined;
  /** What it threw, or was refused with. */
  readonly error: unknown;
  /** Whether another round may follow for its sake. */
  readonly canRetry: boolean;
  /** Whether the next fallback value may be tried after it. */
  readonly canTryNext: boolean;
  /** Whether it is worth to wait until what refused it lets another through. */
  readonly isWaitedFor: boolean;
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

/** What a call may wait for before an attempt. */
export type WaitReason =
  | "retry"
  | "Retry-After"
  | "next fallback value"
  | "rate limit"
  | "quota used up"
  | "paused"
  | "circuit breaker";

/** A retry that was taken from a budget. */
export interface RetryTaken {
  /** When, as a monotonic time in milliseconds. */
  readonly atMs: number;
  /** How many attempts had begun before. */
  readonly attempts: number;
}

/** Most calls have no attempt that failed, so there is one list for them all, which stays empty. */
const NONE: EndedAttempt[] = [];

/** A call, as those know it whom it serves. */
export interface ServingCall {
  /** The number of its latest attempt. */
  readonly attemptNumber: number;
  /** What is known of it. */
  readonly state: CallState | undefined;
}

/** What a call comes to know of itself when anything but success at the first go happens. */
export class CallState {
  /** How many attempts have begun. */
  attemptCount: number;
  /** Whether nothing may follow: what is thrown ends the call. */
  isFinal = false;
  /** Whether it must be known exactly when its attempts begin; the first one is dated to the turn otherwise. */
  isTimed = false;
  /** The round, from 0. */
  retry = 0;
  /** The index of the fallback value being tried. */
  fallbackIndex: number | undefined = undefined;
  /** Whether there is a fallback value after the one being tried. */
  hasNextValue = false;
  /** The attempts of this round that ended without a value, in the order in which they did. */
  round: EndedAttempt[] = NONE;
  /** The failed attempts. */
  readonly attempts: AttemptRecord[] = [];
  /** Milliseconds waited, or to be waited, for what refused all of a round, and how many times that was. */
  refusalWaitMs = 0;
  refusalWaits = 0;
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
  /** What follows the call, as a span of a trace does. */
  watcher: CallWatcher | undefined = undefined;
  /** The caller's signal, from `fn.with({ signal })`. */
  signal: AbortSignal | undefined = undefined;
  /** The call that ran in this one's stead, where the cache let several share one. */
  servedBy: ServingCall | undefined = undefined;
  /** What can cancel the whole call. */
  scope: AbortScope | undefined;
  /** The monotonic time by which it must be done, in milliseconds. */
  deadlineAtMs: number = Infinity;
  /** Options of this one call. */
  limits: CallLimits | undefined = undefined;
  // Declared only, and set where it is needed: a field that is set costs every call that has a state.
  /** What stays the same over all attempts, where that is not the key of the run and the place in it. */
  declare idempotencyKey: string | undefined;

  /** The worker on another machine that its latest attempt ran on, if one did. */
  declare worker: string | undefined;

  /** The latest retry that was taken from a budget. It is declared only, as few calls have one. */
  declare retryTaken: RetryTaken | undefined;

  /** What is known at first: what can cancel the call, and how many attempts have begun. */
  constructor(scope: AbortScope | undefined, attemptCount: number) {
    this.scope = scope;
    this.attemptCount = attemptCount;
  }

  /** Adds an attempt that ended without a value to this round. */
  addEnded(attempt: EndedAttempt): void {
    if (this.round === NONE) this.round = [attempt];
    else this.round.push(attempt);
  }
}

const example = new CallState(undefined, 0);
example.waitedMs = example.waitUntilMs = example.refusalWaitMs = 0.5;
keepShape(example);
