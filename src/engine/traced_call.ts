import { type Call, stateOf } from "../call/call.ts";
import type { Handler } from "../call/layer.ts";
import { beginTrace } from "../telemetry/call_trace.ts";
import { attemptsOf } from "./wrapper.ts";

/**
 * `handler`, tracing each call where there is something to trace it with.
 *
 * @param functionName The name of the function.
 * @param handler The handler of the call.
 * @param watched Answers the handler of calls that are watched attempt by attempt.
 * @returns The handler that also makes the spans.
 */
export function tracedCall(functionName: string, handler: Handler, watched: () => Handler): Handler {
  return (call: Call) => {
    const trace = beginTrace(functionName);
    if (trace === undefined) return handler(call);
    const state = stateOf(call);
    state.watcher = trace;
    const facts = () => ({ attempts: attemptsOf(call), cache: state.cache });
    return trace.run(() => watched()(call)).then(
      (value) => {
        trace.end(facts());
        return value;
      },
      (error) => {
        trace.end(facts(), error);
        throw error;
      },
    );
  };
}
