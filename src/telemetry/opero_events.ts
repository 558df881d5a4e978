import type { CacheStatus } from "../call/call_state.ts";

/** What every event of a call holds. */
export interface CallEvent {
  /** The name of the wrapped function. */
  readonly functionName: string;
  /** The id that all events and log lines of one call share. */
  readonly correlationId: string;
}

/** A call has its result. */
export interface SuccessEvent extends CallEvent {
  /** How long it took, in seconds. */
  readonly duration: number;
  /** How many times the function ran. */
  readonly attempts: number;
  /** What the cache did. */
  readonly cache: CacheStatus;
}

/** A call has failed. */
export interface FailureEvent extends CallEvent {
  /** How long it took, in seconds. */
  readonly duration: number;
  /** How many times the function ran. */
  readonly attempts: number;
  /** What the call rejects with. */
  readonly error: unknown;
}

/** A round has failed and another will be made. */
export interface RetryEvent extends CallEvent {
  /** The round that will be made, from 1. */
  readonly retry: number;
  /** The wait before it, in seconds. */
  readonly delay: number;
  /** What the last attempt threw. */
  readonly error: unknown;
}

/** A fallback value has failed and the next is tried. */
export interface FallbackEvent extends CallEvent {
  /** The index of the value that will be tried. */
  readonly fallbackIndex: number;
  /** What the attempt with the value before it threw. */
  readonly error: unknown;
}

/** A fallback value cools down: it is not tried while there is another that does not. */
export interface FallbackCooldownEvent extends CallEvent {
  /** The index of the value in the list of the call. */
  readonly fallbackIndex: number;
  /** For how long, in seconds. */
  readonly cooldown: number;
  /** What the attempt with it threw. */
  readonly error: unknown;
}

/** A backend of the cache failed. */
export interface CacheErrorEvent {
  /** The name of the wrapped function. */
  readonly functionName: string;
  /** What was asked of the backend. */
  readonly operation: "get" | "set" | "delete" | "clear" | "lock";
  /** What it threw. */
  readonly error: unknown;
}

/** A call waits for the rate limit. */
export interface RateLimitedEvent extends CallEvent {
  /** The wait as it looks now, in seconds. */
  readonly wait: number;
}

/** The server has paused a rate limit: nothing that shares it starts before the pause is over. */
export interface RateLimitPausedEvent {
  /** The name of the wrapped function whose attempt was given the answer. */
  readonly functionName: string;
  /** The index of the fallback value whose limit it is, or `undefined` where it is that of all values. */
  readonly fallbackIndex: number | undefined;
  /** How long the pause is from now on, in seconds. */
  readonly pause: number;
}

/** Another attempt is made beside one that is slow. */
export interface HedgeEvent extends CallEvent {
  /** The hedge of the attempt, from 1. */
  readonly hedge: number;
  /** How long the attempt before it has run, in seconds. */
  readonly delay: number;
}

/** A call waits for a slot, or was refused one. */
export interface QueueEvent extends CallEvent {
  /** How many wait for a slot, the call itself included where it does. */
  readonly waiting: number;
}

/** A circuit breaker has changed. */
export interface CircuitEvent {
  /** The name of the wrapped function whose call, or whose handle, changed it. */
  readonly functionName: string;
  /** The name by which functions share the breaker, or `undefined` where it is the function's own. */
  readonly name: string | undefined;
  /** The index of the fallback value whose breaker it is, or `undefined` where it is that of all calls. */
  readonly fallbackIndex: number | undefined;
  /** The attempts that were counted while it was closed last. */
  readonly calls: number;
  /** Those of them that failed. */
  readonly failures: number;
  /** Those of them that took longer than `slowCall`. */
  readonly slowCalls: number;
  /** How long it is open, in seconds; `undefined` where it is not. */
  readonly openFor: number | undefined;
}

/** A call waits until its circuit breaker may let it through. */
export interface CircuitWaitEvent extends CallEvent {
  /** The wait, in seconds. */
  readonly wait: number;
  /** What its attempt was refused with. */
  readonly error: unknown;
}

/** An item of a map is done. */
export interface ItemDoneEvent {
  /** The name of the wrapped function. */
  readonly functionName: string;
  /** The item's place, from 0. */
  readonly index: number;
  /** Whether it has its result. */
  readonly ok: boolean;
}

/** The events of an instance, by name. No event holds an argument or a cached value. */
export interface OperoEvents {
  /** A call has its result. */
  success: SuccessEvent;
  /** A call has failed. */
  failure: FailureEvent;
  /** Another round will be made. */
  retry: RetryEvent;
  /** The next fallback value is tried. */
  fallback: FallbackEvent;
  /** A fallback value cools down. */
  fallbackCooldown: FallbackCooldownEvent;
  /** The cache had a fresh result. */
  cacheHit: CallEvent;
  /** The cache had no result. */
  cacheMiss: CallEvent;
  /** The cache served a result past its time. */
  cacheStale: CallEvent;
  /** A call joined one that was in flight. */
  cacheCoalesced: CallEvent;
  /** A backend of the cache failed. */
  cacheError: CacheErrorEvent;
  /** A call waits for the rate limit. */
  rateLimited: RateLimitedEvent;
  /** The server has paused a rate limit, or made a pause longer by a second or more. */
  rateLimitPaused: RateLimitPausedEvent;
  /** Another attempt is made beside one that is slow. */
  hedge: HedgeEvent;
  /** A call waits for a slot, as `concurrency` are in flight. */
  queued: QueueEvent;
  /** A call got no slot: too many wait, or it has waited for too long. */
  shed: QueueEvent;
  /** A circuit breaker has opened: no attempt is made for a while. */
  circuitOpened: CircuitEvent;
  /** A circuit breaker lets trials through. */
  circuitHalfOpened: CircuitEvent;
  /** A circuit breaker has closed: all is as before. */
  circuitClosed: CircuitEvent;
  /** A circuit breaker was isolated by its handle. */
  circuitIsolated: CircuitEvent;
  /** A call waits for its circuit breaker. */
  circuitWait: CircuitWaitEvent;
  /** An item of a map is done. */
  itemDone: ItemDoneEvent;
}

/** All names of events, so that listening to any other can be refused. */
export const EVENT_NAMES: readonly (keyof OperoEvents)[] = Object.keys(
  {
    success: true,
    failure: true,
    retry: true,
    fallback: true,
    fallbackCooldown: true,
    cacheHit: true,
    cacheMiss: true,
    cacheStale: true,
    cacheCoalesced: true,
    cacheError: true,
    rateLimited: true,
    rateLimitPaused: true,
    hedge: true,
    queued: true,
    shed: true,
    circuitOpened: true,
    circuitHalfOpened: true,
    circuitClosed: true,
    circuitIsolated: true,
    circuitWait: true,
    itemDone: true,
  } satisfies Record<keyof OperoEvents, true>,
) as (keyof OperoEvents)[];

type CircuitEventName = "circuitOpened" | "circuitHalfOpened" | "circuitClosed" | "circuitIsolated";
/** The events that are recorded of a call. */
export type CallEventName = Exclude<
  keyof OperoEvents,
  "cacheError" | "rateLimitPaused" | "itemDone" | CircuitEventName
>;
