import type { Call } from "../call/call.ts";
import type { CallState } from "../call/call_state.ts";
import type { ItemOutcome } from "../progress/progress.ts";

/** The state of the call that ran for `call`, which the cache may let several share. */
export function stateOfRun(call: Call): CallState | undefined {
  return call.state?.servedBy?.state ?? call.state;
}

/** How the item of `call` ended, as progress counts it. */
export function outcomeOf(call: Call | undefined, isFailed: boolean): ItemOutcome {
  const cache = call?.state?.cache;
  const retries = call === undefined ? 0 : stateOfRun(call)?.retry ?? 0;
  return { isFailed, isCached: cache === "hit" || cache === "stale", isRetried: retries > 0 };
}

/** Anything may be thrown, but among the results only an error can be told from a value. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  return new Error("The item failed with a value that is no error", { cause: thrown });
}
