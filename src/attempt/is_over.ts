import type { CallState } from "../call/call_state.ts";

/**
 * Whether no attempt of a call may follow, whatever threw.
 *
 * @param state What is known of the call.
 * @returns `true` if an attempt was final, or the call is aborted.
 */
export function isOver(state: CallState): boolean {
  return state.isFinal || isAborted(state);
}

/**
 * Whether a call is aborted.
 *
 * @param state What is known of the call.
 * @returns `true` if its scope is.
 */
export function isAborted({ scope }: CallState): boolean {
  return scope !== undefined && scope.isAborted;
}
