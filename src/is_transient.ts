/** Request Timeout, Too Early, Too Many Requests and the server errors that pass. */
const TRANSIENT_STATUS = new Set([408, 425, 429, 500, 502, 503, 504]);

/** What Node, undici, Bun and libuv call lost connections, lookups that failed and time that ran out. */
const TRANSIENT_CODES = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "ESOCKETTIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "ENETUNREACH",
  "ENETDOWN",
  "ENETRESET",
  "ERR_STREAM_PREMATURE_CLOSE",
  "UND_ERR_SOCKET",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "ConnectionRefused",
  "ConnectionClosed",
  "ConnectionReset",
  "FailedToOpenSocket",
]);

/** What Deno calls the same, and what the web calls a time-out. */
const TRANSIENT_NAMES = new Set([
  "TimeoutError",
  "ConnectionRefused",
  "ConnectionReset",
  "ConnectionAborted",
  "NotConnected",
  "BrokenPipe",
  "TimedOut",
  "UnexpectedEof",
  "NetworkUnreachable",
  "HostUnreachable",
]);

/** A failed `fetch` is a `TypeError`, as a bug is: only the text tells them apart, runtime by runtime. */
const FAILED_FETCH = new RegExp(
  [
    "^error sending request", // Deno
    "^client error \\(", // Deno
    "^(error reading a body from connection|error decoding response body|connection closed before)", // Deno
    "^fetch failed$", // Node; Deno too, which goes on after it where an address is not allowed
    "^(Failed to fetch|network error)", // Chromium
    "^NetworkError when attempting to fetch resource", // Firefox
    "^(Load failed|The network connection was lost|The Internet connection appears to be offline)", // Safari
    "^Network connection lost", // Cloudflare Workers
    "^Network request failed", // polyfills
    "^(terminated|other side closed)", // Node, while the body is read
  ].join("|"),
  "i",
);

const MAX_CAUSES = 8;

/**
 * Whether `error` may well be gone at the next attempt: a failed fetch, a time-out, a lost connection,
 * or one of the statuses 408, 425, 429, 500, 502, 503 and 504, as `status` of the error or of its
 * `response`, or as a thrown `Response`. A `TypeError` that is a bug is not; an `AbortError` is not.
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
  return isTransientWithin(error, MAX_CAUSES);
}

function isTransientWithin(error: unknown, depth: number): boolean {
  if (typeof error !== "object" || error === null || depth === 0) return false;
  const { name, code, message, cause } = error as Record<string, unknown>;
  if (name === "AbortError") return false;
  const status = statusOf(error);
  if (status !== undefined) return TRANSIENT_STATUS.has(status);
  if (TRANSIENT_CODES.has(code as string) || TRANSIENT_NAMES.has(name as string)) return true;
  if (name === "TypeError" && typeof message === "string" && FAILED_FETCH.test(message)) return true;
  return isTransientWithin(cause, depth - 1) || hasTransientPart(error, depth);
}

/** Addresses that were tried in parallel fail together, as an `AggregateError`. */
function hasTransientPart(error: object, depth: number): boolean {
  const { errors } = error as { errors?: unknown };
  if (!(error instanceof AggregateError) || !Array.isArray(errors) || errors.length === 0) return false;
  return errors.every((part) => isTransientWithin(part, depth - 1));
}

function statusOf(error: object): number | undefined {
  const { status, statusCode, response } = error as Record<string, unknown>;
  const ofResponse = typeof response === "object" && response !== null
    ? (response as { status?: unknown }).status
    : undefined;
  return [status, statusCode, ofResponse].find((value) => typeof value === "number") as number | undefined;
}
