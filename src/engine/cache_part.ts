import { cachePolicy } from "../layers/cache.ts";
import type { PolicyHost } from "../policy/policy_host.ts";
import type { EnginePolicy, PipelineParts } from "./engine.ts";
import { openFunctionCache } from "./open_function_cache.ts";

/** The policy of the cache, which opens that of the function. */
export const cachePart: EnginePolicy = { ...cachePolicy, prepare: openCache };

function openCache(parts: PipelineParts, host: PolicyHost): Partial<PolicyHost> {
  return parts.options.cache ? { cache: openFunctionCache({ ...parts, host, keyArguments: host.keyArguments }) } : {};
}
