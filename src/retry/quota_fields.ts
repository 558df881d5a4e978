import { headerValues } from "./header_values.ts";

/** What a server says of one quota. */
export interface Quota {
  /** How many requests are left of it; `undefined` where it does not say. */
  readonly remaining: number | undefined;
  /** In how many milliseconds there are more. */
  readonly resetMs: number;
}

/** The beginnings of the names that say remaining and reset in a field each. */
const PREFIXES = ["ratelimit-", "x-ratelimit-", "x-rate-limit-"];

/** A number of seconds over this is a time of day. */
const LEAST_EPOCH = 1e9;

/** And over this one it is in milliseconds. */
const LEAST_EPOCH_MS = 1e11;

/**
 * What the headers of an answer say of the quotas of the caller: `RateLimit` (draft-ietf-httpapi-ratelimit-headers, as a
 * list such as `"hour";r=0;t=30`, and as it was until draft 7, `limit=10, remaining=0, reset=30`), `RateLimit-Remaining`
 * with `RateLimit-Reset` (until draft 6), and the same with `X-` before it, which stand in no standard.
 *
 * @param headers The headers, of any kind.
 * @param wallNowMs The wall-clock time, in milliseconds since 1970.
 * @returns The quotas of which the reset is known.
 */
export function quotaFields(headers: object, wallNowMs: number): Quota[] {
  const items = headerValues(headers, "ratelimit").map(parametersOf);
  const isList = items.some((item) => item.has("t"));
  const ofField = isList
    ? items.map((item) => quotaOf(item.get("r"), item.get("t"), wallNowMs))
    : [quotaOf(valueIn(items, "remaining"), valueIn(items, "reset"), wallNowMs)];
  const ofNames = PREFIXES.map((prefix) => {
    const [remaining, reset] = ["remaining", "reset"].map((name) => headerValues(headers, prefix + name)[0]);
    return quotaOf(remaining, reset, wallNowMs);
  });
  return [...ofField, ...ofNames].filter((quota) => quota !== undefined);
}

function quotaOf(remaining: string | undefined, reset: string | undefined, wallNowMs: number): Quota | undefined {
  const seconds = numberIn(reset);
  if (seconds === undefined) return undefined;
  const epochMs = seconds > LEAST_EPOCH_MS ? seconds : seconds * 1_000;
  const resetMs = seconds > LEAST_EPOCH ? Math.max(0, epochMs - wallNowMs) : seconds * 1_000;
  return { remaining: numberIn(remaining), resetMs };
}

/** The parameters of an item of a list, or the only one of `remaining=0`. */
function parametersOf(item: string): ReadonlyMap<string, string> {
  return new Map(
    item.split(";").map((part) => {
      const [name = "", value = ""] = part.split("=");
      return [name.trim().toLowerCase(), value.trim()];
    }),
  );
}

function valueIn(items: readonly ReadonlyMap<string, string>[], name: string): string | undefined {
  return items.find((item) => item.has(name))?.get(name);
}

function numberIn(value: string | undefined): number | undefined {
  return value !== undefined && /^\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
}
