import type { RetryPredicate } from "../attempt/retry_context.ts";
import type { BreakerSettings } from "../breaker/circuit_breaker.ts";
import { formatDuration } from "../errors/format_duration.ts";
import { type ErrorClass, errorMatcher } from "../options/error_matcher.ts";
import type { Hint } from "../options/nearest_name.ts";
import {
  nonEmptyString,
  numberThat,
  type OptionRule,
  type OptionRules,
  positiveFiniteDuration,
  positiveInteger,
  validateOptions,
  wrongOption,
} from "../options/validate.ts";
import { type Duration, parseDuration, toSeconds } from "../time/duration.ts";

/** When a circuit breaker opens, for how long, and what closes it again. */
export interface CircuitBreakerConfig {
  /**
   * The share of the attempts in `window` that have failed at which the circuit opens, over 0 and up to 1.
   * @default 0.5
   */
  readonly failureRatio?: number | undefined;
  /**
   * With fewer attempts in `window` the circuit does not open, however many of them failed.
   * @default 20
   */
  readonly minimumCalls?: number | undefined;
  /**
   * How far back attempts count. They are forgotten a tenth of it at a time.
   * @default 60
   */
  readonly window?: Duration | undefined;
  /** In place of these three: the circuit opens after so many failed attempts in a row. */
  readonly consecutiveFailures?: number | undefined;
  /**
   * How long the circuit is open before it lets trials through.
   * @default 30
   */
  readonly openFor?: Duration | undefined;
  /** Up to how long it is open where its trials fail: each time twice as long as the last. By default always `openFor`. */
  readonly maxOpenFor?: Duration | undefined;
  /**
   * How many attempts a half-open circuit lets through at once as trials. They close it, unless a share of `failureRatio`
   * of them fails, or after `consecutiveFailures` any.
   * @default 3
   */
  readonly halfOpenCalls?: number | undefined;
  /** An attempt that takes longer is slow, whether it succeeds or fails. After `consecutiveFailures` slow is failed. */
  readonly slowCall?: Duration | undefined;
  /**
   * The share of slow attempts in `window` at which the circuit opens, over 0 and up to 1; with `slowCall`.
   * @default 0.5
   */
  readonly slowCallRatio?: number | undefined;
  /**
   * Which errors of attempts count as failures: those of a class, those for which a predicate holds, or an array of both.
   * Others do not count at all. By default all but bugs, such as a `ReferenceError`. An abort by the caller, a refusal by
   * another limit and a `ConfigurationError` never count.
   */
  readonly failureOn?: ErrorClass | RetryPredicate | readonly (ErrorClass | RetryPredicate)[] | undefined;
  /** Functions of an instance that give one name share one breaker; each has a `failureOn` of its own. */
  readonly name?: string | undefined;
}

const ratio = numberThat("a number over 0 and up to 1", (value) => value > 0 && value <= 1);

const FIELDS: OptionRules = {
  failureRatio: ratio,
  minimumCalls: positiveInteger,
  window: positiveFiniteDuration,
  consecutiveFailures: positiveInteger,
  openFor: positiveFiniteDuration,
  maxOpenFor: positiveFiniteDuration,
  halfOpenCalls: positiveInteger,
  slowCall: positiveFiniteDuration,
  slowCallRatio: ratio,
  failureOn: errorMatcher,
  name: nonEmptyString,
};

/** What is in force where a field is left out. */
const DEFAULTS = { openFor: 30, halfOpenCalls: 3 };
const RATIO_DEFAULTS = { failureRatio: 0.5, minimumCalls: 20, window: 60 };
const SLOW_CALL_RATIO = 0.5;

/** Fields that say something of a window. */
const WINDOW_FIELDS = ["failureRatio", "minimumCalls", "window", "slowCallRatio"] as const;

/** What the option `circuitBreaker` may be. */
export const breakerRule: OptionRule = {
  desired: 'true, false, or an object such as { failureRatio: 0.5, openFor: "30s" }',
  accepts: (value) =>
    typeof value === "boolean" || (typeof value === "object" && value !== null && !Array.isArray(value)),
};

/**
 * How `.options` shows the option.
 *
 * @param value The option as the user gave it.
 * @returns The fields in force, durations in seconds; `false` where the breaker is off.
 */
export function showBreaker(value: unknown): unknown {
  return value === false ? false : fill(value === true ? {} : value as CircuitBreakerConfig);
}

/**
 * What `circuitBreaker` asks for.
 *
 * @param task What fails if the option is wrong, for the message, as in `wrap "fetchUser"`.
 * @param given The option as the user gave it, but for `false`.
 * @param hint Says what an unknown field may mean.
 * @returns The fields with their defaults, durations in seconds.
 * @throws {ConfigurationError} If a field of it is wrong, or fields contradict each other.
 */
export function filledBreaker(task: string, given: true | CircuitBreakerConfig, hint?: Hint): CircuitBreakerConfig {
  if (given === true) return fill({});
  validateOptions(task, given, FIELDS, "circuitBreaker.", hint);
  const refuse = (field: keyof CircuitBreakerConfig, desired: string) => {
    if (given[field] !== undefined) throw wrongOption(task, `circuitBreaker.${field}`, { desired }, given[field]);
  };
  if (given.consecutiveFailures !== undefined) {
    const desired = "left out together with 'consecutiveFailures', which counts failures in a row";
    for (const field of WINDOW_FIELDS) refuse(field, desired);
  } else if (given.slowCall === undefined) {
    refuse("slowCallRatio", "given together with 'slowCall', without which no attempt is slow");
  }
  const filled = fill(given);
  const { openFor, maxOpenFor } = filled as { openFor: number; maxOpenFor?: number };
  if (maxOpenFor !== undefined && maxOpenFor < openFor) {
    refuse("maxOpenFor", `at least 'openFor' (${formatDuration(openFor * 1_000)})`);
  }
  return filled;
}

function fill(given: CircuitBreakerConfig): CircuitBreakerConfig {
  const isRow = given.consecutiveFailures !== undefined;
  const slow = given.slowCall === undefined || isRow ? {} : { slowCallRatio: SLOW_CALL_RATIO };
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  const seconds = set.map((
    [name, value],
  ) => [name, FIELDS[name]?.isDuration ? toSeconds(parseDuration(value)!) : value]);
  return { ...isRow ? {} : RATIO_DEFAULTS, ...DEFAULTS, ...slow, ...Object.fromEntries(seconds) };
}

/**
 * How the breaker works.
 *
 * @param filled The fields with their defaults.
 * @returns The settings, in milliseconds.
 */
export function breakerSettings(filled: CircuitBreakerConfig): BreakerSettings {
  const ms = (value: Duration | undefined) => parseDuration(value)!;
  const { failureRatio, minimumCalls, consecutiveFailures, halfOpenCalls, slowCall, slowCallRatio } = filled;
  const openMs = ms(filled.openFor);
  return {
    trip: consecutiveFailures === undefined
      ? { failureRatio: failureRatio!, minimumCalls: minimumCalls!, windowMs: ms(filled.window) }
      : { consecutiveFailures },
    openMs,
    maxOpenMs: filled.maxOpenFor === undefined ? openMs : ms(filled.maxOpenFor),
    halfOpenCalls: halfOpenCalls!,
    slowCallMs: slowCall === undefined ? Infinity : ms(slowCall),
    slowCallRatio: slowCallRatio ?? 1,
  };
}
