import { isOfKind } from "../errors/error_kind.ts";
import { headerHolders, headerValues } from "./header_values.ts";
import { parseHttpDate } from "./http_date.ts";
import { isInstance, linkedErrors, readField, readList } from "../errors/read_field.ts";

/** Errors are not wrapped deeper than this, nor are there more of them. */
const MAX_DEPTH = 8;
const MAX_ITEMS = 1_000;

/** Says it in milliseconds, first with the prefix of Azure: more exact, so it comes first. */
const NAMES_IN_MS = ["retry-after-ms", "x-ms-retry-after-ms"];

/**
 * How long the server that answered with `error` asks to wait, in milliseconds, or `undefined` where it does not
 * ask: `retryAfter` in seconds, or the header `Retry-After` (RFC 9110, section 10.2.3) or `retry-after-ms` of the error, of
 * its `response`, or of a thrown `Response`; and where the error itself does not say, the same of what it stands for.
 *
 * @param error What was thrown, of any type.
 * @param wallNowMs The wall-clock time, in milliseconds since 1970.
 * @returns The wait, in milliseconds, or `undefined`.
 */
export function retryAfterMs(error: unknown, wallNowMs: number): number | undefined {
  return longestWithin(error, (each) => askedBy(each, wallNowMs));
}

/**
 * What `read` answers of `error`; where it has no answer, the most of what it answers of the errors that `error` stands for.
 *
 * @param error What was thrown, of any type.
 * @param read Reads a time from one error.
 * @returns The longest time, or `undefined`.
 */
export function longestWithin(error: unknown, read: (error: object) => number | undefined): number | undefined {
  return within(error, read, MAX_DEPTH, new Set());
}

function within(
  error: unknown,
  read: (error: object) => number | undefined,
  depth: number,
  seen: Set<object>,
): number | undefined {
  if (typeof error !== "object" || error === null || depth === 0 || seen.has(error)) return undefined;
  seen.add(error);
  return read(error) ?? longest(behind(error).map((inner) => within(inner, read, depth - 1, seen)));
}

/** What `error` stands for. A call that ended because of a Retry-After may have got it from any of its attempts. */
function behind(error: object): readonly unknown[] {
  const isTooLong = isOfKind(error, "ALL_FAILED") && readField(error, "reason") === "retry_after";
  if (isTooLong || isInstance(error, AggregateError)) return readList(error, "errors", MAX_ITEMS);
  return linkedErrors(error);
}

function askedBy(error: object, wallNowMs: number): number | undefined {
  const asked = readField(error, "retryAfter");
  if (typeof asked === "number" && asked >= 0) return asked * 1_000;
  const ofField = typeof asked === "string" ? parseRetryAfter(asked, wallNowMs) : undefined;
  return ofField ?? headerHolders(error).map((holder) => askedByHeaders(readField(holder, "headers"), wallNowMs))
    .find((ms) => ms !== undefined);
}

function askedByHeaders(headers: unknown, wallNowMs: number): number | undefined {
  if (typeof headers !== "object" || headers === null) return undefined;
  for (const name of NAMES_IN_MS) {
    const ms = longest(headerValues(headers, name).map(parseSeconds));
    if (ms !== undefined) return ms;
  }
  return longest(headerValues(headers, "retry-after").map((value) => parseRetryAfter(value, wallNowMs)));
}

function parseRetryAfter(value: string, wallNowMs: number): number | undefined {
  const seconds = parseSeconds(value);
  if (seconds !== undefined) return seconds * 1_000;
  const dateMs = parseHttpDate(value.trim(), wallNowMs);
  return dateMs === undefined ? undefined : Math.max(0, dateMs - wallNowMs);
}

function parseSeconds(value: string): number | undefined {
  return /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : undefined;
}

function longest(times: readonly (number | undefined)[]): number | undefined {
  return times.reduce<number | undefined>(
    (one, other) => one === undefined || (other ?? -1) > one ? other ?? one : one,
    undefined,
  );
}
