import type { Call } from "../call/call.ts";
import type { CallState } from "../call/call_state.ts";
import type { ItemOutcome } from "../progress/progress.ts";

/** What an item comes to that is not to run. */
export const NOT_RUN: unique symbol = Symbol("not run");

/** How an item ended that needed no call. */
export const PLAIN_SUCCESS: ItemOutcome = { isFailed: false, isCached: false, isRetried: false };

/**
 * The state of the call that ran for `call`, which the cache may let several share.
 *
 * @param call The call of the item.
 * @returns The state, or `undefined` where nothing ran.
 */
export function stateOfRun(call: Call): CallState | undefined {
  return call.state?.servedBy?.state ?? call.state;
}

/**
 * How the item of `call` ended, as progress counts it.
 *
 * @param call The call of the item, if there was one.
 * @param isFailed Whether the item failed.
 * @param hasRun Whether it was not skipped.
 * @returns The outcome.
 */
export function outcomeOf(call: Call | undefined, isFailed: boolean, hasRun = true): ItemOutcome {
  const cache = call?.state?.cache;
  const retries = call === undefined ? 0 : stateOfRun(call)?.retry ?? 0;
  return {
    isFailed,
    isCached: cache === "hit" || cache === "stale",
    isJournaled: cache === "journal" && hasRun,
    isSkipped: !hasRun,
    isRetried: retries > 0,
  };
}

/**
 * Anything may be thrown, but among the results only an error can be distinguished from a value.
 *
 * @param thrown What was thrown, of any type.
 * @returns `thrown`, or an error that has it as its cause.
 */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  return new Error("The item failed with a value that is no error", { cause: thrown });
}
