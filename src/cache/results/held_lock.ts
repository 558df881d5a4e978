import type { MaybePromise } from "../../call/maybe_promise.ts";
import type { Clock, Timer } from "../../time/clock.ts";
import type { CacheClaim } from "../backend/cache_backend.ts";
import type { FlightLock } from "./flight_lock.ts";

/** What a lock can be asked for; each answers `undefined` where its backend failed. */
export interface LockRequests {
  /** Takes it. */
  claim(): MaybePromise<CacheClaim | undefined>;
  /** Prolongs it. */
  keep(): MaybePromise<boolean | undefined>;
  /** Gives it back. */
  release(): MaybePromise<unknown>;
}

/** So often a lock is prolonged within its lease, so that one that is late or lost does no harm. */
const BEATS_A_LEASE = 3;

/** The lock of a key while the function runs for it: it is prolonged as long as the event loop lives. */
export class HeldLock implements FlightLock {
  readonly #token: string;
  readonly #requests: LockRequests;
  readonly #leaseMs: number;
  readonly #clock: Clock;
  #heldUntilMs: number;
  #timer: Timer | undefined = undefined;
  #isOver = false;

  /** One that `token` was given at `sinceMs`, for `leaseMs`. */
  constructor(token: string, requests: LockRequests, leaseMs: number, sinceMs: number, clock: Clock) {
    this.#token = token;
    this.#requests = requests;
    this.#leaseMs = leaseMs;
    this.#clock = clock;
    this.#heldUntilMs = sinceMs + leaseMs;
    this.#schedule();
  }

  /** Gives it back. */
  release(): void {
    if (!this.#isOver) {
      this.#end();
      void this.#requests.release();
    }
  }

  /** Lets `write` keep a result, which gives the lock back, too. */
  async write(write: (token: string) => MaybePromise<boolean>): Promise<boolean> {
    if (this.#isOver || !await this.#isHeld()) return false;
    const isKept = await write(this.#token);
    if (isKept) this.#end();
    return isKept;
  }

  /**
   * A run that did not let the event loop live, or a process that was stopped, may be past its lease: then the lock is
   * claimed again, which succeeds where no other process has run meanwhile or is running.
   */
  async #isHeld(): Promise<boolean> {
    const nowMs = this.#clock.now();
    if (nowMs < this.#heldUntilMs) return true;
    const claim = await this.#requests.claim();
    const isHeld = claim !== undefined && "held" in claim;
    if (isHeld) this.#heldUntilMs = nowMs + this.#leaseMs;
    return isHeld;
  }

  #schedule(): void {
    const beat = () => this.#beat();
    const beatMs = this.#leaseMs / BEATS_A_LEASE;
    this.#timer = this.#clock.setBackgroundTimer?.(beatMs, beat) ?? this.#clock.setTimer(beatMs, beat);
  }

  async #beat(): Promise<void> {
    const sinceMs = this.#clock.now();
    const isKept = await this.#requests.keep();
    if (this.#isOver) return;
    if (isKept === false) {
      // Whether another process has it is found out when there is something to write.
      this.#heldUntilMs = -Infinity;
      return;
    }
    if (isKept) this.#heldUntilMs = sinceMs + this.#leaseMs;
    this.#schedule();
  }

  #end(): void {
    this.#isOver = true;
    this.#timer?.cancel();
  }
}
