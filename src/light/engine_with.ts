import { RefusalLog } from "../attempt/refusal_log.ts";
import { retryPredicate } from "../attempt/retry_predicate.ts";
import { cacheHandle } from "../engine/cache_handle.ts";
import { NAME_OPTIONS } from "../engine/call_settings.ts";
import type { Engine, EnginePolicy } from "../engine/engine.ts";
import type { FilledOptions, OperoOptions } from "../engine/opero_options.ts";
import { SharedValues } from "../engine/shared_values.ts";
import { wrongOption } from "../options/validate.ts";
import { LAYER_ORDER } from "../policy/layer_order.ts";
import { tableOf } from "../policy/option_table.ts";
import { NO_HANDLES } from "../policy/policy_handles.ts";
import type { ExtraPolicy } from "./extra_policy.ts";
import { LIGHT_ENGINE, LIGHT_POLICIES } from "./light_engine.ts";
import { lightHint } from "./light_hint.ts";

/**
 * The engine of the light door with further policies, each at its place in the order.
 *
 * @param task What cannot be done where one is none.
 * @param extras The policies, in any order.
 * @returns The engine.
 * @throws {ConfigurationError} If one is no policy.
 */
export function engineWith(task: string, extras: readonly ExtraPolicy[]): Engine {
  const byPlace = new Map(LIGHT_POLICIES.map((policy) => [policy.name, policy]));
  for (const extra of extras) {
    const policy = innerPolicy(task, extra);
    byPlace.set(policy.name, policy);
  }
  const policies = LAYER_ORDER.map((place) => byPlace.get(place)).filter((policy) => policy !== undefined);
  return {
    ...LIGHT_ENGINE,
    policies,
    table: tableOf<OperoOptions, FilledOptions>([...policies, NAME_OPTIONS], lightHint),
    // Some of them refuse attempts, are shared by a name, and give the functions handles.
    openShared: () => new SharedValues(),
    openLog: (log, { fallbackOn }) =>
      new RefusalLog({
        ...log,
        fallbackOn: retryPredicate(fallbackOn, log.functionName, "fallbackOn", LIGHT_ENGINE.isBug),
      }),
    openHandles: ({ cache, functionName }) => ({ cache: cacheHandle(cache, functionName), ...NO_HANDLES }),
  };
}

function innerPolicy(task: string, extra: ExtraPolicy): EnginePolicy {
  const policy: Partial<EnginePolicy> = Object(extra?.policy);
  if (typeof policy.resolve === "function") return policy as EnginePolicy;
  const desired = 'an array of "@opero/core/policies", such as [cache, rateLimit]';
  throw wrongOption(task, "policies", { desired }, extra);
}
