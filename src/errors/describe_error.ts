import { isOfKind } from "./error_kind.ts";
import { errorName, errorText } from "./error_label.ts";
import { httpStatusOf } from "./http_status.ts";
import { linkedErrors, readField, readList, readSafely } from "./read_field.ts";

const MAX_DEPTH = 8;
/** How many errors are described in full, with their causes; all others are described by their names. */
const MAX_DESCRIBED = 1_000;
const MAX_ATTEMPTS = 100_000;
/** A longer text is no code. */
const MAX_CODE_LENGTH = 1_000;

/** How many more errors one answer of `toJSON()` may describe in full. */
export interface DescriptionBudget {
  /** The number of them. */
  left: number;
}

/**
 * The budget of one answer of `toJSON()`.
 *
 * @returns The budget, to be shared by all parts of one answer.
 */
export function newBudget(): DescriptionBudget {
  return { left: MAX_DESCRIBED };
}

/**
 * What `JSON.stringify` is to write of `error`: name, message, code, status, and the same of what it stands for, within
 * `budget`, so that rings and errors that share others take time and space that are linear and bounded.
 *
 * @param error What was thrown, of any type.
 * @param budget How many more errors may be described in full.
 * @param depth How deep the error stands below the first one.
 * @returns The description, as plain data.
 */
export function describeError(error: unknown, budget: DescriptionBudget, depth = 0): Record<string, unknown> {
  if (budget.left <= 0) return { name: errorName(error) };
  budget.left--;
  if (isOfKind(error, "ALL_FAILED")) return describeAllFailed(error, budget, depth);
  const [cause] = depth < MAX_DEPTH ? linkedErrors(error) : [];
  return {
    ...describeBriefly(error),
    ...(cause !== undefined && { cause: describeError(cause, budget, depth + 1) }),
  };
}

/**
 * The name, the message, the code and the status of `error`, and nothing of what it stands for.
 *
 * @param error What was thrown, of any type.
 * @returns The description, as plain data.
 */
export function describeBriefly(error: unknown): Record<string, unknown> {
  const code = readField(error, "code");
  const status = httpStatusOf(error);
  return {
    name: errorName(error),
    message: errorText(error),
    ...((typeof code === "number" || (typeof code === "string" && code.length <= MAX_CODE_LENGTH)) && { code }),
    ...(status && { status }),
  };
}

/**
 * The same of an `AllFailedError`: all but its stack.
 *
 * @param error An `AllFailedError`, of this copy of the library or another one.
 * @param budget How many more errors may be described in full.
 * @param depth How deep the error stands below the first one.
 * @returns The description, as plain data.
 */
export function describeAllFailed(error: unknown, budget: DescriptionBudget, depth = 0): Record<string, unknown> {
  const attempts = depth < MAX_DEPTH ? readList(error, "attempts", MAX_ATTEMPTS) : [];
  return {
    name: errorName(error),
    code: readField(error, "code"),
    message: errorText(error),
    reason: readField(error, "reason"),
    correlationId: readField(error, "correlationId"),
    attempts: attempts.map((attempt) => ({
      number: readField(attempt, "number"),
      retry: readField(attempt, "retry"),
      fallbackIndex: readField(attempt, "fallbackIndex"),
      startedAt: toIso(readField(attempt, "startedAt")),
      duration: readField(attempt, "duration"),
      error: describeError(readField(attempt, "error"), budget, depth + 1),
    })),
    ...describeRefusal(error, attempts.length, budget, depth),
  };
}

/** What refused a further attempt is an error that no attempt has. Its cause is the error of the attempt before. */
function describeRefusal(error: unknown, attempts: number, budget: DescriptionBudget, depth: number): object {
  const errors = depth < MAX_DEPTH ? readList(error, "errors", attempts + 1) : [];
  return errors.length > attempts ? { refusal: describeError(errors.at(-1), budget, MAX_DEPTH) } : {};
}

/**
 * `date` in ISO 8601; a fixed text where it is not a valid date.
 *
 * @param date Any value.
 * @returns The text.
 */
export function toIso(date: unknown): string {
  return readSafely(() => (date as Date).toISOString()) ?? "an unknown time";
}
