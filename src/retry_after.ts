/** The three forms of a date in HTTP begin with a weekday and hold a time. */
const HTTP_DATE = /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? .*\d\d:\d\d:\d\d/i;

interface HeaderReader {
  get(name: string): unknown;
}

/**
 * How long the server that answered with `error` asks to be left alone, in milliseconds, or `undefined`
 * where it does not ask: `retryAfter` in seconds, or the `Retry-After` header of the error, of its
 * `response`, or of a thrown `Response`, as seconds or as a date (RFC 9110, section 10.2.3).
 */
export function retryAfterMs(error: unknown, wallNowMs: number): number | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { retryAfter, headers, response } = error as Record<"retryAfter" | "headers" | "response", unknown>;
  if (typeof retryAfter === "number" && retryAfter >= 0) return retryAfter * 1_000;
  const header = readHeader(headers) ?? readHeader((response as { headers?: unknown } | undefined | null)?.headers);
  return header === undefined ? undefined : parseRetryAfter(header, wallNowMs);
}

function readHeader(headers: unknown): string | undefined {
  if (typeof headers !== "object" || headers === null) return undefined;
  const value = isHeaderReader(headers) ? headers.get("retry-after") : findByName(headers);
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? value.trim() : undefined;
}

function isHeaderReader(headers: object): headers is HeaderReader {
  return typeof (headers as { get?: unknown }).get === "function";
}

function findByName(headers: object): unknown {
  for (const [name, value] of Object.entries(headers)) {
    if (name.toLowerCase() === "retry-after") return value;
  }
  return undefined;
}

function parseRetryAfter(header: string, wallNowMs: number): number | undefined {
  if (/^\d+(\.\d+)?$/.test(header)) return Number(header) * 1_000;
  // `Date.parse` takes "-5" and "soon 2099" for dates too.
  const dateMs = HTTP_DATE.test(header) ? Date.parse(header) : NaN;
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - wallNowMs);
}
