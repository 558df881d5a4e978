import type { WaitReason } from "../call/call_state.ts";
import { WaitingLine } from "../call/waiting_line.ts";
import type { Clock, Timer } from "../time/clock.ts";
import { Gcra, ROUNDING_MS } from "./gcra.ts";
import type { Costs, Limiter, OnPause, Start, Ticket } from "./limiter.ts";
import { PauseEnd } from "./pause_end.ts";
import { type LimiterPolicy, limiterPolicy, type Rate } from "./rate.ts";
import { StartRing } from "./start_ring.ts";
import type { Waiter } from "./waiter.ts";

/** How long a limiter in use may seem idle between two calls: else it would be dropped and made again. */
export const SPARED_MS = 100;

/**
 * Lets calls start at a rate, in the order in which they came; a call that leaves takes no token with it. Starts are
 * planned on the ideal line, so that a late timer costs nothing of the rate, and a ring of the latest starts sees to it
 * that those that catch up are never too many in any window.
 */
export class RateLimiter implements Limiter {
  readonly #clock: Clock;
  readonly #policy: LimiterPolicy;
  #gcra: Gcra;
  #ring: StartRing | undefined;
  readonly #line = new WaitingLine<Waiter>();
  #timer: Timer | undefined = undefined;
  /** Until when starts that caught up may be in a window with those to come. */
  #denseUntilMs = -Infinity;
  #pause = new PauseEnd();

  /** A limiter without any starts yet. */
  constructor(rate: Rate, clock: Clock) {
    this.#clock = clock;
    this.#policy = limiterPolicy(rate);
    this.#gcra = new Gcra(this.#policy);
    this.#ring = this.#policy.ring && new StartRing(this.#policy.ring);
  }

  /** Takes a token if one is there and no call waits for it. */
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
    const nowMs = this.#clock.now();
    const ahead = this.#line.length;
    const waitMs = this.#waitMsAt(nowMs, ahead);
    const { ring } = this.#policy;
    if (ring === undefined || ahead < ring.size) return waitMs;
    // Of more than a window holds, those ahead start in windows before.
    const windowsMs = Math.floor(ahead / ring.size) * ring.windowMs;
    return Math.max(waitMs, this.#waitMsAt(nowMs, ahead % ring.size) + windowsMs);
  }

  /**
   * Calls `start` once its turn has come and its token is taken; the answer gives the place up. `start` is
   * given a ticket, for {@link RateLimiter.began}.
   */
  enqueue(start: Start, costs?: Costs, onPause?: OnPause): () => void {
    const leave = this.#line.add({ start, costs, onPause });
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

  /** Starts those whose turn has come, whether or not what was to do so is still there. */
  wake(): void {
    this.#timer?.cancel();
    this.#startDue();
  }

  /** Says that the call with `ticket` began at `ms` only: others that had their turn at the same moment may have put it off. */
  began(ticket: Ticket, ms: number): void {
    if (typeof ticket === "number") this.#ring?.move(ticket, ms);
  }

  /** Takes the token of a start back; it stays in the window. */
  giveBack(): void {
    this.#gcra.giveBack();
    if (this.#line.length > 0) this.#schedule();
  }

  /** Nothing, as every start costs one token. */
  settle(): void {}

  /** Lets nothing start for `ms` milliseconds from now; returns by how many that is longer than before. */
  pause(ms: number, reason?: WaitReason): number {
    const nowMs = this.#clock.now();
    const untilMs = nowMs + ms;
    const addedMs = this.#pause.prolong(untilMs, ms, reason);
    if (addedMs === 0) return 0;
    this.#gcra.pauseUntil(untilMs);
    let ahead = 0;
    this.#line.forEach(({ onPause }) => {
      const startMs = nowMs + this.#waitMsAt(nowMs, ahead++);
      onPause?.(untilMs, startMs);
    });
    return addedMs;
  }

  /** What a start waits for that may come at `startMs`. */
  waitReason(startMs: number): WaitReason {
    return this.#pause.waitReason(startMs);
  }

  /** Ends a pause and forgets all starts. */
  reset(): void {
    this.#pause = new PauseEnd();
    this.#denseUntilMs = -Infinity;
    this.#gcra = new Gcra(this.#policy);
    this.#ring = this.#policy.ring && new StartRing(this.#policy.ring);
    if (this.#line.length > 0) this.#schedule();
  }

  /** How many wait. */
  get waiting(): number {
    return this.#line.length;
  }

  /** How many tokens are there; none while a call waits. */
  get available(): number {
    if (this.#line.length > 0) return 0;
    const nowMs = this.#clock.now();
    let [there, most] = [0, this.#policy.burst];
    while (there < most) {
      const middle = Math.ceil((there + most) / 2);
      if (this.#waitMsAt(nowMs, middle - 1) > 0) most = middle - 1;
      else there = middle;
    }
    return there;
  }

  /** Whether no call waits and the bucket has been full for a while, so that nothing is lost with it. */
  get isIdle(): boolean {
    if (this.#line.length > 0) return false;
    const sinceMs = this.#clock.now() - SPARED_MS;
    return this.#gcra.isFull(sinceMs) && sinceMs >= this.#denseUntilMs;
  }

  #waitMsAt(nowMs: number, ahead: number): number {
    const lineMs = this.#gcra.waitMs(nowMs, ahead);
    const ringMs = this.#ring === undefined ? -Infinity : this.#ring.earliestMs(ahead);
    const heldMs = Math.max(ringMs, this.#pause.untilMs) - nowMs;
    return Math.max(lineMs, heldMs > ROUNDING_MS ? heldMs : 0);
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
      this.#line.take()!.start(this.#admit(nowMs, true));
    }
    if (this.#line.length > 0 && this.#timer === undefined) this.#schedule();
  }

  #stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
