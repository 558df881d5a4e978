import type { Call } from "../call/call.ts";
import { ConfigurationError } from "../errors/configuration_error.ts";
import type { FallbackParameters } from "../function_source/fallback_parameter.ts";

/**
 * The arguments of an attempt as they travel: fallback values, which may be keys, stay where they are, and the worker puts
 * its own in their place.
 *
 * @param call The call.
 * @param parameters The parameters that have such values.
 * @param functionName The name of the function, for messages.
 * @returns The arguments.
 * @throws {ConfigurationError} If the item brings values that the worker does not have.
 */
export function sentArguments(
  { args, state }: Call,
  parameters: FallbackParameters | undefined,
  functionName: string,
): readonly unknown[] {
  const index = state?.fallbackIndex;
  if (parameters === undefined || index === undefined) return args;
  const sent = parameters.argsWithout(args);
  const tried = parameters.valuesTried(args);
  const own = parameters.valuesTried(workerArguments(sent, parameters, index));
  if (tried.every((value, place) => value === own[place])) return sent;
  throw new ConfigurationError(
    `Cannot map ${
      JSON.stringify(functionName)
    } as 'fallbackValues' must be given in mode "cluster", where the values of ` +
      "an item do not travel: received an item with values of its own",
  );
}

/**
 * The arguments of an attempt as its function gets them on a worker.
 *
 * @param args The arguments as they travelled.
 * @param parameters The parameters that have fallback values.
 * @param index Which of them the attempt tries.
 * @returns The arguments.
 */
export function workerArguments(
  args: readonly unknown[],
  parameters: FallbackParameters | undefined,
  index: number | null,
): readonly unknown[] {
  const lists = index === null ? undefined : parameters?.listsOf(args);
  return lists === undefined ? args : parameters!.argsAt(args, lists, index!);
}
