import { AbortScope } from "../../call/abort_scope.ts";
import { Call, stateOf } from "../../call/call.ts";
import type { CallLimits } from "../../call/call_state.ts";

/**
 * Makes a call that runs for others, and that none of them can abort by leaving.
 *
 * @param call Lends its `this`, its arguments, its correlation id and what follows it.
 * @param limits What the run keeps to.
 * @returns A call of its own, without the signal of `call`.
 */
export function runnerFor(call: Call, limits: CallLimits | undefined): Call {
  const runner = new Call(call.self, call.args, call.index);
  const state = stateOf(runner);
  state.limits = limits;
  state.correlationId = call.state?.correlationId;
  state.watcher = call.state?.watcher;
  state.scope = new AbortScope();
  return runner;
}
