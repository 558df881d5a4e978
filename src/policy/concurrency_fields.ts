import type { Hint } from "../options/nearest_name.ts";
import {
  anyDuration,
  nonNegativeInteger,
  oneOf,
  type OptionRule,
  type OptionRules,
  positiveInteger,
  validateOptions,
  wrongOption,
} from "../options/validate.ts";
import { type Duration, parseDuration, toSeconds } from "../time/duration.ts";

/** How many attempts may run at once, how many may wait, and for how long. */
export interface ConcurrencyConfig {
  /** How many attempts run at once. Either this, or `min`, `max` and `algorithm`. */
  readonly limit?: number | undefined;
  /**
   * How many attempts may wait for a slot; one more is an `OverloadError` at once. 0 lets none wait.
   * @default 100_000
   */
  readonly maxQueue?: number | undefined;
  /** How long an attempt may wait for a slot before it is an `OverloadError`. By default as long as it takes. */
  readonly maxWait?: Duration | undefined;
  /**
   * In place of `limit`: the limit follows how the attempts do, and never falls below this.
   * @default 1
   */
  readonly min?: number | undefined;
  /**
   * The limit never rises above this.
   * @default 200
   */
  readonly max?: number | undefined;
  /**
   * What the limit follows: the latency (`"gradient2"`), or timeouts, 429 and 5xx alone (`"aimd"`).
   * @default "gradient2"
   */
  readonly algorithm?: "gradient2" | "aimd" | undefined;
}

const FIELDS: OptionRules = {
  limit: positiveInteger,
  maxQueue: nonNegativeInteger,
  maxWait: anyDuration,
  min: positiveInteger,
  max: positiveInteger,
  algorithm: oneOf(["gradient2", "aimd"]),
};

/** What is in force where a field is left out. */
const DEFAULTS = { maxQueue: 100_000 };
const ADAPTIVE_DEFAULTS = { min: 1, max: 200, algorithm: "gradient2" } as const;

/** Fields of a limit that adapts. */
const ADAPTIVE_FIELDS = ["min", "max", "algorithm"] as const;

/** What the option `concurrency` may be. */
export const concurrencyRule: OptionRule = {
  desired: "a positive integer or an object such as { limit: 10, maxQueue: 100 }",
  accepts: (value) =>
    positiveInteger.accepts(value) || (typeof value === "object" && value !== null && !Array.isArray(value)),
};

/**
 * How `.options` shows the option.
 *
 * @param value The option as the user gave it.
 * @returns The fields in force, durations in seconds.
 */
export function showConcurrency(value: unknown): unknown {
  return fill(asConfig(value as number | ConcurrencyConfig));
}

/**
 * What `concurrency` asks for.
 *
 * @param task What fails if the option is wrong, for the message, as in `wrap "fetchUser"`.
 * @param given The option as the user gave it.
 * @param hint Says what an unknown field may mean.
 * @returns The fields with their defaults, durations in seconds.
 * @throws {ConfigurationError} If a field of it is wrong, or fields contradict each other.
 */
export function filledConcurrency(task: string, given: number | ConcurrencyConfig, hint?: Hint): ConcurrencyConfig {
  const config = asConfig(given);
  validateOptions(task, config, FIELDS, "concurrency.", hint);
  const refuse = (field: keyof ConcurrencyConfig, desired: string) =>
    wrongOption(task, `concurrency.${field}`, { desired }, config[field]);
  const adaptive = ADAPTIVE_FIELDS.find((field) => config[field] !== undefined);
  if (config.limit === undefined && adaptive === undefined) {
    throw refuse("limit", "a positive integer, or left out together with 'min' or 'max' of a limit that adapts");
  }
  if (config.limit !== undefined && adaptive !== undefined) {
    throw refuse(adaptive, "left out together with 'limit', which does not adapt");
  }
  const filled = fill(config);
  const { min = 0, max = Infinity } = filled;
  if (min > max) throw refuse("min", `at most 'max' (${max})`);
  return filled;
}

function asConfig(given: number | ConcurrencyConfig): ConcurrencyConfig {
  return typeof given === "number" ? { limit: given } : given;
}

/** A lower bound over the default upper one moves that, and contradicts only an explicit one. */
function fill(given: ConcurrencyConfig): ConcurrencyConfig {
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const { min = ADAPTIVE_DEFAULTS.min } = given;
  const adaptive = { ...ADAPTIVE_DEFAULTS, max: Math.max(min, ADAPTIVE_DEFAULTS.max) };
  const filled = { ...given.limit === undefined ? adaptive : {}, ...DEFAULTS, ...set };
  return given.maxWait === undefined ? filled : { ...filled, maxWait: toSeconds(parseDuration(given.maxWait)!) };
}
