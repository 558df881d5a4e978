import { resolveFallbackParameters } from "../function_source/fallback_parameter.ts";
import { argFallbackPolicy } from "../layers/arg_fallback.ts";
import { fallbackKeyOf } from "../policy/fallback_key.ts";
import type { PolicyHost } from "../policy/policy_host.ts";
import type { EnginePolicy, PipelineParts } from "./engine.ts";

/** The policy of the fallback values, which finds their parameters for all others. */
export const argFallbackPart: EnginePolicy = { ...argFallbackPolicy, prepare: findParameters };

function findParameters({ fn, task, options }: PipelineParts): Partial<PolicyHost> {
  const parameters = resolveFallbackParameters(task, fn, options);
  if (parameters === undefined) return {};
  return {
    parameters,
    keyArguments: (args) => parameters.argsWithout(args),
    fallbackKey: fallbackKeyOf(parameters),
  };
}
