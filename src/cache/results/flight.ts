import { AbortScope } from "../../call/abort_scope.ts";
import { interruptible } from "../../call/interruptible.ts";
import { Call, stateOf } from "../../call/call.ts";
import type { CallLimits } from "../../call/call_state.ts";
import type { CacheEntry } from "../backend/cache_backend.ts";
import { SharedResult } from "./shared_result.ts";
import { cancelSingleUse, isSingleUse, isUsedUp } from "./single_use.ts";

/** Runs the function for a call that joined a flight whose result only one can have. */
export type Rerun = (call: Call) => Promise<unknown>;

/** One run that several identical calls wait for. */
export class Flight {
  /** The call that runs. */
  readonly call: Call;
  /** Under which the result is kept. */
  readonly key: unknown;
  /** Whose run it is: calls of another function with the same identity don't join it. */
  readonly owner: object;
  /** Another flight with the same key. */
  next: Flight | undefined = undefined;
  /** What all of them get, once the run has begun. */
  promise: Promise<unknown> | undefined = undefined;
  /** How long the look took that found nothing to serve, in milliseconds. */
  lookMs = 0;
  /** Whether its result may be kept: no longer once its key was deleted, cleared or set. */
  mayStore = true;
  /** The value past its time that others are served with while it runs; it runs on though nobody waits for it. */
  stale: CacheEntry | undefined = undefined;
  /** Whether code that runs within it can be told from other code, wherever it is. */
  isTracked = false;
  /** The flight in whose run it was begun, where that is known. */
  parent: Flight | undefined = undefined;
  /** The flights that its run waits for, and those whose runs wait for it, where that is known. */
  waitsFor: Set<Flight> | undefined = undefined;
  waitedBy: Set<Flight> | undefined = undefined;
  /** Whether the function has been called for it, after the look that it may begin with. */
  hasBegun = false;
  /** Whether it is over. */
  hasLanded = false;
  #waiters = 0;
  #hasOwnCaller = false;
  #shared: SharedResult | undefined = undefined;
  readonly #onAbandoned: () => void;

  /**
   * A flight of `owner` on which `call` runs; `onAbandoned` is called once all who waited have left. A call that is
   * lent (see {@link runnerFor}) is nobody's own: the result is for those who join.
   */
  constructor(owner: object, call: Call, key: unknown, onAbandoned: () => void) {
    this.owner = owner;
    this.call = call;
    this.key = key;
    this.#onAbandoned = onAbandoned;
  }

  /** Begins with what `promise` comes to, for which `leader` waits first. */
  board(leader: Call, promise: Promise<unknown>, rerun: Rerun): Promise<unknown> {
    this.promise = promise;
    return this.join(leader, rerun);
  }

  /** Waits for the result on behalf of `call`; where only one caller can have it, `rerun` makes another. */
  join(call: Call, rerun: Rerun): Promise<unknown> {
    this.#waiters++;
    // What the run comes to is handed to its own call by `arrive()`.
    if (call === this.call) {
      this.#hasOwnCaller = true;
      return this.#begun;
    }
    if (call.state !== undefined) call.state.servedBy = this.call;
    return this.#joinAsGuest(call, rerun);
  }

  /** What the run has come to: what its own call gets of it. What can be read only once is shared out among all who wait. */
  arrive(value: unknown): unknown {
    if (!isSingleUse(value) || isUsedUp(value)) return value;
    if (this.#waiters === 0) {
      cancelSingleUse(value);
      return undefined;
    }
    this.#shared = new SharedResult(value, this.#waiters);
    return this.#hasOwnCaller ? this.#shared.take() : value;
  }

  /** The function that runs may make the same call before its own has got as far as a promise. */
  get #begun(): Promise<unknown> {
    return this.promise ?? Promise.resolve().then(() => this.promise);
  }

  #joinAsGuest(call: Call, rerun: Rerun): Promise<unknown> {
    const scope = call.state?.scope;
    let hasLeft = false;
    let wasCounted = true;
    const result = this.#begun.then((value) => {
      if (this.#shared === undefined) return value;
      if (!hasLeft) return this.#shared.take(() => rerun(call));
      if (wasCounted) this.#shared.leave();
      return undefined;
    });
    if (scope === undefined) return result;
    return interruptible(() => result, (stop) => {
      const leave = (reason: unknown) => {
        hasLeft = true;
        wasCounted = this.#shared !== undefined;
        stop(reason);
        this.#leave(reason);
      };
      scope.onAbort(leave);
      return () => scope.offAbort(leave);
    });
  }

  #leave(reason: unknown): void {
    if (--this.#waiters > 0 || this.stale !== undefined) return;
    this.mayStore = false;
    this.#onAbandoned();
    this.call.state?.scope?.abort(reason);
  }
}

/** A call of its own that does as `call` would within `limits`, without its signal. */
export function runnerFor(call: Call, limits: CallLimits | undefined): Call {
  const runner = new Call(call.self, call.args, call.index);
  const state = stateOf(runner);
  state.limits = limits;
  state.correlationId = call.state?.correlationId;
  state.scope = new AbortScope();
  return runner;
}
