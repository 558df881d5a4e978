import { parseDuration } from "../time/duration.ts";
import { ConfigurationError } from "../errors/configuration_error.ts";
import { describeKind, describeValue, MAX_SHOWN_LENGTH } from "./describe_value.ts";
import { holdsHidden } from "./hidden_value.ts";
import { warnOfBareSeconds } from "./option_warnings.ts";
import { type Hint, nearestName } from "./nearest_name.ts";
import { printable } from "../errors/printable.ts";

const HIDDEN_ONLY = "given itself, as '.options' only shows that there is one";

/** What an option may be. */
export interface OptionRule {
  /** What it must be, as the message says it after "must be". */
  readonly desired: string;
  /** Whether a value is allowed. */
  readonly accepts: (value: unknown) => boolean;
  /** Its values may be secrets: a message names their kind only. */
  readonly isPrivate?: boolean;
  /** It is a length of time, of which a large bare number is likely to be meant in milliseconds. */
  readonly isDuration?: boolean;
  /** What else must be set for it to have an effect. */
  readonly needs?: readonly OptionNeed[];
}

/** What an option has no effect without. */
export interface OptionNeed {
  /** Whether it is there: in `options`, the defaults of the instance included, or switched off on purpose in `given`. */
  readonly isMet: (options: Readonly<Record<string, unknown>>, given: Readonly<Record<string, unknown>>) => boolean;
  /** How the option may be used, as the message says it after "must be". */
  readonly desired: string;
}

/** The rules of a set of options, by name. */
export type OptionRules = Readonly<Record<string, OptionRule>>;

/**
 * Checks `options` against `rules`.
 *
 * @param task What fails if the option is wrong, for the message, as in `wrap "fetchUser"`.
 * @param options The options as the user gave them.
 * @param rules The rules by name.
 * @param within The option that holds them, with a dot; empty for none.
 * @param hint Says what an unknown name may mean; by default the one that is spelt most like it.
 * @throws {ConfigurationError} If one is unknown or not allowed; `task` says what cannot be done, as in `wrap "fetchUser"`,
 *   and `within` the option that they are part of, as in `rateLimit.`.
 */
export function validateOptions(
  task: string,
  options: unknown,
  rules: OptionRules,
  within = "",
  hint: Hint = nearestName,
): void {
  requireObject(task, within === "" ? "options" : within.slice(0, -1), options);
  for (const [name, value] of Object.entries(options)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) throw unknownOption(task, name, value, within, hint(name, Object.keys(rules), within));
    if (value === undefined) continue;
    if (holdsHidden(value)) throw wrongOption(task, within + name, { desired: HIDDEN_ONLY, isPrivate: true }, value);
    if (!rule.accepts(value)) throw wrongOption(task, within + name, rule, value);
    if (rule.isDuration) warnOfBareSeconds(task, within + name, value);
  }
}

/**
 * Checks that `value` can hold options: what has none of its own, such as a map, a promise or an `AbortSignal`, was
 * meant for something else.
 *
 * @param task What fails if the option is wrong, for the message, as in `wrap "fetchUser"`.
 * @param option The name of the option.
 * @param value The value of the option.
 * @throws {ConfigurationError} If it is no such object.
 */
export function requireObject(task: string, option: string, value: unknown): asserts value is object {
  if (isPlainObject(value) && holdsOptions(value)) return;
  throw wrongOption(task, option, { desired: "an object" }, value);
}

function isPlainObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function holdsOptions(value: object): boolean {
  if (Symbol.iterator in value || Symbol.asyncIterator in value) return false;
  const proto = Object.getPrototypeOf(value);
  return proto === null || Object.getPrototypeOf(proto) === null || Object.keys(value).length > 0;
}

/**
 * The error for an option whose value is not what `rule` allows.
 *
 * @param task What fails if the option is wrong, for the message, as in `wrap "fetchUser"`.
 * @param option The name of the option.
 * @param rule What the option may be.
 * @param value The value of the option.
 * @returns The error, to be thrown.
 */
export function wrongOption(
  task: string,
  option: string,
  rule: Pick<OptionRule, "desired" | "isPrivate">,
  value: unknown,
): ConfigurationError {
  const received = rule.isPrivate ? describeKind(value) : describeValue(value);
  return new ConfigurationError(
    printable(`Cannot ${task} as '${option}' must be ${rule.desired}: received ${received}`),
  );
}

function unknownOption(
  task: string,
  option: string,
  value: unknown,
  within: string,
  hint: string,
): ConfigurationError {
  // The value is not shown: a misspelt name may be that of a password.
  const shown = within + option.slice(0, MAX_SHOWN_LENGTH);
  return new ConfigurationError(
    printable(`Cannot ${task} as '${shown}' must be a known option: received ${describeKind(value)}${hint}`),
  );
}

/** A positive or zero whole number. */
export const nonNegativeInteger: OptionRule = {
  desired: "a non-negative integer",
  accepts: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
};

/** A whole number from 1. */
export const positiveInteger: OptionRule = {
  desired: "a positive integer",
  accepts: (value) => Number.isSafeInteger(value) && Number(value) >= 1,
};

const DURATION_FORMS = `in seconds or with its unit, such as "250ms", "2s", "5m", "1h", "1d"`;

const POSITIVE = `a positive duration ${DURATION_FORMS}`;

/** A finite duration, zero too. */
export const finiteDuration: OptionRule = {
  desired: `a non-negative duration ${DURATION_FORMS}`,
  accepts: (value) => Number.isFinite(parseDuration(value)),
  isDuration: true,
};

/** A duration over zero; `Infinity` is "no limit". */
export const positiveDuration: OptionRule = {
  desired: POSITIVE,
  accepts: (value) => (parseDuration(value) ?? 0) > 0,
  isDuration: true,
};

/** A duration over zero that ends. */
export const positiveFiniteDuration: OptionRule = {
  desired: POSITIVE,
  accepts: (value) => positiveDuration.accepts(value) && finiteDuration.accepts(value),
  isDuration: true,
};

/** A duration, zero too; `Infinity` is "no limit". */
export const anyDuration: OptionRule = {
  desired: finiteDuration.desired,
  accepts: (value) => parseDuration(value) !== undefined,
  isDuration: true,
};

/** `true` or `false`. */
export const booleanFlag: OptionRule = {
  desired: "true or false",
  accepts: (value) => typeof value === "boolean",
};

/** A text of at least one character. */
export const nonEmptyString: OptionRule = {
  desired: "a non-empty string",
  accepts: (value) => typeof value === "string" && value !== "",
};

/** A function. */
export const anyFunction: OptionRule = {
  desired: "a function",
  accepts: (value) => typeof value === "function",
};

/** An object that is no array. */
export const plainObject: OptionRule = {
  desired: "an object",
  accepts: isPlainObject,
  isPrivate: true,
};

/** An `AbortSignal`, also of another realm. */
export const abortSignal: OptionRule = {
  desired: "an AbortSignal",
  accepts: (value) => typeof value === "object" && value !== null && "aborted" in value && "addEventListener" in value,
  isPrivate: true,
};

/** Anything. */
export const anyValue: OptionRule = { desired: "any value", accepts: () => true, isPrivate: true };

/**
 * A number for which `accepts` holds.
 *
 * @param desired What the value must be, for messages.
 * @param accepts Whether a number is allowed.
 * @returns The rule.
 */
export function numberThat(desired: string, accepts: (value: number) => boolean): OptionRule {
  return { desired, accepts: (value) => typeof value === "number" && accepts(value) };
}

/**
 * One of `names`.
 *
 * @param names The allowed values.
 * @returns The rule.
 */
export function oneOf(names: readonly string[]): OptionRule {
  return {
    desired: `one of ${names.map((name) => `"${name}"`).join(", ")}`,
    accepts: (value) => names.some((name) => name === value),
  };
}

/**
 * What one of two rules allows.
 *
 * @param first A rule.
 * @param second Another rule.
 * @returns The rule.
 */
export function either(first: OptionRule, second: OptionRule): OptionRule {
  return {
    desired: `${first.desired} or ${second.desired}`,
    accepts: (value) => first.accepts(value) || second.accepts(value),
    isPrivate: Boolean(first.isPrivate && second.isPrivate),
    isDuration: Boolean(first.isDuration || second.isDuration),
  };
}
