import type { Clock } from "../time/clock.ts";
import type { BreakerMetrics, CircuitState } from "./breaker_handle.ts";
import { CallWindow } from "./call_window.ts";
import { FailureRow } from "./failure_row.ts";
import type { OutcomeTally } from "./outcome_tally.ts";
import { type TrialRule, Trials } from "./trials.ts";

/** A window of attempts in which too large a share failed opens the circuit. */
export interface RatioTrip {
  /** The share, over 0 and up to 1. */
  readonly failureRatio: number;
  /** With fewer attempts in the window it does not open. */
  readonly minimumCalls: number;
  /** How long the window is, in milliseconds. */
  readonly windowMs: number;
}

/** How many failures in a row open the circuit. */
export interface RowTrip {
  /** How many. */
  readonly consecutiveFailures: number;
}

/** When a circuit breaker opens, and for how long. */
export interface BreakerSettings {
  /** What opens it. */
  readonly trip: RatioTrip | RowTrip;
  /** How long it is open before trials are let through, in milliseconds. Trials that fail double it. */
  readonly openMs: number;
  /** How long it is open at most, in milliseconds. */
  readonly maxOpenMs: number;
  /** How many attempts are trials of a half-open circuit. */
  readonly halfOpenCalls: number;
  /** An attempt that takes longer is slow, in milliseconds; `Infinity` for none. */
  readonly slowCallMs: number;
  /** The share of slow attempts that opens the circuit; in a row they are failures. */
  readonly slowCallRatio: number;
}

/**
 * The permission to make one attempt: the number of the epoch in which it was given. It is given back by exactly one of
 * `succeed()`, `fail()` and `release()`. An epoch lasts until the circuit changes; what comes of an older one is nothing.
 */
export type Permit = number;

/** A change of the circuit. */
export interface CircuitChange {
  /** What it is now. */
  readonly state: CircuitState;
  /** What was counted before. */
  readonly metrics: BreakerMetrics;
  /** How long it is open, in milliseconds; `undefined` where it is not. */
  readonly openMs: number | undefined;
}

/** The share of trials that may not fail after a row of failures: none may. */
const NONE = Number.MIN_VALUE;

/** An open circuit that gets no call for this long after its end is out of date. */
const FORGOTTEN_MS = 600_000;

/**
 * Circuit breaker (M. Nygard, "Release It!", 2007): where too many attempts have failed, none is made for a while; then a
 * few trials decide whether to close it, or to open it again for longer. Its time is looked at when a call asks, so it has
 * no timer. Windows and trials are those of resilience4j; the epochs are those of Sony's gobreaker.
 */
export class CircuitBreaker {
  readonly #clock: Clock;
  readonly #settings: BreakerSettings;
  readonly #tally: OutcomeTally;
  readonly #rule: TrialRule;
  #state: CircuitState = "closed";
  #epoch = 0;
  #trials: Trials;
  /** How long it is open this time, and when that, or the patience with the trials, is over. */
  #openMs: number;
  #untilMs = -Infinity;
  #change: CircuitChange | undefined = undefined;

  /** A breaker that is closed. */
  constructor(settings: BreakerSettings, clock: Clock) {
    const { trip, slowCallMs, halfOpenCalls: calls, openMs } = settings;
    const slowCallRatio = slowCallMs === Infinity ? Infinity : settings.slowCallRatio;
    this.#clock = clock;
    this.#settings = settings;
    this.#openMs = openMs;
    if ("windowMs" in trip) {
      this.#tally = new CallWindow({ ...trip, slowCallRatio, clock });
      this.#rule = { calls, failureRatio: trip.failureRatio, slowCallRatio };
    } else {
      this.#tally = new FailureRow(clock, trip.consecutiveFailures);
      this.#rule = { calls, failureRatio: NONE, slowCallRatio: NONE };
    }
    this.#trials = new Trials(this.#rule);
  }

  /** The state; it stays `open` until a call asks for a permit once its time is over. */
  get state(): CircuitState {
    return this.#state;
  }

  /** What was counted while it was closed last. */
  metrics(): BreakerMetrics {
    return this.#tally.metrics();
  }

  /** Whether it is closed and knows of no failure. */
  get isUntroubled(): boolean {
    return this.#state === "closed" && this.#tally.metrics().failures === 0;
  }

  /** Whether a new one would do the same. */
  get isIdle(): boolean {
    if (this.#state === "isolated") return false;
    if (this.#state === "closed") return this.#tally.isIdle;
    return this.#clock.now() >= this.#untilMs + FORGOTTEN_MS;
  }

  /** For how long it is open yet, in milliseconds; `undefined` where it is unknown when it lets something through. */
  get retryAfterMs(): number | undefined {
    return this.#state === "open" ? Math.max(0, this.#untilMs - this.#clock.now()) : undefined;
  }

  /** Whether it has changed since {@link CircuitBreaker.takeChange}. */
  get hasChanged(): boolean {
    return this.#change !== undefined;
  }

  /** The latest change, once, for the caller that caused it to report. */
  takeChange(): CircuitChange | undefined {
    const change = this.#change;
    this.#change = undefined;
    return change;
  }

  /**
   * Asks whether an attempt may be made now.
   *
   * @returns A permit, or `undefined` where it may not.
   */
  tryAcquire(): Permit | undefined {
    if (this.#state === "closed") return this.#epoch;
    if (this.#state === "isolated") return undefined;
    if (this.#state === "half-open" && this.#trials.tryTake()) return this.#epoch;
    if (this.#clock.now() < this.#untilMs) return undefined;
    if (this.#state === "open") {
      this.#trials = new Trials(this.#rule);
      this.#enter("half-open");
    } else {
      // Trials that hang would keep it half-open.
      this.#trials.giveUpWaiting();
    }
    this.#untilMs = this.#clock.now() + this.#openMs;
    return this.#trials.tryTake() ? this.#epoch : undefined;
  }

  /** The attempt succeeded, after `tookMs` milliseconds. */
  succeed(permit: Permit, tookMs = 0): void {
    this.#record(permit, false, tookMs);
  }

  /** The attempt failed, after `tookMs` milliseconds. */
  fail(permit: Permit, tookMs = 0): void {
    this.#record(permit, true, tookMs);
  }

  /** The attempt came to nothing that counts: another may be made in its place. */
  release(permit: Permit): void {
    if (permit === this.#epoch && this.#state === "half-open") this.#trials.giveBack();
  }

  /** Lets nothing through until it is reset. */
  isolate(): void {
    if (this.#state !== "isolated") this.#enter("isolated");
  }

  /** Closes it and forgets what was counted. */
  reset(): void {
    if (this.#state === "closed") this.#epoch++;
    else this.#enter("closed");
    this.#tally.clear();
    this.#openMs = this.#settings.openMs;
  }

  #record(permit: Permit, isFailure: boolean, tookMs: number): void {
    if (permit !== this.#epoch) return;
    const isSlow = tookMs > this.#settings.slowCallMs;
    if (this.#state === "closed") {
      if (this.#tally.record(isFailure, isSlow)) this.#open(this.#settings.openMs);
      return;
    }
    const verdict = this.#trials.record(isFailure, isSlow);
    if (verdict === "passed") this.reset();
    else if (verdict === "failed") this.#open(Math.min(this.#settings.maxOpenMs, this.#openMs * 2));
  }

  #open(openMs: number): void {
    this.#openMs = openMs;
    this.#untilMs = this.#clock.now() + openMs;
    this.#enter("open");
  }

  /** What is counted in a new epoch begins at nothing; what opened the circuit shows until it closes. */
  #enter(state: CircuitState): void {
    this.#state = state;
    this.#epoch++;
    this.#change = { state, metrics: this.#tally.metrics(), openMs: state === "open" ? this.#openMs : undefined };
  }
}
