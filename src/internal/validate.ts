import { parseDuration } from "../duration.ts";
import { ConfigurationError } from "../errors.ts";
import { printable } from "./printable.ts";
import { className } from "./read_field.ts";

/** Longer texts are not shown in a message. */
const MAX_SHOWN_LENGTH = 60;

/** What an option may be. */
export interface OptionRule {
  /** What it must be, as the message says it after "must be". */
  readonly desired: string;
  /** Whether a value is allowed. */
  readonly accepts: (value: unknown) => boolean;
  /** Its values may be secrets: a message names their kind only. */
  readonly isPrivate?: boolean;
}

/** The rules of a set of options, by name. */
export type OptionRules = Readonly<Record<string, OptionRule>>;

/**
 * Checks `options` against `rules`.
 *
 * @throws {ConfigurationError} If one is unknown or not allowed; `task` says what cannot be done, as in `wrap "fetchUser"`,
 *   and `within` the option that they are part of, as in `rateLimit.`.
 */
export function validateOptions(task: string, options: object, rules: OptionRules, within = ""): void {
  requireObject(task, within === "" ? "options" : within.slice(0, -1), options);
  for (const [name, value] of Object.entries(options)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) throw unknownOption(task, name, value, Object.keys(rules), within);
    if (value !== undefined && !rule.accepts(value)) throw wrongOption(task, within + name, rule, value);
  }
}

/**
 * Checks that `value` can hold options.
 *
 * @throws {ConfigurationError} If it is no object, or an array.
 */
export function requireObject(task: string, option: string, value: unknown): asserts value is object {
  if (!plainObject.accepts(value)) throw wrongOption(task, option, { desired: "an object" }, value);
}

/** The error for an option whose value is not what `rule` allows. */
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
  known: readonly string[],
  within: string,
): ConfigurationError {
  const nearest = nearestName(option, known);
  const hint = nearest === undefined ? "" : `, did you mean '${within}${nearest}'?`;
  // The value is not shown: a misspelt name may be that of a password.
  const shown = within + option.slice(0, MAX_SHOWN_LENGTH);
  return new ConfigurationError(
    printable(`Cannot ${task} as '${shown}' must be a known option: received ${describeKind(value)}${hint}`),
  );
}

/** A positive or zero whole number. */
export const nonNegativeInteger: OptionRule = {
  desired: "a non-negative integer",
  accepts: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
};

/** A whole number from 1. */
export const positiveInteger: OptionRule = {
  desired: "a positive integer",
  accepts: (value) => Number.isSafeInteger(value) && (value as number) >= 1,
};

const DURATION_FORMS = `in seconds or with its unit, such as "250ms", "2s", "5m", "1h", "1d"`;

/** A finite duration, zero too. */
export const finiteDuration: OptionRule = {
  desired: `a non-negative duration ${DURATION_FORMS}`,
  accepts: (value) => Number.isFinite(parseDuration(value)),
};

/** A duration over zero; `Infinity` is "no limit". */
export const positiveDuration: OptionRule = {
  desired: `a positive duration ${DURATION_FORMS}`,
  accepts: (value) => (parseDuration(value) ?? 0) > 0,
};

/** A duration over zero that ends. */
export const positiveFiniteDuration: OptionRule = {
  desired: positiveDuration.desired,
  accepts: (value) => positiveDuration.accepts(value) && finiteDuration.accepts(value),
};

/** A duration, zero too; `Infinity` is "no limit". */
export const anyDuration: OptionRule = {
  desired: finiteDuration.desired,
  accepts: (value) => parseDuration(value) !== undefined,
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
  accepts: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
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

/** A number for which `accepts` holds. */
export function numberThat(desired: string, accepts: (value: number) => boolean): OptionRule {
  return { desired, accepts: (value) => typeof value === "number" && accepts(value) };
}

/** One of `names`. */
export function oneOf(names: readonly string[]): OptionRule {
  return {
    desired: `one of ${names.map((name) => `"${name}"`).join(", ")}`,
    accepts: (value) => names.includes(value as string),
  };
}

/** What one of two rules allows. */
export function either(first: OptionRule, second: OptionRule): OptionRule {
  return {
    desired: `${first.desired} or ${second.desired}`,
    accepts: (value) => first.accepts(value) || second.accepts(value),
    isPrivate: Boolean(first.isPrivate && second.isPrivate),
  };
}

/** How a message shows `value`: primitives as they are, all else by its kind. */
export function describeValue(value: unknown): string {
  if (typeof value === "string") {
    return value.length > MAX_SHOWN_LENGTH ? `a string of ${value.length} characters` : JSON.stringify(value);
  }
  if (typeof value === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "-0";
  if (value === null || typeof value === "number" || typeof value === "boolean") return String(value);
  return describeKind(value);
}

/** The kind of `value`, which tells nothing of what is in it. */
export function describeKind(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : "an array";
  if (typeof value !== "object") return `a ${typeof value}`;
  const name = className(value);
  if (name === undefined || name === "Object") return "an object";
  return `${/^[AEIO]/.test(name) ? "an" : "a"} ${name}`;
}

function nearestName(name: string, known: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let nearestDistance = Infinity;
  for (const candidate of known) {
    const distance = editDistance(normalize(name), normalize(candidate));
    const isNear = distance <= Math.max(2, Math.min(name.length, 2 * candidate.length) / 3);
    if (isNear && distance < nearestDistance) [nearest, nearestDistance] = [candidate, distance];
  }
  return nearest;
}

/** So that Python's `rate_limit` finds `rateLimit`. */
function normalize(name: string): string {
  return name.slice(0, 64).replaceAll("_", "").toLowerCase();
}

/** The Levenshtein distance, row by row (Wagner and Fischer, 1974). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
