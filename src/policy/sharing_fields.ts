import type { LimitStore } from "../limiter/store/limit_store.ts";
import type { StoreFailure } from "../limiter/store/shared_limits.ts";
import { nonEmptyString, oneOf, type OptionRule, type OptionRules, wrongOption } from "../options/validate.ts";

/** How a limit is shared with other processes. */
export interface Sharing {
  readonly store: LimitStore;
  /** What it is known by; `undefined` for the name of the function. */
  readonly key: string | undefined;
  readonly onStoreFailure: StoreFailure;
}

/** What has to do with a store, as the user gives it. */
interface SharingFields {
  readonly store?: LimitStore | undefined;
  readonly key?: string | undefined;
  readonly onStoreFailure?: StoreFailure | undefined;
  readonly strict?: boolean | undefined;
}

/** What a store of limits has to have. */
const STORE_METHODS = ["book", "pause", "settle", "reset", "watch"];

const storeRule: OptionRule = {
  desired: "a store of limits, such as redisLimits() or sqliteLimits()",
  accepts: (value) => STORE_METHODS.every((name) => typeof Object(value)[name] === "function"),
  isPrivate: true,
};

/** What the fields may be that have to do with a store. */
export const SHARING_RULES: OptionRules = {
  store: storeRule,
  key: nonEmptyString,
  onStoreFailure: oneOf(["share", "fail", "open"]),
};

/**
 * How one limit is shared.
 *
 * @param task What fails if a field is wrong, for the message, as in `wrap "fetchUser"`.
 * @param fields The limit as the user gave it, each field checked by itself.
 * @param place Where it stands in the options.
 * @returns How, or `undefined` where it is kept by this process.
 * @throws {ConfigurationError} If a field does nothing: what has to do with a store without one, or `strict` with one.
 */
export function sharingOf(task: string, fields: SharingFields, place: string): Sharing | undefined {
  const { store, key, onStoreFailure, strict } = fields;
  if (store !== undefined) {
    if (!strict) return { store, key, onStoreFailure: onStoreFailure ?? "share" };
    const desired = "left out where 'store' is given, as a store remembers no windows";
    throw wrongOption(task, `${place}.strict`, { desired }, strict);
  }
  for (const [name, value] of Object.entries({ key, onStoreFailure })) {
    if (value === undefined) continue;
    const desired = "given together with 'store', without which it does nothing";
    throw wrongOption(task, `${place}.${name}`, { desired }, value);
  }
  return undefined;
}

/**
 * Checks that all limits of an array are shared in one way: tokens of all of them are taken at once, which two stores cannot do.
 *
 * @param task What fails if they are not, for the message, as in `wrap "fetchUser"`.
 * @param limits The limits, and where they stand in the options.
 * @throws {ConfigurationError} If one is shared in another way than the first.
 */
export function requireOneSharing(
  task: string,
  limits: readonly { readonly sharing: Sharing | undefined; readonly place: string }[],
): void {
  const first = limits[0]!.sharing;
  for (const { sharing, place } of limits) {
    for (const name of ["store", "key", "onStoreFailure"] as const) {
      if (first?.[name] === sharing?.[name]) continue;
      const rule = { desired: "the same in all limits of the array", isPrivate: name === "store" };
      throw wrongOption(task, `${place}.${name}`, rule, sharing?.[name]);
    }
  }
}
