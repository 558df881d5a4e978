import type { Clock } from "../time/clock.ts";
import type { BreakerMetrics } from "./breaker_handle.ts";
import { metricsOf, type OutcomeTally } from "./outcome_tally.ts";

/** The window moves on by a tenth at a time. */
const BUCKETS = 10;

/** When a window has one failure, or one slow call, too many. */
export interface CallWindowOptions {
  /** Tells the time; one that may lag by a turn of the event loop serves. */
  readonly clock: Pick<Clock, "now" | "coarseNow">;
  /** How long the window is, in milliseconds. */
  readonly windowMs: number;
  /** With fewer calls in it nothing is too many. */
  readonly minimumCalls: number;
  /** The share of failures that is too many, from 0 to 1. */
  readonly failureRatio: number;
  /** The share of slow calls that is too many; over 1 for none. */
  readonly slowCallRatio: number;
}

/**
 * A sliding window of calls, in ten buckets of fixed size: what is older than the window falls out a bucket at a time, so
 * that the counts are those of the last nine to ten tenths of it. It is moved on when it is used, without a timer.
 *
 * After the time-based sliding window of resilience4j.
 */
export class CallWindow implements OutcomeTally {
  readonly #options: CallWindowOptions;
  readonly #bucketMs: number;
  readonly #calls = new Uint32Array(BUCKETS);
  readonly #failures = new Uint32Array(BUCKETS);
  readonly #slowCalls = new Uint32Array(BUCKETS);
  #callCount = 0;
  #failureCount = 0;
  #slowCount = 0;
  /** The bucket in use: its number since the clock began, its place, and when it ends. */
  #turn = -Infinity;
  #place = 0;
  #endsMs = -Infinity;

  /** An empty window. */
  constructor(options: CallWindowOptions) {
    this.#options = options;
    this.#bucketMs = options.windowMs / BUCKETS;
  }

  /** Counts a call that ended now. Only one that failed or was slow can be one too many. */
  record(isFailure: boolean, isSlow: boolean): boolean {
    this.#moveOn();
    this.#calls[this.#place]!++;
    this.#callCount++;
    if (!isFailure && !isSlow) return false;
    if (isFailure) {
      this.#failures[this.#place]!++;
      this.#failureCount++;
    }
    if (isSlow) {
      this.#slowCalls[this.#place]!++;
      this.#slowCount++;
    }
    return this.#isTooMuch();
  }

  /** Empties the window. */
  clear(): void {
    for (const counts of [this.#calls, this.#failures, this.#slowCalls]) counts.fill(0);
    this.#callCount = this.#failureCount = this.#slowCount = 0;
  }

  /** What is in the window now. */
  metrics(): BreakerMetrics {
    this.#moveOn();
    return metricsOf(this.#callCount, this.#failureCount, this.#slowCount);
  }

  /** Whether the window is empty. */
  get isIdle(): boolean {
    this.#moveOn();
    return this.#callCount === 0;
  }

  #isTooMuch(): boolean {
    const { minimumCalls, failureRatio, slowCallRatio } = this.#options;
    const calls = this.#callCount;
    if (calls < minimumCalls) return false;
    // Divided, as 0.55 × 20 is a little more than 11.
    return this.#failureCount / calls >= failureRatio || this.#slowCount / calls >= slowCallRatio;
  }

  #moveOn(): void {
    const { clock } = this.#options;
    const nowMs = clock.coarseNow === undefined ? clock.now() : clock.coarseNow();
    if (nowMs < this.#endsMs) return;
    const turn = Math.floor(nowMs / this.#bucketMs);
    const passed = Math.min(BUCKETS, turn - this.#turn);
    for (let bucket = 0; bucket < passed; bucket++) this.#empty(placeOf(turn - bucket));
    this.#turn = turn;
    this.#place = placeOf(turn);
    this.#endsMs = (turn + 1) * this.#bucketMs;
  }

  #empty(place: number): void {
    this.#callCount -= this.#calls[place]!;
    this.#failureCount -= this.#failures[place]!;
    this.#slowCount -= this.#slowCalls[place]!;
    this.#calls[place] = this.#failures[place] = this.#slowCalls[place] = 0;
  }
}

/** A monotonic clock may begin below 0. */
function placeOf(turn: number): number {
  return ((turn % BUCKETS) + BUCKETS) % BUCKETS;
}
