import type { Hint } from "../options/nearest_name.ts";
import {
  either,
  numberThat,
  type OptionRule,
  type OptionRules,
  positiveFiniteDuration,
  positiveInteger,
  validateOptions,
  wrongOption,
} from "../options/validate.ts";
import { type Duration, parseDuration, toSeconds } from "../time/duration.ts";

/** An attempt is slow that takes longer than most of the latest ones. */
export interface HedgeQuantile {
  /** The part of the attempts that is quicker, over 0 and below 1: with 0.95 one in twenty is slow. */
  readonly quantile: number;
  /**
   * With fewer attempts none is hedged, since nothing is known.
   * @default 50
   */
  readonly minSamples?: number | undefined;
}

/** When and how often another attempt is made beside a slow one. */
export interface HedgeConfig {
  /** How long an attempt may take before another is made beside it. */
  readonly after: Duration | HedgeQuantile;
  /**
   * How many more attempts there are at most beside the first, each `after` the one before.
   * @default 1
   */
  readonly max?: number | undefined;
  /**
   * The largest share of the calls that are hedged, from 0 to 1; ten hedges are there at the start.
   * @default 0.1
   */
  readonly budget?: number | undefined;
}

const share = numberThat("a number from 0 to 1", (value) => value >= 0 && value <= 1);
const part = numberThat("a number over 0 and below 1", (value) => value > 0 && value < 1);
const plainConfig = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);

const after: OptionRule = {
  ...either(positiveFiniteDuration, { desired: "{ quantile, minSamples }", accepts: plainConfig }),
  isDuration: false,
};
const FIELDS: OptionRules = { after, max: positiveInteger, budget: share };
const QUANTILE_FIELDS: OptionRules = { quantile: part, minSamples: positiveInteger };

/** What is in force where a field is left out. */
const DEFAULTS = { max: 1, budget: 0.1 };
const MIN_SAMPLES = 50;

/** What the option `hedge` may be. */
export const hedgeRule: OptionRule = {
  desired: 'an object such as { after: "200ms" } or { after: { quantile: 0.95 } }',
  accepts: plainConfig,
};

/** {@link HedgeConfig} with its defaults; times in seconds. */
export interface FilledHedge {
  readonly after: number | { readonly quantile: number; readonly minSamples: number };
  readonly max: number;
  readonly budget: number;
}

/**
 * How `.options` shows the option.
 *
 * @param value The option as the user gave it, checked.
 * @returns The fields in force, durations in seconds.
 */
export function showHedge(value: unknown): FilledHedge {
  const { after, max, budget } = value as HedgeConfig;
  return {
    after: typeof after === "object"
      ? { quantile: after.quantile, minSamples: after.minSamples ?? MIN_SAMPLES }
      : toSeconds(parseDuration(after)!),
    max: max ?? DEFAULTS.max,
    budget: budget ?? DEFAULTS.budget,
  };
}

/**
 * What `hedge` asks for.
 *
 * @param task What fails if the option is wrong, for the message, as in `wrap "fetchUser"`.
 * @param given The option as the user gave it.
 * @param hint Says what an unknown field may mean.
 * @returns The fields with their defaults, durations in seconds.
 * @throws {ConfigurationError} If a field of it is wrong, or `after` is missing.
 */
export function filledHedge(task: string, given: HedgeConfig, hint?: Hint): FilledHedge {
  validateOptions(task, given, FIELDS, "hedge.", hint);
  const { after } = given;
  if (after === undefined) throw wrongOption(task, "hedge.after", FIELDS.after!, undefined);
  if (typeof after === "object") {
    validateOptions(task, after, QUANTILE_FIELDS, "hedge.after.", hint);
    if (after.quantile === undefined) throw wrongOption(task, "hedge.after.quantile", part, undefined);
  }
  return showHedge(given);
}
