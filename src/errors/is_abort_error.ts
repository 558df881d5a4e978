import { className, readField, readText } from "./read_field.ts";

/** What the web, Node, axios, got and others call an error that stands for an abort. */
const ABORT_NAMES = new Set(["AbortError", "CanceledError", "CancelledError", "CancelError"]);

/** The codes of the same, which minified code leaves as they are: Node, axios, got, undici. */
const ABORT_CODES = new Set(["ABORT_ERR", "ERR_ABORTED", "ERR_CANCELED", "UND_ERR_ABORT", "UND_ERR_ABORTED"]);

/** ioredis names the error of a command whose connection broke off as others name an abort. */
const LOST_CONNECTION = /^Command aborted due to connection close/;

/**
 * Whether `error` says that an end was asked for: it is no failure, and is never retried.
 *
 * @param error What was thrown, of any type.
 * @returns `true` for an abort.
 */
export function isAbortError(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  if (LOST_CONNECTION.test(readText(error, "message") ?? "")) return false;
  return ABORT_NAMES.has(readText(error, "name") ?? "") ||
    ABORT_CODES.has(readText(error, "code") ?? "") ||
    readField(error, "__CANCEL__") === true ||
    // node-fetch; and node-redis, whose errors have the name of their class alone.
    readField(error, "type") === "aborted" || className(error) === "AbortError";
}
