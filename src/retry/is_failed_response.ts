import { statusWithin } from "../errors/http_status.ts";

/**
 * Whether `value` is the answer of a server that says no: a `Response`, or what another client answers, whose `status` or
 * `statusCode` is 400 or above. It is made for `failOn`, with which `fetch` fails as other functions do.
 *
 * @param value What the function answered.
 * @returns Whether that is to count as a failure.
 * @example
 * ```ts
 * import { isFailedResponse, isTransient, opero } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * const load = opero(fetch, { failOn: isFailedResponse, retryOn: isTransient });
 * assertEquals(load.name, "fetch");
 * assertEquals(isFailedResponse(new Response(null, { status: 404 })), true);
 * ```
 */
export function isFailedResponse(value: unknown): boolean {
  return (statusWithin(value) ?? 0) >= 400;
}
