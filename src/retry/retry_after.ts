import { isOfKind } from "../errors/error_kind.ts";
import { parseHttpDate } from "./http_date.ts";
import { isInstance, linkedErrors, readField, readList } from "../errors/read_field.ts";

/** Deeper nobody wraps an error, and more headers or errors nobody has. */
const MAX_DEPTH = 8;
const MAX_ITEMS = 1_000;

/** A doubled header is one text; the comma within a date is followed by its day and month. */
const BETWEEN_VALUES = /,(?! *\d{1,2}[ -][a-z])/i;

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
  return askedWithin(error, wallNowMs, MAX_DEPTH, new Set());
}

function askedWithin(error: unknown, wallNowMs: number, depth: number, seen: Set<object>): number | undefined {
  if (typeof error !== "object" || error === null || depth === 0 || seen.has(error)) return undefined;
  seen.add(error);
  const asked = askedBy(error, wallNowMs);
  if (asked !== undefined) return asked;
  return longest(behind(error).map((inner) => askedWithin(inner, wallNowMs, depth - 1, seen)));
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
  return ofField ?? holdersOf(error).map((holder) => askedByHeaders(readField(holder, "headers"), wallNowMs))
    .find((ms) => ms !== undefined);
}

/** What may have the headers: the error, its response, that of SDKs of AWS, or the answer that `failOn` refused. */
function holdersOf(error: object): unknown[] {
  const refused = isOfKind(error, "RESULT") ? readField(error, "value") : undefined;
  return [error, readField(error, "response"), readField(error, "$response"), refused];
}

function askedByHeaders(headers: unknown, wallNowMs: number): number | undefined {
  if (typeof headers !== "object" || headers === null) return undefined;
  for (const name of NAMES_IN_MS) {
    const ms = longest(valuesOf(headers, name).map(parseSeconds));
    if (ms !== undefined) return ms;
  }
  return longest(valuesOf(headers, "retry-after").map((value) => parseRetryAfter(value, wallNowMs)));
}

/** All values of the header `name`, also where it stands there twice. */
function valuesOf(headers: object, name: string): string[] {
  try {
    return foundIn(headers, name).flat().slice(0, MAX_ITEMS).flatMap((value) =>
      typeof value === "string" || typeof value === "number" ? String(value).split(BETWEEN_VALUES) : []
    ).map((value) => value.trim());
  } catch {
    return [];
  }
}

/** Finds `name` in `Headers` and the like of them, a `Map`, pairs, a flat list of names and values, or a plain object. */
function foundIn(headers: object, name: string): unknown[] {
  if (Array.isArray(headers)) return foundAmong(headers, name);
  if (headers instanceof Map) return foundAmong([...headers], name);
  const { get } = headers as { get?: unknown };
  if (typeof get === "function") return [get.call(headers, name)];
  return foundAmong(Object.entries(headers), name);
}

function foundAmong(list: readonly unknown[], name: string): unknown[] {
  if (list.some((item) => Array.isArray(item))) {
    return list.flatMap((item) => Array.isArray(item) && isNamed(item[0], name) ? [item[1]] : []);
  }
  return list.filter((_value, i) => i % 2 === 1 && isNamed(list[i - 1], name));
}

function isNamed(value: unknown, name: string): boolean {
  return typeof value === "string" && value.toLowerCase() === name;
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
