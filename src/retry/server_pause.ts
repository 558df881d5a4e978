import { httpStatusOf } from "../errors/http_status.ts";
import { readField } from "../errors/read_field.ts";
import { headerHolders } from "./header_values.ts";
import { type Quota, quotaFields } from "./quota_fields.ts";
import { longestWithin } from "./retry_after.ts";

const TOO_MANY_REQUESTS = 429;

/**
 * How long the server that failed with `error` asks all its callers to wait, where it gives no Retry-After: until the reset of
 * a quota that is used up, or whose rest is unknown. What is left of others does not count, but for the
 * status 429, as many servers say in each answer when their quotas begin anew.
 *
 * @param error What was thrown, of any type.
 * @param wallNowMs The wall-clock time, in milliseconds since 1970.
 * @returns The wait in milliseconds, or `undefined`.
 */
export function quotaPauseMs(error: unknown, wallNowMs: number): number | undefined {
  return longestWithin(error, (each) => {
    const quotas = headerHolders(each).flatMap((holder) => quotasOf(holder, wallNowMs));
    const usedUp = quotas.filter(({ remaining = 0 }) => remaining === 0);
    if (usedUp.length > 0) return Math.max(...usedUp.map(({ resetMs }) => resetMs));
    if (quotas.length === 0 || httpStatusOf(each) !== TOO_MANY_REQUESTS) return undefined;
    return Math.min(...quotas.map(({ resetMs }) => resetMs));
  });
}

/**
 * How long it is until a server that answered has more for its callers, where it says that nothing is left.
 *
 * @param response The answer.
 * @param wallNowMs The wall-clock time, in milliseconds since 1970.
 * @returns The wait in milliseconds, or `undefined`.
 */
export function usedUpMs(response: Response, wallNowMs: number): number | undefined {
  const usedUp = quotasOf(response, wallNowMs).filter(({ remaining }) => remaining === 0);
  return usedUp.length === 0 ? undefined : Math.max(...usedUp.map(({ resetMs }) => resetMs));
}

function quotasOf(holder: unknown, wallNowMs: number): Quota[] {
  const headers = readField(holder, "headers");
  return typeof headers === "object" && headers !== null ? quotaFields(headers, wallNowMs) : [];
}
