import type { Clock } from "../time/clock.ts";
import { Latency } from "./latency.ts";

/** When a value cools down: times in milliseconds. */
export interface HealthSettings {
  /** After so many failures within the window. */
  readonly allowedFails: number;
  readonly windowMs: number;
  /** For how long, where the server does not say. */
  readonly cooldownMs: number;
}

/** What an attempt that failed says of its value. */
export interface ValueFailure {
  /** The monotonic time at which it ended, in milliseconds. */
  readonly nowMs: number;
  /** How long it took, in milliseconds. */
  readonly tookMs: number;
  /** Whether the value is refused as such, so that no further failure is needed. */
  readonly isRejected: boolean;
  /** How long the server asks to wait, in milliseconds; 0 where it does not. */
  readonly retryAfterMs: number;
}

/** A value is not waited for longer, whatever a server says; so one that is not used any more can be forgotten. */
const MAX_COOLING_MS = 24 * 60 * 60 * 1_000;

/**
 * What is known of a fallback value: whether it cools down, and when it was used. After the cooldowns of LiteLLM's router:
 * so many failures within a window, at once where the value itself is refused.
 */
export class ValueHealth {
  /** How many of its attempts are under way. */
  inFlight = 0;
  /** When it was chosen last, and when calls began to stay with it: numbers that grow with each such event; 0 for never. */
  chosenAt = 0;
  stayedAt = 0;
  readonly #settings: HealthSettings;
  readonly #latency: Latency;
  /** The latest failures, at most as many as are allowed. */
  readonly #failedMs: number[] = [];
  readonly #clock: Pick<Clock, "now">;
  #usedMs = -Infinity;
  #coolUntilMs = -Infinity;

  /** A healthy value that was never used. */
  constructor(settings: HealthSettings, clock: Pick<Clock, "now">) {
    this.#settings = settings;
    this.#clock = clock;
    this.#latency = new Latency(settings.windowMs);
  }

  /** The monotonic time at which it may be used again, in milliseconds. */
  get coolUntilMs(): number {
    return this.#coolUntilMs;
  }

  /** Whether it cools down. */
  isCooling(nowMs: number): boolean {
    return nowMs < this.#coolUntilMs;
  }

  /** What is to be expected of it, for a comparison with others. */
  load(nowMs: number): number {
    return this.#latency.load(this.inFlight, nowMs);
  }

  /** A call brings it, and may try it. */
  use(nowMs: number): this {
    this.#usedMs = nowMs;
    return this;
  }

  /** An attempt with it succeeded. */
  succeed(tookMs: number, nowMs: number): void {
    this.#latency.add(tookMs, nowMs);
  }

  /** An attempt with it failed. Answers for how long it cools down now, in milliseconds, or 0. */
  fail({ nowMs, tookMs, isRejected, retryAfterMs }: ValueFailure): number {
    const { allowedFails, cooldownMs } = this.#settings;
    this.#latency.addFailure(tookMs, nowMs);
    this.#failedMs.push(nowMs);
    this.#forget(nowMs);
    const isTooMuch = isRejected || this.#failedMs.length >= allowedFails;
    const coolMs = retryAfterMs > 0 ? Math.min(retryAfterMs, MAX_COOLING_MS) : isTooMuch ? cooldownMs : 0;
    if (coolMs > 0) this.#coolUntilMs = Math.max(this.#coolUntilMs, nowMs + coolMs);
    return coolMs;
  }

  /** Whether nothing is lost where it is forgotten: unused for a window, it is as one that was never used. */
  get isIdle(): boolean {
    const nowMs = this.#clock.now();
    this.#forget(nowMs);
    const isUnused = this.inFlight === 0 && nowMs - this.#usedMs >= this.#settings.windowMs;
    return isUnused && this.#failedMs.length === 0 && !this.isCooling(nowMs);
  }

  #forget(nowMs: number): void {
    const { allowedFails, windowMs } = this.#settings;
    const failed = this.#failedMs;
    let old = Math.max(0, failed.length - allowedFails);
    while (old < failed.length && nowMs - failed[old]! >= windowMs) old++;
    if (old > 0) failed.splice(0, old);
  }
}
