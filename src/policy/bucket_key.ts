import { serializeArguments } from "../cache/key/cache_key.ts";
import { localKey } from "../cache/key/local_key.ts";
import type { Call } from "../call/call.ts";
import { keyAnswer } from "../options/key_answer.ts";
import { jointKey } from "./fallback_key.ts";
import type { PolicyHost } from "./policy_host.ts";

/** The options that say which calls share a bucket of the rate limit. */
export interface BucketScope {
  readonly rateLimitScope: "per_function" | "global" | "per_args";
  // deno-lint-ignore no-explicit-any -- options that stand on their own have to fit every function
  readonly rateLimitKey?: ((...args: any[]) => unknown) | undefined;
  /** Where fallback values have a health each has a bucket, too. */
  readonly fallbackStrategy?: unknown;
}

/**
 * What distinguishes the buckets of a function's rate limit.
 *
 * @param scope The options.
 * @param host What the instance provides for the policy.
 * @param isShared Whether other processes have to come to the same key, too.
 * @returns A function of the call, or `undefined` where all calls share one bucket.
 */
export function bucketKeyOf(
  scope: BucketScope,
  host: PolicyHost,
  isShared = false,
): ((call: Call) => unknown) | undefined {
  const { rateLimitScope, rateLimitKey } = scope;
  const valueKey = scope.fallbackStrategy === undefined ? undefined : host.fallbackKey;
  if (rateLimitScope === "global") return undefined;
  if (rateLimitScope === "per_function") return valueKey && (({ args }) => valueKey(args));
  const textOf: (args: readonly unknown[]) => unknown = isShared ? (args) => serializeArguments(args) : localKey;
  const argsKey = rateLimitKey === undefined
    ? (args: readonly unknown[]) => textOf(host.keyArguments(args))
    : (args: readonly unknown[]) => keyAnswer(host.functionName, "rateLimitKey", rateLimitKey(...args));
  if (valueKey === undefined) return ({ args }) => argsKey(args);
  return ({ args }) => jointKey([valueKey(args), argsKey(args)]);
}
