import type { Call } from "../call/call.ts";
import type { RunningAttempt } from "../call/call_state.ts";
import type { WireItem } from "./wire/items_frame.ts";

/** An attempt as it travels. */
export interface WrittenItem {
  readonly item: WireItem;
  /** How many bytes a frame with it alone takes at most. */
  readonly bytes: number;
}

/** Stops jobs. */
export interface JobStopper {
  /** Stops `job`, which rejects with `reason`. */
  stop(job: ClusterJob, reason: unknown): void;
}

/** One attempt of an item, from when it is begun here until it is known how it ended elsewhere. */
export class ClusterJob implements RunningAttempt {
  readonly call: Call;
  /** What travels. */
  readonly item: WireItem;
  /** How many bytes a frame with it alone takes at most. */
  readonly bytes: number;
  /** Its outcome. */
  readonly promise: Promise<unknown>;
  /** Whether the engine has it. */
  isSent = false;
  /** Whether it has ended. */
  isSettled = false;
  readonly #stopper: JobStopper;
  #resolve!: (value: unknown) => void;
  #reject!: (error: unknown) => void;

  /** A job that waits to be sent. */
  constructor(call: Call, { item, bytes }: WrittenItem, stopper: JobStopper) {
    this.call = call;
    this.item = item;
    this.bytes = bytes;
    this.#stopper = stopper;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Whether it waits here. */
  get isWaiting(): boolean {
    return !this.isSent;
  }

  /** Stops it, wherever it is. */
  abort(reason: unknown): void {
    if (!this.isSettled) this.#stopper.stop(this, reason);
  }

  /** It ended well. */
  succeed(value: unknown): void {
    this.isSettled = true;
    this.#resolve(value);
  }

  /** It ended with `error`. */
  fail(error: unknown): void {
    this.isSettled = true;
    this.#reject(error);
  }
}
