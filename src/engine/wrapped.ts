import type { Duration } from "../time/duration.ts";
import type { CacheStats } from "../cache/results/cache_account.ts";
import type { EventHub } from "../telemetry/events.ts";
import type { CacheMode, CacheStatus } from "../call/call_state.ts";
import type { OperoEvents } from "../telemetry/opero_events.ts";
import type { PolicyHandles } from "../policy/policy_handles.ts";
import type { OperoOptions } from "./opero_options.ts";
import type { ShownOptions } from "./shown_options.ts";

/** Any function. */
// deno-lint-ignore no-explicit-any -- `unknown[]` would refuse functions with typed parameters
export type AnyFunction = (this: any, ...args: any[]) => unknown;

/** Any function that answers with a promise. */
// deno-lint-ignore no-explicit-any -- as above
export type AsyncFunction = (this: any, ...args: any[]) => Promise<any>;

/** The properties of a function's type, without its calls. */
export type OwnProperties<F> = { [Key in keyof F]: F[Key] };

/** Options of one call, for `fn.with()`. */
export interface CallOptions {
  /** Aborts this call; it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** The limit of this whole call, in place of the option. */
  readonly deadline?: Duration | undefined;
  /** The limit of each attempt of this call, in place of the option. */
  readonly timeout?: Duration | undefined;
  /** How many times this call is tried again, in place of the option. */
  readonly retries?: number | undefined;
  /**
   * What this call does with the cache: `"refresh"` runs and stores the result, whatever is there; `"bypass"` runs,
   * and neither reads nor stores. Without a cache both do what a plain call does.
   */
  readonly cache?: CacheMode | undefined;
}

/** What happened on the way to a value. */
export interface CallMeta {
  /** What the cache did. */
  readonly cache: CacheStatus;
  /** How many times the function ran: 0 for a value from the cache. */
  readonly attempts: number;
  /** How many seconds were waited for the rate limit and between attempts. */
  readonly waited: number;
  /** The index of the fallback value that succeeded, or `undefined` without `argFallback`. */
  readonly fallbackIndex: number | undefined;
}

/** A value with what happened on the way to it. */
export interface WithMeta<Value> {
  /** The value. */
  readonly value: Value;
  /** What happened on the way. */
  readonly meta: CallMeta;
}

/**
 * The cached results of a wrapped function. Those of a method's calls are found by `of(instance)`, or by methods that are
 * called on the instance, as `has.call(instance, ...args)`.
 */
export interface CacheHandle<Args extends readonly unknown[], Value> {
  /**
   * The fresh value for a call with these arguments, or `undefined`.
   *
   * @param args The arguments of the call.
   * @returns The value; `undefined` where there is none that is fresh.
   */
  get(...args: Args): Promise<Value | undefined>;
  /**
   * Whether there is a fresh value for a call with these arguments.
   *
   * @param args The arguments of the call.
   * @returns `true` where there is one.
   */
  has(...args: Args): Promise<boolean>;
  /**
   * Keeps `value` for calls with these arguments, as if a call had come to it.
   *
   * @param value The value.
   * @param args The arguments of the call.
   * @throws {CacheError} If it could not be kept.
   */
  set(value: Value, ...args: Args): Promise<void>;
  /**
   * Removes the value for a call with these arguments; returns whether there was one. What runs now is not kept.
   *
   * @param args The arguments of the call.
   * @returns `true` where there was one.
   * @throws {CacheError} If it could not be removed.
   */
  delete(...args: Args): Promise<boolean>;
  /**
   * Removes all values of this function, and of no other. What runs now is not kept.
   *
   * @throws {CacheError} If they could not be removed.
   */
  clear(): Promise<void>;
  /**
   * What the cache has done so far.
   *
   * @returns The counts since the function was wrapped.
   */
  stats(): CacheStats;
  /**
   * The handle for calls of a method on `instance`, which is part of their keys.
   *
   * @param instance The object that the method is called on.
   * @returns The handle for calls on that instance.
   */
  of(instance: object): CacheHandle<Args, Value>;
}

/**
 * What every wrapped function has in addition. These names win over properties of the function's own that are
 * called the same.
 */
export interface OperoHandles<F extends AnyFunction> extends PolicyHandles {
  /** The options in force: defaults filled in, durations in seconds, frozen; what may be a secret is hidden. */
  readonly options: ShownOptions<OperoOptions<Parameters<F>, Awaited<ReturnType<F>>>>;
  /** The cached results. */
  readonly cache: CacheHandle<Parameters<F>, Awaited<ReturnType<F>>>;
  /** What happens in the calls of this function, and of no other. */
  readonly events: EventHub<OperoEvents>;
  /**
   * Calls the function and returns what happened on the way.
   *
   * @param args The arguments of the call.
   * @returns The value, and `meta` with the facts of the call.
   */
  withMeta(...args: Parameters<F>): Promise<WithMeta<Awaited<ReturnType<F>>>>;
  /**
   * The function with options for one call.
   *
   * @param options Options for one call.
   * @returns A function with the same type.
   * @throws {ConfigurationError} If an option is wrong.
   */
  with(options: CallOptions): F;
}

/**
 * A wrapped function: itself, type parameters and overloads included, with handles. The function's own properties are
 * read and written through it, those that are added later too.
 */
export type Wrapped<F extends AnyFunction> = F & OperoHandles<F>;
