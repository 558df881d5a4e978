import type { Call } from "../call/call.ts";

/** Is called with the length of a pause, in milliseconds. */
export type PauseListener = (ms: number) => void;

/** What one attempt has taken of each limit of the rate limit: of those of this process, or of those in a store. */
export interface Spending {
  /** Of this process. */
  readonly taken: readonly { readonly cost: number }[];
  /** In a store. */
  readonly costs?: readonly number[];
}

/**
 * What a policy wants to know of how attempts end. It says so while the layers are made, and those that know it anyway look
 * here when they are composed: a promise of its own for each attempt would cost more than the policy.
 */
export class OutcomeWatch {
  /** Is given the value of each call that succeeds, and answers the same. */
  onValue: ((value: unknown) => unknown) | undefined = undefined;
  /** The same, where it depends on the call. */
  onValueOf: ((value: unknown, call: Call) => unknown) | undefined = undefined;
  /** Is given each attempt that failed, with the arguments that it had. */
  onFailure: ((call: Call, error: unknown) => void) | undefined = undefined;
  /** Are called where a server pauses the rate limit, with for how many milliseconds. Most functions have none. */
  declare pauseListeners: Set<PauseListener> | undefined;
  /** Is given what each attempt of a call takes of a rate limit with a `cost`, where that is wanted. */
  declare onSpend: ((call: Call, spending: Spending | number) => void) | undefined;
}
