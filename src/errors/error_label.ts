import { httpStatusOf } from "./http_status.ts";
import { printable } from "./printable.ts";
import { className, isErrorObject, linkedErrors, readField, readList, readText } from "./read_field.ts";

/** What every error of this library bears, whichever copy of it made the error. */
export const BRAND: unique symbol = Symbol.for("@opero/core/error");

const MAX_NAME_LENGTH = 100;
const MAX_MESSAGE_LENGTH = 10_000;
const MAX_DEPTH = 8;
/** So many errors are described with what they stand for; more of them by their names. */
const MAX_DESCRIBED = 1_000;
const MAX_ATTEMPTS = 100_000;

/** A code that may be shown: a word, as codes are. */
const PLAIN_CODE = /^[\w.$:/-]{1,64}$/;

/** Whether `error` is one of this library of the kind `code`. */
export function isOfKind(error: unknown, code: string): boolean {
  return readField(error, BRAND) === true && readField(error, "code") === code;
}

/** The name of the kind of `error`; of a thrown value that is no error, its type. */
export function errorName(error: unknown): string {
  if (error === null) return "null";
  if (typeof error !== "object") return typeof error;
  if (!isErrorObject(error)) return printable(className(error)?.slice(0, MAX_NAME_LENGTH) ?? "object");
  return printable((readText(error, "name") || className(error) || "Error").slice(0, MAX_NAME_LENGTH));
}

/** The kind of `error` with its HTTP status or its code, which tell nothing private. */
export function errorLabel(error: unknown): string {
  const mark = httpStatusOf(error) ?? shownCode(error);
  return mark === undefined ? errorName(error) : `${errorName(error)} (${mark})`;
}

/** The text of `error`, cut where it has no end; of a thrown value that is no error, none. */
export function errorText(error: unknown, maxLength: number = MAX_MESSAGE_LENGTH): string | undefined {
  const text = isErrorObject(error) ? readText(error, "message") : undefined;
  return text === undefined || text.length <= maxLength ? text : `${text.slice(0, maxLength)}…`;
}

/** The error that `error` comes down to: of calls that gave up, within one another too, what their last attempt threw. */
export function rootOf(error: unknown): unknown {
  let root = error;
  for (let depth = 0; depth < MAX_DEPTH && isOfKind(root, "ALL_FAILED"); depth++) {
    if (readList(root, "attempts", 1).length === 0) return root;
    root = readField(root, "cause");
  }
  return root;
}

/** How many errors may still be described in full. */
export interface Room {
  /** The number of them. */
  left: number;
}

/** Room for what one answer of `toJSON()` may hold. */
export function newRoom(): Room {
  return { left: MAX_DESCRIBED };
}

/**
 * What `JSON.stringify` is to write of `error`: name, message, code, status, and the same of what it stands for, within
 * `room`, so that rings and errors that share others take time and space that are linear and bounded.
 */
export function describeError(error: unknown, room: Room, depth = 0): Record<string, unknown> {
  if (room.left <= 0) return { name: errorName(error) };
  room.left--;
  if (isOfKind(error, "ALL_FAILED")) return describeAllFailed(error, room, depth);
  const [cause] = depth < MAX_DEPTH ? linkedErrors(error) : [];
  return {
    name: errorName(error),
    message: errorText(error),
    ...describeFields(error),
    ...(cause === undefined ? {} : { cause: describeError(cause, room, depth + 1) }),
  };
}

/** The same of an `AllFailedError`: all but its stack. */
export function describeAllFailed(error: unknown, room: Room, depth = 0): Record<string, unknown> {
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
      error: describeError(readField(attempt, "error"), room, depth + 1),
    })),
  };
}

/** `date` as text, also where it is none. */
export function toIso(date: unknown): string {
  try {
    return (date as Date).toISOString();
  } catch {
    return "an unknown time";
  }
}

function describeFields(error: unknown): { code?: string | number; status?: number } {
  const code = readField(error, "code");
  const status = httpStatusOf(error);
  return {
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
    ...(status === undefined ? {} : { status }),
  };
}

/** Errors of this library say by their name what their code says. */
function shownCode(error: unknown): string | number | undefined {
  const code = readField(error, "code");
  if (readField(error, BRAND) === true) return undefined;
  if (typeof code === "number") return code;
  return typeof code === "string" && PLAIN_CODE.test(code) ? code : undefined;
}
