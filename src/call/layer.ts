import type { AttemptRecord } from "../errors.ts";
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
  servedBy: Call | undefined = undefined;
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

/**
 * One call of a wrapped function on its way through the layers. It is made for every call, so it
 * holds little; the rest stands in {@link CallState}, made when it is first needed.
 */
export class Call {
  /** The `this` of the call. */
  readonly self: unknown;
  /** The arguments; a layer that changes them puts another array here. */
  args: readonly unknown[];
  /** The item's place in a map, from 0. */
  readonly index: number | undefined;
  /** What can call off the map that it is a part of, which its calls share. */
  readonly mapScope: AbortScope | undefined;
  /** The monotonic time at which the latest attempt began, in milliseconds. */
  startedMs = 0;
  /** The latest attempt, where somebody may have to stop it. */
  attempt: RunningAttempt | undefined = undefined;
  /** What is known beyond the plain success. */
  state: CallState | undefined = undefined;

  /** A call that has not begun. */
  constructor(self: unknown, args: readonly unknown[], index?: number, mapScope?: AbortScope) {
    this.self = self;
    this.args = args;
    this.index = index;
    this.mapScope = mapScope;
  }
}

/** The state of `call`, made now if it has none. */
export function stateOf(call: Call): CallState {
  return call.state ??= new CallState(call.mapScope);
}

/** Runs a call; never throws, but answers with a promise that rejects. */
export type Handler = (call: Call) => Promise<unknown>;

/** A policy: it wraps the handler of what lies within it. It is applied once, when a function is wrapped. */
export type Layer = (next: Handler) => Handler;

/** Nests `layers`, the outermost first, around `innermost`. What is off is `undefined` and costs nothing. */
export function compose(layers: readonly (Layer | undefined)[], innermost: Handler): Handler {
  return layers.reduceRight<Handler>((next, layer) => layer === undefined ? next : layer(next), innermost);
}
