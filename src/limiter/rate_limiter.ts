import type { Clock, Timer } from "../clock.ts";
import { Gcra, type GcraPolicy } from "./gcra.ts";

/** A rate as it is asked for: `limit` starts per `perMs` milliseconds, `burst` of them at once. */
export interface Rate {
  readonly limit: number;
  readonly perMs: number;
  readonly burst: number;
}

/** From this interval on starts are spaced from one actual start to the next; below it timers are too coarse. */
const EXACT_INTERVAL_MS = 10;

/** Below it no timer tells one start from the next, and a reading of the clock takes longer than a start. */
const TIMED_INTERVAL_MS = 0.1;

/** The share of a window by which starts may go over at short intervals; a little under 1 %, as divisions round. */
const SLACK_SHARE = 0.0099;

/** Lets calls start at a rate, in the order in which they came; a call that leaves takes no token with it. */
export class RateLimiter {
  /** The rate, to compare with another. */
  readonly rate: Rate;
  readonly #clock: Clock;
  readonly #gcra: Gcra;
  readonly #intervalMs: number;
  readonly #waiters = new Set<() => void>();
  #timer: Timer | undefined = undefined;

  /** A limiter at rest. */
  constructor(rate: Rate, clock: Clock) {
    this.rate = rate;
    this.#clock = clock;
    const policy = gcraPolicy(rate);
    this.#intervalMs = policy.intervalMs;
    this.#gcra = new Gcra(policy);
  }

  /** Takes a token if one is there and nobody waits for it. */
  tryStart(): boolean {
    if (this.#waiters.size > 0) return false;
    if (this.#gcra.admitUnread()) return true;
    const nowMs = this.#clock.now();
    if (this.#gcra.waitMs(nowMs) > 0) return false;
    this.#gcra.admit(nowMs, false);
    return true;
  }

  /** How long a call that came now would wait, in milliseconds, if all before it stay. */
  waitMs(): number {
    return this.#gcra.waitMs(this.#clock.now()) + this.#waiters.size * this.#intervalMs;
  }

  /** Calls `start` once its turn has come and its token is taken; the answer gives the place up. */
  enqueue(start: () => void): () => void {
    const waiter = () => start();
    this.#waiters.add(waiter);
    if (this.#timer === undefined) this.#schedule();
    return () => {
      this.#waiters.delete(waiter);
      if (this.#waiters.size === 0) this.#stop();
    };
  }

  /** Whether nobody waits and the bucket is full, so that nothing is lost with it. */
  get isIdle(): boolean {
    return this.#waiters.size === 0 && this.#gcra.isFull(this.#clock.now());
  }

  #schedule(): void {
    this.#timer = this.#clock.setTimer(this.#gcra.waitMs(this.#clock.now()), () => this.#startDue());
  }

  #startDue(): void {
    this.#timer = undefined;
    for (const waiter of this.#waiters) {
      const nowMs = this.#clock.now();
      if (this.#gcra.waitMs(nowMs) > 0) break;
      this.#waiters.delete(waiter);
      this.#gcra.admit(nowMs, true);
      waiter();
    }
    if (this.#waiters.size > 0 && this.#timer === undefined) this.#schedule();
  }

  #stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}

function gcraPolicy({ limit, perMs, burst }: Rate): GcraPolicy {
  const intervalMs = perMs / limit;
  if (intervalMs >= EXACT_INTERVAL_MS) return { intervalMs, burst, catchUpMs: 0 };
  // Whole starts, as a part of one lets one more through.
  const slackMs = Math.floor(Math.min(EXACT_INTERVAL_MS, perMs * SLACK_SHARE) / intervalMs) * intervalMs;
  if (intervalMs >= TIMED_INTERVAL_MS) return { intervalMs, burst, catchUpMs: slackMs };
  return { intervalMs, burst, catchUpMs: slackMs / 2, unreadMs: slackMs / 4 };
}
