import { AbortScope } from "../internal/abort_scope.ts";
import { interruptible } from "../internal/interruptible.ts";
import { Call, stateOf } from "../layer.ts";

/** One run that several identical calls wait for. */
export class Flight {
  /** The call that runs. */
  readonly call: Call;
  /** Under which the result is kept. */
  readonly key: unknown;
  /** What all of them get, once the run has begun. */
  promise: Promise<unknown> | undefined = undefined;
  /** How long the look took that found nothing to serve, in milliseconds. */
  lookMs = 0;
  /** Whether its result may be kept: no longer once its key was deleted or cleared. */
  mayStore = true;
  /** Whether it is to run on though nobody waits for it, as behind a stale value that was served. */
  isWanted = false;
  #waiters = 0;
  readonly #onAbandoned: () => void;

  /**
   * The flight for `leader`, which comes first. A leader that can be aborted lends its arguments
   * only, so that its abort drops it and no one else; `onAbandoned` is called once all have left.
   */
  constructor(leader: Call, key: unknown, onAbandoned: () => void) {
    this.key = key;
    this.#onAbandoned = onAbandoned;
    this.call = leader.state?.scope === undefined ? leader : runnerFor(leader);
  }

  /** Begins with what `promise` comes to, for which `leader` waits first. */
  board(leader: Call, promise: Promise<unknown>): Promise<unknown> {
    this.promise = promise;
    return this.join(leader);
  }

  /** Waits for the result on behalf of `call`. */
  join(call: Call): Promise<unknown> {
    this.#waiters++;
    if (call.state !== undefined && call !== this.call) call.state.servedBy = this.call;
    const scope = call.state?.scope;
    // The function that runs may make the same call before its own has got as far as a promise.
    const promise = this.promise ?? Promise.resolve().then(() => this.promise);
    if (scope === undefined || call === this.call) return promise;
    return interruptible(() => promise, (stop) =>
      scope.onAbort((reason) => {
        stop(reason);
        this.#leave(reason);
      }));
  }

  #leave(reason: unknown): void {
    if (--this.#waiters > 0 || this.isWanted) return;
    this.mayStore = false;
    this.#onAbandoned();
    this.call.state?.scope?.abort(reason);
  }
}

/** A call of its own that does as `call` would, without its signal. */
export function runnerFor(call: Call): Call {
  const runner = new Call(call.self, call.args, call.index);
  const state = stateOf(runner);
  state.limits = call.state?.limits;
  state.correlationId = call.state?.correlationId;
  state.scope = new AbortScope();
  return runner;
}
