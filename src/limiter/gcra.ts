/** Sums of times are off by less than this; a call should not be refused, nor a timer set, for so little. */
export const ROUNDING_MS = 1e-7;

/** The rate of a limiter. */
export interface GcraPolicy {
  /** The spacing of starts at the full rate, in milliseconds. */
  readonly intervalMs: number;
  /** How many starts may come at once after a pause, from 1. */
  readonly burst: number;
  /** Up to how much of a waiter's lateness is caught up, in milliseconds. */
  readonly catchUpMs: number;
  /** How far starts may run ahead of the latest reading of the clock before it is read again; by default not at all. */
  readonly unreadMs?: number;
}

/**
 * The generic cell rate algorithm (ITU-T I.371, annex A): a token bucket kept as one number, the
 * time at which the next start would be due at the full rate. It is pure: it returns how long to wait
 * and never sleeps. In any window of `w` ms it lets at most `w / intervalMs + burst` starts through,
 * `catchUpMs / intervalMs` more where waiters come late, and `2 * unreadMs / intervalMs` more where
 * starts come without a reading of the clock: those since a reading before the window, and those in it.
 */
export class Gcra {
  readonly #policy: GcraPolicy;
  #dueMs = -Infinity;
  #unreadUntilMs = -Infinity;

  /** A full bucket. */
  constructor(policy: GcraPolicy) {
    this.#policy = policy;
  }

  /** How many milliseconds after `nowMs` the next start may come, if `ahead` others come before it: 0 for at once. */
  waitMs(nowMs: number, ahead = 0): number {
    const { intervalMs, burst } = this.#policy;
    const waitMs = this.#dueMs + (ahead + 1 - burst) * intervalMs - nowMs;
    return waitMs > ROUNDING_MS ? waitMs : 0;
  }

  /** Counts a start whatever the time is, where few enough have come since the clock was read; or returns `false`. */
  admitUnread(): boolean {
    const dueMs = this.#dueMs + this.#policy.intervalMs;
    if (dueMs >= this.#unreadUntilMs) return false;
    this.#dueMs = dueMs;
    return true;
  }

  /**
   * Counts a start at `nowMs`. `isLate` says that it had waited for its turn, which may have passed before now: that is
   * caught up, as the result says.
   */
  admit(nowMs: number, isLate: boolean): boolean {
    const { intervalMs, catchUpMs, unreadMs = 0 } = this.#policy;
    const isCatchingUp = isLate && this.#dueMs < nowMs;
    const earliestMs = isLate ? nowMs - catchUpMs : nowMs;
    this.#dueMs = Math.max(this.#dueMs, earliestMs) + intervalMs;
    this.#unreadUntilMs = isLate ? -Infinity : nowMs + unreadMs;
    return isCatchingUp;
  }

  /** Lets nothing start before `untilMs`; the bucket is no fuller then than it would have been. */
  pauseUntil(untilMs: number): void {
    this.#dueMs = Math.max(this.#dueMs, untilMs);
    this.#unreadUntilMs = -Infinity;
  }

  /** Takes the latest start back, as it was none. */
  giveBack(): void {
    this.#dueMs -= this.#policy.intervalMs;
  }

  /** Whether the bucket is full at `nowMs`, as a new one would be. */
  isFull(nowMs: number): boolean {
    return this.#dueMs <= nowMs;
  }
}
