import type { Call } from "../call/call.ts";
import type { RunningAttempt } from "../call/call_state.ts";
import { movedBuffers } from "./transfer.ts";

/** The worker that has a job, as the job's fate depends on it. */
export interface JobHolder {
  /** Whether it still has `job`. */
  has(job: Job): boolean;
  /** Whether `job` has begun. */
  hasBegun(job: Job): boolean;
  /** The job in its synchronous part, which keeps all others waiting. */
  readonly blocker: Job | undefined;
  /** How long it has given no sign of life although it was asked for one, in milliseconds. */
  readonly silentMs: number;
  /** Whether nothing but `job` can be what it is busy with. */
  isAloneWith(job: Job): boolean;
  /** Asks for a sign of life, `elapsedMs` after it was asked last. */
  probe(elapsedMs: number): void;
  /** Takes `job` back; `false` if it has begun. */
  takeOneBack(job: Job): boolean;
  /** Asks `job`, which runs, to stop. */
  abort(job: Job, reason: unknown): void;
}

/** What a job needs of the part of the pool that is its function's. */
export interface JobOwner {
  /** Stops `job`, which rejects with `reason`. */
  stop(job: Job, reason: unknown): void;
  /** So many attempts are settled. */
  onSettled(count: number): void;
}

/** One attempt of an item on its way to a worker and back. One of its kinds notifies who asked for it. */
export abstract class Job implements RunningAttempt {
  /** The first argument, and the item's place in the map, -1 for none. */
  readonly item: unknown;
  readonly index: number;
  /** The buffers that go with it permanently, so that it can be sent only once. */
  readonly moved: readonly ArrayBuffer[] | undefined;
  /** Where it was sent, from then until it ends. */
  worker: JobHolder | undefined = undefined;
  /** Its slot at that worker. */
  slot = 0;
  /** How long it was seen to run, in milliseconds; `undefined` before it began. */
  ranMs: number | undefined = undefined;
  /** How long it may run, in milliseconds; `undefined` for as long as it likes. */
  limitMs: number | undefined = undefined;
  /** It shared a worker that died, and runs next to no other until it is known who did it. */
  isSuspect = false;
  /** It runs in a worker that has run nothing before: what ends that is this job's doing. */
  isDoubted = false;
  /** How many workers that had it were lost before they began it. */
  missedCount = 0;
  /** The call, where there is one by now. */
  knownCall: Call | undefined = undefined;
  /** Whether it has ended. */
  isSettled = false;
  readonly #owner: JobOwner;

  /** A job that waits to be sent. */
  constructor(item: unknown, index: number, owner: JobOwner) {
    this.item = item;
    this.index = index;
    this.#owner = owner;
    this.moved = movedBuffers(item);
  }

  /** The call that it is an attempt of. */
  abstract readonly call: Call;
  /** Passes the outcome to who asked for it. */
  protected abstract deliver(isFailed: boolean, outcome: unknown): void;

  /** What the keys of its run begin with; `undefined` outside of a run. */
  abstract readonly runKey: string | undefined;
  /** The key that it was given in place of that of its run and its place; `undefined` for none. */
  abstract readonly givenKey: string | undefined;

  /** Whether no worker has begun it. */
  get isWaiting(): boolean {
    return this.worker === undefined || !this.worker.hasBegun(this);
  }

  /** Stops it, wherever it is. */
  abort(reason: unknown): void {
    if (!this.isSettled) this.#owner.stop(this, reason);
  }

  /** It ended well. */
  succeed(value: unknown): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.deliver(false, value);
    this.#owner.onSettled(1);
  }

  /** It ended with `error`. */
  fail(error: unknown): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.deliver(true, error);
    this.#owner.onSettled(1);
  }
}
