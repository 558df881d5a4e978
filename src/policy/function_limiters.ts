import type { Call } from "../call/call.ts";
import type { Limiter } from "../limiter/limiter.ts";
import type { LimiterHandle } from "../limiter/limiter_handle.ts";
import { makeLimiter } from "../limiter/make_limiter.ts";
import { isSameRate, type Rate } from "../limiter/rate.ts";
import { anyDuration, wrongOption } from "../options/validate.ts";
import { type Duration, parseDuration } from "../time/duration.ts";
import { bucketKeyOf, type BucketScope } from "./bucket_key.ts";
import { LimiterGroup } from "./limiter_group.ts";
import type { PolicyHost } from "./policy_host.ts";
import type { ResolvedLimit } from "./rate_fields.ts";
import { sharedLimiters } from "./shared_limiters.ts";

/** The limiters of a function. */
export interface FunctionLimiters {
  /** The limiter of a call. */
  readonly limiterOf: (call: Call) => Limiter;
  /** The only one, where all calls share it. */
  readonly shared: Limiter | undefined;
  /** What stands for all of them on the wrapped function. */
  readonly handle: LimiterHandle;
}

/**
 * Makes the limiters of a function.
 *
 * @param scope The options that say which calls share a limiter.
 * @param limits What each of them keeps to.
 * @param host What the instance provides for the policy.
 * @returns The limiters, made as their keys come.
 * @throws {ConfigurationError} If the limits of the scope `"global"` are others for another function.
 */
export function functionLimiters(
  scope: BucketScope,
  limits: readonly ResolvedLimit[],
  host: PolicyHost,
): FunctionLimiters {
  const isShared = limits[0]!.sharing !== undefined;
  const make = isShared ? sharedLimiters(limits, scope, host) : ownLimiters(limits, host);
  const keyOf = bucketKeyOf(scope, host, isShared);
  if (keyOf === undefined) {
    const limiter = scope.rateLimitScope === "global" ? globalLimiter(limits, make, host) : make();
    return { limiterOf: () => limiter, shared: limiter, handle: handleOf(limiter, host) };
  }
  const group = new LimiterGroup(make, host.clock);
  return { limiterOf: (call) => group.of(keyOf(call)), shared: undefined, handle: handleOf(group, host) };
}

function ownLimiters(limits: readonly ResolvedLimit[], { clock }: PolicyHost): () => Limiter {
  const rates = limits.map(({ rate }) => rate);
  return () => makeLimiter(rates, clock);
}

/** The limiter that all functions of the instance share, which keeps to one set of rates in one place. */
function globalLimiter(limits: readonly ResolvedLimit[], make: () => Limiter, host: PolicyHost): Limiter {
  const [rates, sharing] = [limits.map(({ rate }) => rate), limits[0]!.sharing];
  const shared = host.shared("rateLimitScope", "global", {}, () => ({ rates, sharing, limiter: make() }));
  for (const name of ["store", "key", "onStoreFailure"] as const) {
    if (sharing?.[name] === shared.sharing?.[name]) continue;
    const rule = { desired: `the same for all functions of the scope "global"`, isPrivate: name === "store" };
    throw wrongOption(host.task, `${limits[0]!.place}.${name}`, rule, sharing?.[name]);
  }
  if (rates.length !== shared.rates.length || !rates.every((rate, i) => isSameRate(rate, shared.rates[i]!))) {
    const desired = `the same for all functions of the scope "global" (${describeRates(shared.rates)})`;
    throw wrongOption(host.task, "rateLimit", { desired }, describeRates(rates));
  }
  return shared.limiter;
}

function describeRates(rates: readonly Rate[]): string {
  return rates.map(describeRate).join(", and ");
}

function describeRate({ limit, perMs, burst, isStrict, isWeighted }: Rate): string {
  return `${limit} per ${perMs / 1_000} s, burst ${burst}${isStrict ? ", strict" : ""}${isWeighted ? ", by cost" : ""}`;
}

function handleOf(whole: Limiter | LimiterGroup, host: PolicyHost): LimiterHandle {
  return Object.freeze({
    get waiting() {
      return whole.waiting;
    },
    get available() {
      return whole.available;
    },
    pause: (duration: Duration) => {
      const task = `pause the rate limit of ${JSON.stringify(host.functionName)}`;
      if (!anyDuration.accepts(duration)) throw wrongOption(task, "duration", anyDuration, duration);
      whole.pause(parseDuration(duration)!, "paused");
    },
    reset: () => whole.reset(),
  });
}
