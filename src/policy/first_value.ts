import type { Call } from "../call/call.ts";
import type { Handler } from "../call/layer.ts";
import type { FallbackLists, FallbackParameters } from "../function_source/fallback_parameter.ts";

/**
 * Begins with the first value at once. Most calls end with it, and an async function for it would cost more than all else;
 * but a getter in the arguments may throw when they are read or copied, and a handler never does.
 *
 * @param parameters Where the values go in the arguments.
 * @param next Runs calls that bring no values.
 * @param tryFirst Runs a call with the first of the values that it brings, and the others after that.
 * @returns The handler.
 */
export function startingAtOnce(
  parameters: FallbackParameters,
  next: Handler,
  tryFirst: (call: Call, lists: FallbackLists) => Promise<unknown>,
): Handler {
  return (call) => {
    try {
      const lists = parameters.listsOf(call.args);
      return lists === undefined ? next(call) : tryFirst(call, lists);
    } catch (error) {
      return Promise.reject(error);
    }
  };
}
