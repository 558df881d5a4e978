import type { Call } from "../call/call.ts";

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
}
