import { isAbortError } from "../errors/is_abort_error.ts";
import { BRAND } from "../errors/brand.ts";
import { isOfKind } from "../errors/error_kind.ts";
import { httpStatusOf, statusWithin } from "../errors/http_status.ts";
import { isErrorObject, isInstance, linkedErrors, readField, readList, readText, tagOf } from "../errors/read_field.ts";
import { isFailedFetch } from "./is_failed_fetch.ts";
import {
  BROKEN_ANSWER,
  BUSY_SQLITE,
  BUSY_SQLITE_ERRCODES,
  TRANSIENT_CODES,
  TRANSIENT_GRPC,
  TRANSIENT_SQLSTATE,
  TRANSIENT_STATUS,
  TRANSIENT_TEXT,
} from "./transient_marks.ts";

/** Errors are not wrapped deeper than this, nor are more addresses tried. */
const MAX_DEPTH = 8;
const MAX_PARTS = 1_000;

/** What MongoDB labels errors with. */
const [RETRY_WRITE, RETRY_TRANSACTION] = ["RetryableWriteError", "TransientTransactionError"];

/** What Anthropic says with status 529, or in the middle of a stream. */
const OVERLOADED = "overloaded_error";

/** Errors of this library that pass: what is over a limit of the caller's own is none. */
const PASSING_KINDS = ["TIMEOUT", "CIRCUIT_OPEN", "OVERLOAD"];

/**
 * Whether `error` may well be gone at the next attempt: a failed fetch, a time-out, a lost connection,
 * or one of the statuses 408, 425, 429, 500, 502, 503 and 504, as `status` of the error or of its
 * `response`, or as a thrown `Response`. It knows the errors of fetch on each runtime, undici, node-fetch, axios, got,
 * gRPC, HTTP/2, SDKs of AWS, OpenAI and Anthropic, and clients of PostgreSQL, MySQL, MongoDB, Redis, NATS and RabbitMQ, also as
 * the `cause` of another; and a `CircuitOpenError` or an `OverloadError` of a function within.
 * A `TypeError` that is a bug is not; an `AbortError` is not.
 *
 * @param error What was thrown, of any type.
 * @returns `true` if a retry may succeed.
 *
 * @example
 * ```ts
 * import { isTransient, opero } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * const load = opero(async (url: string) => await (await fetch(url)).json(), { retryOn: isTransient });
 * assertEquals(load.options.retries, 3);
 * assertEquals(isTransient(Object.assign(new Error("busy"), { status: 503 })), true);
 * assertEquals(isTransient(new TypeError("x is not a function")), false);
 * ```
 */
export function isTransient(error: unknown): boolean {
  return isTransientWithin(error, MAX_DEPTH, new Map());
}

/** `judged` keeps what was found of each error: they may share others, and go round. */
function isTransientWithin(error: unknown, depth: number, judged: Map<object, boolean>): boolean {
  if (typeof error !== "object" || error === null || depth === 0) return false;
  const known = judged.get(error);
  if (known !== undefined) return known;
  judged.set(error, false);
  const answer = judge(error, depth, judged);
  judged.set(error, answer);
  return answer;
}

function judge(error: object, depth: number, judged: Map<object, boolean>): boolean {
  if (isAbortError(error)) return false;
  if (saysSo(error) || BROKEN_ANSWER.test(readText(error, "message") ?? "")) return true;
  const status = httpStatusOf(error) ?? statusOfRefused(error);
  // An answer of 200 may break off, which a code tells.
  if (status !== undefined && status >= 400) return TRANSIENT_STATUS.has(status);
  if (hasTransientCode(error) || hasTransientText(error)) return true;
  const links = linkedErrors(error);
  return links.some((linked) => isTransientWithin(linked, depth - 1, judged)) ||
    hasOnlyTransientParts(error, depth, judged);
}

/** SDKs of AWS, which throttle with status 400, Cloudflare's durable objects, KafkaJS, MongoDB and Anthropic say it themselves. */
function saysSo(error: object): boolean {
  const retryable = readField(error, "$retryable");
  if (typeof retryable === "object" && retryable !== null) return true;
  if (readField(error, "retryable") === true || readField(error, "retriable") === true) return true;
  if (readField(error, "type") === OVERLOADED) return true;
  if (readList(error, "errorLabels", MAX_PARTS).some((label) => label === RETRY_WRITE || label === RETRY_TRANSACTION)) {
    return true;
  }
  const isOfAws = readField(error, "$metadata") !== undefined;
  return isOfAws && TRANSIENT_CODES.has(readText(error, "name") ?? readText(error, "code") ?? "");
}

/** What `failOn` refused may be the answer of a client that makes no error of it. */
function statusOfRefused(error: object): number | undefined {
  return isOfKind(error, "RESULT") ? statusWithin(readField(error, "value")) : undefined;
}

function hasTransientCode(error: object): boolean {
  if (PASSING_KINDS.some((kind) => isOfKind(error, kind))) return true;
  const code = readField(error, "code");
  if (typeof code === "number" && isTransientGrpc(error, code)) return true;
  if (typeof code === "string" && isTransientCode(code)) return true;
  const type = readField(error, "type");
  if (type === "request-timeout" || type === "body-timeout") return true;
  const errcode = readField(error, "errcode");
  if (typeof errcode === "number" && BUSY_SQLITE_ERRCODES.has(errcode & 0xff)) return true;
  return [readText(error, "errorCode"), readText(error, "sqlState"), readText(error, "codeName"), nameOf(error)].some((
    mark,
  ) => mark !== undefined && isTransientCode(mark));
}

/** Codes of Firebase have their service before them: `functions/unavailable`. */
function isTransientCode(code: string): boolean {
  return TRANSIENT_CODES.has(code) || TRANSIENT_CODES.has(code.slice(code.indexOf("/") + 1)) ||
    TRANSIENT_SQLSTATE.test(code) || BUSY_SQLITE.test(code);
}

/** Names of this library's errors say nothing that their codes do not, and one of another's may mean something else. */
function nameOf(error: object): string | undefined {
  return readField(error, BRAND) === true ? undefined : readText(error, "name");
}

/** Numbers are codes of gRPC, but for those that the DOM, MongoDB and the end of a child process bear. */
function isTransientGrpc(error: object, code: number): boolean {
  if (!TRANSIENT_GRPC.has(code) || tagOf(error) === "[object DOMException]") return false;
  return ["codeName", "cmd", "killed", "exitCode"].every((field) => readField(error, field) === undefined);
}

function hasTransientText(error: object): boolean {
  const text = readText(error, "message");
  if (text === undefined || !isErrorObject(error)) return false;
  if (TRANSIENT_TEXT.test(text)) return true;
  const name = readText(error, "name");
  const mayBeFetch = isInstance(error, TypeError) || name === "TypeError" || name === "Http";
  return mayBeFetch && isFailedFetch(error);
}

/** Addresses that were tried in parallel fail together, as an `AggregateError`. */
function hasOnlyTransientParts(error: object, depth: number, judged: Map<object, boolean>): boolean {
  if (!isInstance(error, AggregateError) && readText(error, "name") !== "AggregateError") return false;
  const parts = readList(error, "errors", MAX_PARTS);
  return parts.length > 0 && parts.every((part) => isTransientWithin(part, depth - 1, judged));
}
