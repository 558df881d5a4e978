import { ConfigurationError } from "../errors/configuration_error.ts";
import { canBeKept, largestCost, type Rate } from "../limiter/rate.ts";
import type { LimitStore } from "../limiter/store/limit_store.ts";
import { describeValue } from "../options/describe_value.ts";
import type { Hint } from "../options/nearest_name.ts";
import {
  anyFunction,
  booleanFlag,
  numberThat,
  type OptionRule,
  type OptionRules,
  positiveFiniteDuration,
  positiveInteger,
  validateOptions,
  wrongOption,
} from "../options/validate.ts";
import { type Duration, parseDuration, toSeconds } from "../time/duration.ts";
import { requireOneSharing, type Sharing, SHARING_RULES, sharingOf } from "./sharing_fields.ts";
import { showBackend } from "./shown_backend.ts";

/** A rate with its period, its burst, and what a start costs. */
// deno-lint-ignore no-explicit-any -- options that stand on their own have to fit every function
export interface RateLimit<Args extends readonly unknown[] = any[]> {
  /** How many tokens there are per `per`, of which a start takes one or its `cost`; a fraction is allowed. */
  readonly limit: number;
  /**
   * The period that `limit` is meant for.
   * @default 1
   */
  readonly per?: Duration | undefined;
  /**
   * How many tokens may be taken at once after a pause. With a `cost` it is by default all of `limit`.
   * @default 1
   */
  readonly burst?: number | undefined;
  /**
   * How many tokens an attempt with these arguments takes, 0 or more, where that is not one. An attempt that costs more
   * than `burst` fails at once with a `RateLimitError`. `currentCall().settle(cost)` corrects it.
   */
  readonly cost?: ((...args: Args) => number) | undefined;
  /**
   * Whether no time as long as `per` may hold more than `limit`, whatever the `burst`.
   * @default false
   */
  readonly strict?: boolean | undefined;
  /**
   * Where the limit is kept, for all processes that give the same `key`: `redisLimits()`, `sqliteLimits()` or one of your own. By
   * default each process keeps it for itself. All limits of an array are kept in one store.
   */
  readonly store?: LimitStore | undefined;
  /**
   * What those who share the limit in `store` know it by; the same for all limits of an array, which are distinguished by their place.
   * With the scope `"per_args"` it is what the keys begin with.
   * @default the name of the function
   */
  readonly key?: string | undefined;
  /**
   * What happens while the `store` is away: each process keeps to its share of the rate, by how many there were; attempts fail
   * with a `RateLimitError`; or they start without a limit.
   * @default "share"
   */
  readonly onStoreFailure?: "share" | "fail" | "open" | undefined;
}

/** How `rateLimit` may be given. */
export type RateLimitValue = number | RateLimit | readonly RateLimit[];

/** One limit as it is asked for. */
export interface ResolvedLimit {
  readonly rate: Rate;
  /** The most that one attempt can take of it. */
  readonly largestCost: number;
  /** What an attempt with these arguments takes of it; `undefined` for one token. */
  readonly costOf: ((...args: readonly unknown[]) => unknown) | undefined;
  /** Where it stands in the options, for messages. */
  readonly place: string;
  /** Where it is shared with other processes, if it is. */
  readonly sharing: Sharing | undefined;
}

const rateNumber = numberThat("a positive number", (value) => Number.isFinite(value) && value > 0);

const FIELDS: OptionRules = {
  limit: rateNumber,
  per: positiveFiniteDuration,
  burst: positiveInteger,
  cost: anyFunction,
  strict: booleanFlag,
  ...SHARING_RULES,
};

/** What is in force where a field is left out. */
const DEFAULTS = { per: 1, burst: 1 };

/** What the option `rateLimit` may be. */
export const rateLimitRule: OptionRule = {
  desired:
    "a positive number of calls per second, { limit, per, burst, cost, strict, store } or a non-empty array of those",
  accepts: (value) =>
    rateNumber.accepts(value) ||
    (Array.isArray(value) ? value.length > 0 : typeof value === "object" && value !== null),
};

/**
 * How `.options` shows the option.
 *
 * @param value The option as the user gave it.
 * @returns The same, durations in seconds.
 */
export function showRate(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(showRate);
  const { per, store } = Object(value) as Partial<RateLimit>;
  if (per === undefined && store === undefined) return value;
  return {
    ...Object(value),
    ...(per === undefined ? {} : { per: toSeconds(parseDuration(per)!) }),
    ...(store === undefined ? {} : { store: showBackend(store) }),
  };
}

/**
 * The limits that `rateLimit` asks for.
 *
 * @param task What fails if the option is wrong, for the message, as in `wrap "fetchUser"`.
 * @param given The option as the user gave it.
 * @param hint Says what an unknown field may mean.
 * @returns The limits, in the order in which they were given.
 * @throws {ConfigurationError} If a field is wrong, or if the resulting time is too long to wait for.
 */
export function resolveLimits(task: string, given: RateLimitValue, hint?: Hint): readonly ResolvedLimit[] {
  if (typeof given === "number") return [limitOf(task, { limit: given }, "rateLimit", "rateLimit")];
  const isList = Array.isArray(given);
  const limits = [given].flat().map((each: RateLimit, i) => {
    const place = isList ? `rateLimit[${i}]` : "rateLimit";
    validateOptions(task, each, FIELDS, `${place}.`, hint);
    return limitOf(task, each, place, `${place}.limit`);
  });
  requireOneSharing(task, limits);
  return limits;
}

function limitOf(task: string, given: RateLimit, place: string, name: string): ResolvedLimit {
  const { limit, per = DEFAULTS.per, cost, strict = false } = given;
  if (limit === undefined) throw wrongOption(task, name, rateNumber, limit);
  const isWeighted = cost !== undefined;
  const burst = given.burst ?? (isWeighted ? Math.max(1, Math.floor(limit)) : DEFAULTS.burst);
  const rate = { limit, perMs: parseDuration(per)!, burst, isStrict: strict, isWeighted };
  if (!canBeKept(rate)) {
    throw wrongOption(task, name, { desired: "a rate with a time between two starts that can be waited for" }, limit);
  }
  return { rate, largestCost: largestCost(rate), costOf: cost, place, sharing: sharingOf(task, given, place) };
}

/**
 * What an attempt takes of each limit.
 *
 * @param functionName The name of the wrapped function, for messages.
 * @param limits The limits.
 * @param args The arguments of the attempt.
 * @returns The number of tokens, limit by limit.
 * @throws {ConfigurationError} If a `cost` answers no number from 0.
 * @throws {unknown} What a `cost` throws.
 */
export function costsOf(functionName: string, limits: readonly ResolvedLimit[], args: readonly unknown[]): number[] {
  const costs: number[] = [];
  for (const { costOf, place } of limits) {
    const cost = costOf === undefined ? 1 : costOf(...args);
    if (!isCost(cost)) throw wrongCost(functionName, place, cost);
    costs.push(cost);
  }
  return costs;
}

function wrongCost(functionName: string, place: string, cost: unknown): ConfigurationError {
  return new ConfigurationError(
    `Cannot run ${JSON.stringify(functionName)} as '${place}.cost' must return a finite number of at least 0: ` +
      `received ${describeValue(cost)}`,
  );
}

/**
 * Whether a limit can be taken so much of.
 *
 * @param cost What was answered.
 * @returns `true` for a finite number from 0.
 */
export function isCost(cost: unknown): cost is number {
  return typeof cost === "number" && Number.isFinite(cost) && cost >= 0;
}

/**
 * Why an attempt can never start.
 *
 * @param limits The limits.
 * @param costs What it takes of each.
 * @returns The reason as the end of a message, with the fix; `undefined` where it can.
 */
export function overBurst(limits: readonly ResolvedLimit[], costs: readonly number[]): string | undefined {
  for (let i = 0; i < limits.length; i++) {
    const { rate, largestCost, place } = limits[i]!;
    if (costs[i]! <= largestCost) continue;
    const fix = largestCost < rate.burst ? "limit" : "burst";
    return `as it costs ${
      costs[i]
    } and '${place}' lets through at most ${largestCost} at once: raise its '${fix}', or ask for less in a call`;
  }
  return undefined;
}
