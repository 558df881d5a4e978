import { WaitingLine } from "../call/waiting_line.ts";
import type { Clock, Timer } from "../time/clock.ts";
import { Gcra, ROUNDING_MS } from "./gcra.ts";
import { type LimiterPolicy, limiterPolicy, type Rate } from "./rate.ts";
import { StartRing } from "./start_ring.ts";

/** Lets a waiting call continue, with the number of its start. */
export type Start = (ticket: number) => void;

/** So long one in use may seem to be idle between two calls: it would be dropped and made anew. */
const SPARED_MS = 100;

/**
 * Lets calls start at a rate, in the order in which they came; a call that leaves takes no token with it. Starts are
 * planned on the ideal line, so that a late timer costs nothing of the rate, and a ring of the latest starts sees to it
 * that those that catch up are never too many in any window.
 */
export class RateLimiter {
  /** The rate, to compare with another. */
  readonly rate: Rate;
  readonly #clock: Clock;
  readonly #policy: LimiterPolicy;
  readonly #gcra: Gcra;
  readonly #ring: StartRing | undefined;
  readonly #line = new WaitingLine<Start>();
  #timer: Timer | undefined = undefined;
  /** Until when starts that caught up may be in a window with those to come. */
  #denseUntilMs = -Infinity;

  /** A limiter without any starts yet. */
  constructor(rate: Rate, clock: Clock) {
    this.rate = rate;
    this.#clock = clock;
    this.#policy = limiterPolicy(rate);
    this.#gcra = new Gcra(this.#policy);
    this.#ring = this.#policy.ring && new StartRing(this.#policy.ring);
  }

  /** Takes a token if one is there and nobody waits for it. */
  tryStart(): boolean {
    if (this.#line.length > 0) return false;
    if (this.#gcra.admitUnread()) return true;
    const nowMs = this.#clock.now();
    if (this.#waitMsAt(nowMs, 0) > 0) return false;
    this.#admit(nowMs, false);
    return true;
  }

  /** How long a call that came now would wait, in milliseconds, if all before it stay. */
  waitMs(): number {
    return this.#waitMsAt(this.#clock.now(), this.#line.length);
  }

  /**
   * Calls `start` once its turn has come and its token is taken; the answer gives the place up. `start` is
   * given a ticket, for {@link RateLimiter.began}.
   */
  enqueue(start: Start): () => void {
    const leave = this.#line.add(start);
    if (this.#timer === undefined || this.#timer.isStale) this.#schedule();
    return () => {
      leave();
      if (this.#line.length === 0) this.#stop();
    };
  }

  /** The ticket of the latest start, for {@link RateLimiter.began}; `undefined` where that is not noted. */
  get ticket(): number | undefined {
    return this.#ring?.latest;
  }

  /** Says that the call with `ticket` began at `ms` only: others that had their turn at the same moment may have put it off. */
  began(ticket: number, ms: number): void {
    this.#ring?.move(ticket, ms);
  }

  /** Whether nobody waits and the bucket has been full for a while, so that nothing is lost with it. */
  get isIdle(): boolean {
    if (this.#line.length > 0) return false;
    const sinceMs = this.#clock.now() - SPARED_MS;
    return this.#gcra.isFull(sinceMs) && sinceMs >= this.#denseUntilMs;
  }

  #waitMsAt(nowMs: number, ahead: number): number {
    const lineMs = this.#gcra.waitMs(nowMs, ahead);
    const ringMs = this.#ring === undefined ? 0 : this.#ring.earliestMs(ahead) - nowMs;
    return Math.max(lineMs, ringMs > ROUNDING_MS ? ringMs : 0);
  }

  /** Answers the number of the start. */
  #admit(nowMs: number, isLate: boolean): number {
    const isCatchingUp = this.#gcra.admit(nowMs, isLate);
    if (this.#ring === undefined) return 0;
    if (isCatchingUp) this.#denseUntilMs = nowMs + this.#policy.ring!.windowMs;
    return this.#ring.add(nowMs);
  }

  #schedule(): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.setTimer(this.#waitMsAt(this.#clock.now(), 0), () => this.#startDue());
  }

  #startDue(): void {
    this.#timer = undefined;
    while (this.#line.length > 0) {
      const nowMs = this.#clock.now();
      if (this.#waitMsAt(nowMs, 0) > 0) break;
      this.#line.take()!(this.#admit(nowMs, true));
    }
    if (this.#line.length > 0 && this.#timer === undefined) this.#schedule();
  }

  #stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
