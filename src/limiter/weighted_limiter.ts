import type { WaitReason } from "../call/call_state.ts";
import { WaitingLine } from "../call/waiting_line.ts";
import type { Clock, Timer } from "../time/clock.ts";
import { ROUNDING_MS } from "./gcra.ts";
import type { Costs, Limiter, OnPause, Start, Ticket } from "./limiter.ts";
import { Meter, type TakenTokens } from "./meter.ts";
import { PauseEnd } from "./pause_end.ts";
import type { Rate } from "./rate.ts";
import { SPARED_MS } from "./rate_limiter.ts";
import type { Reservation } from "./reservation.ts";
import type { Waiter } from "./waiter.ts";

/** The most lateness that is caught up: a busy process is late by less, and one that was asleep owes nothing. */
const CATCH_UP_MS = 1_000;

/**
 * Keeps to several limits at once, of which each start takes tokens by its cost: of all of them, or of none. Starts come in the
 * order in which they were asked for: one that is cheap waits for an expensive one before it.
 */
export class WeightedLimiter implements Limiter {
  readonly #clock: Clock;
  readonly #rates: readonly Rate[];
  readonly #line = new WaitingLine<Waiter>();
  #meters: readonly Meter[];
  /** What all who wait will take of each limit. */
  readonly #queued: number[];
  #timer: Timer | undefined = undefined;
  #latest: Reservation | undefined = undefined;
  #pause = new PauseEnd();
  /** The time at which the one whose turn is next could have come at the earliest, but for the limits. */
  #lineSinceMs = -Infinity;

  /** A limiter without any starts yet. */
  constructor(rates: readonly Rate[], clock: Clock) {
    this.#rates = rates;
    this.#clock = clock;
    this.#meters = rates.map((rate) => new Meter(rate));
    this.#queued = rates.map(() => 0);
  }

  /** Takes the tokens if they are there and no call waits for its own. */
  tryStart(costs: Costs): boolean {
    if (this.#line.length > 0) return false;
    const nowMs = this.#clock.now();
    if (this.#earliestMs(nowMs, costs) - nowMs > ROUNDING_MS) return false;
    this.#take(nowMs, nowMs, costs);
    return true;
  }

  /** The latest start. */
  get ticket(): Ticket | undefined {
    return this.#latest;
  }

  /**
   * How long a start that is asked for now would wait at the least, in milliseconds, if all before it stay. It counts their
   * tokens, as if these could be taken one by one.
   */
  waitMs(costs: Costs): number {
    const nowMs = this.#clock.now();
    const waitMs = this.#startMs(nowMs, costs, this.#queued) - nowMs;
    return waitMs > ROUNDING_MS ? waitMs : 0;
  }

  /** Calls `start` once its turn has come and its tokens are taken; the answer gives the place up. */
  enqueue(start: Start, costs: Costs, onPause?: OnPause): () => void {
    if (this.#line.length === 0) this.#lineSinceMs = this.#clock.now();
    const leave = this.#line.add({ start, costs, onPause });
    this.#queue(costs, 1);
    if (this.#timer === undefined || this.#timer.isStale) this.#schedule();
    return () => {
      const wasFirst = this.#line.first?.start === start;
      if (!leave()) return;
      this.#queue(costs, -1);
      // The next may cost less.
      if (wasFirst) this.#schedule();
    };
  }

  /** Starts those whose turn has come, whether or not what was to do so is still there. */
  wake(): void {
    this.#timer?.cancel();
    this.#startDue();
  }

  /** Says that the call with `ticket` began at `ms` only. */
  began(ticket: Ticket, ms: number): void {
    if (typeof ticket === "number") return;
    for (const { entry } of ticket.taken) entry.lastMs = Math.max(entry.lastMs, ms);
  }

  /** Takes the tokens of `ticket` back: nothing began. */
  giveBack(ticket: Ticket): void {
    this.settle(ticket, this.#rates.map(() => 0));
  }

  /** Says what the start with `ticket` has cost after all, of each limit. */
  settle(ticket: Ticket, costs: readonly (number | undefined)[]): void {
    if (typeof ticket === "number") return;
    ticket.taken.forEach((taken, i) => taken.meter.settle(taken, costs[i] ?? taken.cost));
    this.#schedule();
  }

  /** Lets nothing start for `ms` milliseconds from now; returns by how many that is longer than before. */
  pause(ms: number, reason?: WaitReason): number {
    const nowMs = this.#clock.now();
    const untilMs = nowMs + ms;
    const addedMs = this.#pause.prolong(untilMs, ms, reason);
    if (addedMs === 0) return 0;
    const queued = this.#rates.map(() => 0);
    this.#line.forEach(({ onPause, costs }) => {
      const startMs = this.#startMs(nowMs, costs, queued);
      for (let i = 0; i < queued.length; i++) queued[i]! += costs?.[i] ?? 1;
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
    this.#meters = this.#rates.map((rate) => new Meter(rate));
    this.#schedule();
  }

  /** How many wait. */
  get waiting(): number {
    return this.#line.length;
  }

  /** How many tokens are there, of the limit that has the fewest; none while a call waits. */
  get available(): number {
    const nowMs = this.#clock.now();
    if (this.#line.length > 0 || this.#pause.untilMs > nowMs) return 0;
    return Math.floor(Math.min(...this.#meters.map((meter) => meter.available(nowMs))) + ROUNDING_MS);
  }

  /** Whether no call waits and all buckets have been full for a while, so that nothing is lost with it. */
  get isIdle(): boolean {
    const sinceMs = this.#clock.now() - SPARED_MS;
    return this.#line.length === 0 && this.#pause.untilMs <= sinceMs &&
      this.#meters.every((meter) => meter.isFull(sinceMs));
  }

  /** When a start may come if those ahead take so much of each limit. */
  #startMs(nowMs: number, costs: Costs, ahead: readonly number[]): number {
    const fromMs = Math.max(nowMs, this.#pause.untilMs);
    const times = this.#meters.map((meter, i) => meter.earliestAfterMs(fromMs, costs?.[i] ?? 1, ahead[i]!));
    return Math.max(this.#pause.untilMs, ...times);
  }

  #earliestMs(nowMs: number, costs: Costs): number {
    let earliestMs = this.#pause.untilMs;
    for (let i = 0; i < this.#meters.length; i++) {
      earliestMs = Math.max(earliestMs, this.#meters[i]!.earliestMs(nowMs, costs?.[i] ?? 1));
    }
    return earliestMs;
  }

  #take(nowMs: number, plannedMs: number, costs: Costs): Reservation {
    const taken: TakenTokens[] = [];
    for (let i = 0; i < this.#meters.length; i++) taken.push(this.#meters[i]!.take(nowMs, plannedMs, costs?.[i] ?? 1));
    return this.#latest = { taken };
  }

  #queue(costs: Costs, sign: number): void {
    for (let i = 0; i < this.#queued.length; i++) this.#queued[i]! += sign * (costs?.[i] ?? 1);
    if (this.#line.length === 0) this.#queued.fill(0);
  }

  #schedule(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const { first } = this.#line;
    if (first === undefined) return;
    const nowMs = this.#clock.now();
    const waitMs = Math.max(0, this.#earliestMs(nowMs, first.costs) - nowMs);
    this.#timer = this.#clock.setTimer(waitMs, () => this.#startDue());
  }

  #startDue(): void {
    this.#timer = undefined;
    for (let first = this.#line.first; first !== undefined; first = this.#line.first) {
      const nowMs = this.#clock.now();
      const earliestMs = this.#earliestMs(nowMs, first.costs);
      if (earliestMs - nowMs > ROUNDING_MS) break;
      const plannedMs = Math.max(earliestMs, this.#lineSinceMs, nowMs - CATCH_UP_MS);
      this.#lineSinceMs = plannedMs;
      this.#line.take();
      this.#queue(first.costs, -1);
      first.start(this.#take(nowMs, plannedMs, first.costs));
    }
    if (this.#line.length > 0 && this.#timer === undefined) this.#schedule();
  }
}
