import { BRAND } from "./brand.ts";
import { isOfKind } from "./error_kind.ts";
import { httpStatusOf } from "./http_status.ts";
import { printable } from "./printable.ts";
import { className, isErrorObject, readField, readList, readText } from "./read_field.ts";

const MAX_NAME_LENGTH = 100;
const MAX_MESSAGE_LENGTH = 10_000;
/** How many calls within calls are looked through. */
const MAX_CALLS = 8;

/** A code that may be shown: a word, as codes are. */
const PLAIN_CODE = /^[\w.$:/-]{1,64}$/;

/**
 * The name of the kind of `error`; of a thrown value that is no error, its type.
 *
 * @param error What was thrown, of any type.
 * @returns The name, of at most 100 characters.
 */
export function errorName(error: unknown): string {
  if (error === null) return "null";
  if (typeof error !== "object") return typeof error;
  if (!isErrorObject(error)) return printable(className(error)?.slice(0, MAX_NAME_LENGTH) ?? "object");
  return printable((readText(error, "name") || className(error) || "Error").slice(0, MAX_NAME_LENGTH));
}

/**
 * The kind of `error` with its HTTP status or its code, which hold nothing private.
 *
 * @param error What was thrown, of any type.
 * @returns The label, such as `TypeError` or `HttpError (503)`.
 */
export function errorLabel(error: unknown): string {
  const mark = httpStatusOf(error) ?? shownCode(error);
  return mark === undefined ? errorName(error) : `${errorName(error)} (${mark})`;
}

/**
 * The text of `error`, cut where it has no end; of a thrown value that is no error, none.
 *
 * @param error What was thrown, of any type.
 * @param maxLength The longest text, in UTF-16 code units.
 * @returns The text, or `undefined` for a thrown value that is no error.
 */
export function errorText(error: unknown, maxLength: number = MAX_MESSAGE_LENGTH): string | undefined {
  const text = isErrorObject(error) ? readText(error, "message") : undefined;
  return text === undefined || text.length <= maxLength ? text : `${text.slice(0, maxLength)}…`;
}

/**
 * The root error of `error`: what the last attempt of a failed call threw, through calls within calls.
 *
 * @param error What was thrown, of any type.
 * @returns The error of the last attempt, or `error` itself.
 */
export function rootOf(error: unknown): unknown {
  let root = error;
  for (let depth = 0; depth < MAX_CALLS && isOfKind(root, "ALL_FAILED"); depth++) {
    if (readList(root, "attempts", 1).length === 0) return root;
    root = readField(root, "cause");
  }
  return root;
}

/** Errors of this library say by their name what their code says. */
function shownCode(error: unknown): string | number | undefined {
  const code = readField(error, "code");
  if (readField(error, BRAND) === true) return undefined;
  if (typeof code === "number") return code;
  return typeof code === "string" && PLAIN_CODE.test(code) ? code : undefined;
}
