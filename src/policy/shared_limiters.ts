import { serializeArguments } from "../cache/key/cache_key.ts";
import { errorLabel } from "../errors/error_label.ts";
import { quoted } from "../errors/printable.ts";
import { LateLimiter } from "../limiter/store/late_limiter.ts";
import type { Limiter } from "../limiter/limiter.ts";
import type { SharedLimits } from "../limiter/store/shared_limits.ts";
import { wrongOption } from "../options/validate.ts";
import { sha256HexNow } from "../runtime/sha256.ts";
import type { BucketScope } from "./bucket_key.ts";
import type { PolicyHost } from "./policy_host.ts";
import type { ResolvedLimit } from "./rate_fields.ts";
import type { Sharing } from "./sharing_fields.ts";

/** A hash as long as this is another key's by no chance. */
const KEY_DIGITS = 32;

/**
 * What makes the limiters of a function whose limits are in a store.
 *
 * @param limits The limits, all in the same store.
 * @param scope Which calls share a limiter.
 * @param host What the instance provides for the policy.
 * @returns Makes the limiter of a key that `bucketKeyOf` answered; `undefined` where there is one alone.
 * @throws {ConfigurationError} If there is nothing that other processes could know the limit by.
 */
export function sharedLimiters(
  limits: readonly ResolvedLimit[],
  scope: BucketScope,
  host: PolicyHost,
): (key?: unknown) => Limiter {
  const sharing = limits[0]!.sharing!;
  if (scope.fallbackStrategy !== undefined) {
    const desired = "left out with 'fallbackStrategy' or 'cooldown', where each fallback value has a limit of its own";
    throw wrongOption(host.task, `${limits[0]!.place}.store`, { desired, isPrivate: true }, sharing.store);
  }
  const name = sharing.key ?? nameOf(limits[0]!, scope, host);
  return (key) => new LateLimiter(setupOf(key === undefined ? name : `${name}:${textOf(key)}`, limits, sharing, host));
}

function nameOf({ place }: ResolvedLimit, { rateLimitScope }: BucketScope, { task, functionName }: PolicyHost): string {
  if (rateLimitScope !== "global" && functionName !== "anonymous") return functionName;
  const desired = "given with a 'store', as all processes must know the limit by one name";
  throw wrongOption(task, `${place}.key`, { desired }, undefined);
}

/** Arguments are in no key that is stored. */
function textOf(key: unknown): string {
  return sha256HexNow(serializeArguments([key])).slice(0, KEY_DIGITS);
}

function setupOf(name: string, limits: readonly ResolvedLimit[], sharing: Sharing, host: PolicyHost): SharedLimits {
  const { telemetry, functionName, clock } = host;
  let isNew = true;
  return {
    store: sharing.store,
    limits: limits.map(({ rate: { limit, perMs, burst } }, i) => ({
      key: `${name}#${i}`,
      intervalMs: perMs / limit,
      burst,
    })),
    onFailure: sharing.onStoreFailure,
    clock,
    onAway: (error, meanwhile) => {
      const message = `${STORE} of ${quoted(functionName)} is away (${errorLabel(error)}): ${meanwhile}`;
      // The first is seen without a log, too: it may be that the store can't be reached at all.
      if (isNew) telemetry.warnOnce("limit", functionName, message);
      else telemetry.log("warning", message, { functionName });
      isNew = false;
    },
    onBack: () => telemetry.log("info", `${STORE} is back`, { functionName }),
  };
}

const STORE = "the store of the rate limit";
