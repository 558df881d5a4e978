import { ConfigurationError } from "../../errors/configuration_error.ts";
import type { CacheClaim, CacheEntry } from "./cache_backend.ts";

/** What takes the place of an entry that could not be read: it has expired, and what takes its place need not be written. */
export const UNREADABLE_ENTRY: CacheEntry = Object.freeze({
  value: undefined,
  createdAt: -Infinity,
  expiresAt: -Infinity,
  staleUntil: -Infinity,
});

/**
 * What a backend has answered to `get`, if it is an entry: a copy, as it may be an object of any making, whose fields
 * are better read but once.
 *
 * @param answer What `get` of a backend returned.
 * @returns A copy of the entry, or `undefined` where there is none.
 * @throws {ConfigurationError} If it is anything else.
 */
export function requireEntry(answer: unknown): CacheEntry | undefined {
  if (answer === undefined) return undefined;
  if (typeof answer !== "object" || answer === null || !("value" in answer)) throw wrongShape();
  const { value, createdAt, expiresAt, staleUntil } = answer as CacheEntry;
  if (!areTimes(createdAt, expiresAt, staleUntil)) throw wrongShape();
  return { value, createdAt, expiresAt, staleUntil };
}

/**
 * What a backend has answered to `claim`, if it is a claim. One that is made of tiers answers nothing where its tier failed.
 *
 * @param answer What `claim` of a backend returned.
 * @returns A copy of the claim, or `undefined` where there is none.
 * @throws {ConfigurationError} If it is anything else.
 */
export function requireClaim(answer: unknown): CacheClaim | undefined {
  if (answer === undefined) return undefined;
  const { held, busyMs, entry } = Object(answer) as Partial<Record<"held" | "busyMs" | "entry", unknown>>;
  if (held === true) return { held };
  if (typeof busyMs === "number" && busyMs >= 0) return { busyMs };
  const found = requireEntry(entry);
  if (found === undefined) throw wrongShape("claim", "{ held: true }, { busyMs } or { entry }");
  return { entry: found };
}

function areTimes(a: unknown, b: unknown, c: unknown): boolean {
  return typeof a === "number" && a >= 0 && typeof b === "number" && b >= 0 && typeof c === "number" && c >= 0;
}

function wrongShape(method = "get", desired = "an entry or undefined"): ConfigurationError {
  return new ConfigurationError(
    `Cannot use what a cache backend returned as '${method}' must return ${desired}`,
  );
}
