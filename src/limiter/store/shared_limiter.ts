import type { WaitReason } from "../../call/call_state.ts";
import { WaitingLine } from "../../call/waiting_line.ts";
import type { Timer } from "../../time/clock.ts";
import { nextTurn } from "../../time/next_turn.ts";
import { ROUNDING_MS } from "../gcra.ts";
import type { Costs, Limiter, OnPause, Start, Ticket, WaitTerms } from "../limiter.ts";
import type { Waiter } from "../waiter.ts";
import { areSameCosts } from "./same_costs.ts";
import { StoreBookings } from "./store_bookings.ts";
import type { SharedLimits } from "./shared_limits.ts";
import { SharedTicket } from "./shared_ticket.ts";
import type { SlotBlock } from "./slot_block.ts";
import { SlotBlocks } from "./slot_blocks.ts";

/**
 * Keeps to limits that other processes keep to, too. Slots are booked for those who wait, a few at a time, by one question at a
 * time: so however many wait, the store is asked no more often than it answers, and no slot is booked without a caller.
 */
export class SharedLimiter implements Limiter {
  /** There is none before a slot has come. */
  readonly ticket = undefined;
  readonly #setup: SharedLimits;
  readonly #line = new WaitingLine<Waiter>();
  readonly #slots = new SlotBlocks();
  readonly #bookings: StoreBookings;
  #timer: Timer | undefined = undefined;
  #stopWatching: (() => void) | undefined = undefined;
  #isUpdating = false;

  /** A limiter that has booked nothing. */
  constructor(setup: SharedLimits) {
    this.#setup = setup;
    this.#bookings = new StoreBookings(setup, this.#line, this.#slots, () => this.#update());
  }

  /** No token is here before it is booked. */
  tryStart(): boolean {
    return false;
  }

  /** How long a start would wait, as far as is known. */
  waitMs(costs?: Costs): number {
    const nowMs = this.#setup.clock.now();
    const waitMs = Math.max(this.#bookings.paused.untilMs, this.#bookings.freeAtMs(nowMs, costs)) - nowMs;
    return waitMs > ROUNDING_MS ? waitMs : 0;
  }

  /** Calls `start` once a slot that was booked has come; the answer gives the place up. */
  enqueue(start: Start, costs?: Costs, onPause?: OnPause, terms?: WaitTerms): () => void {
    if (this.#line.length === this.#slots.length) this.#bookings.waitingSinceMs = this.#setup.clock.now();
    const leave = this.#line.add({ start, costs, onPause, terms });
    this.#updateSoon();
    return () => {
      if (leave()) this.#updateSoon();
    };
  }

  /** Starts those whose slot has come, whether or not what was to do so is still there. */
  wake(): void {
    this.#update();
  }

  /** Nothing, as a slot is counted when it comes. */
  began(): void {}

  /** Takes the tokens of `ticket` back. */
  giveBack(ticket: Ticket): void {
    this.settle(ticket, this.#setup.limits.map(() => 0));
  }

  /** Says what the start with `ticket` has cost after all, of each limit. */
  settle(ticket: Ticket, costs: readonly (number | undefined)[]): void {
    if (!(ticket instanceof SharedTicket)) return;
    costs.forEach((cost, i) => {
      const more = (cost ?? ticket.costs[i]!) - ticket.costs[i]!;
      ticket.costs[i]! += more;
      if (more !== 0) this.#bookings.settle(i, more, ticket);
    });
  }

  /** Lets nothing start for `ms` milliseconds, here and wherever the limits are shared. */
  pause(ms: number, reason?: WaitReason): number {
    const addedMs = this.#hold(ms, reason);
    if (addedMs > 0) this.#bookings.pause(ms);
    return addedMs;
  }

  /** What a start waits for that may come at `startMs`. */
  waitReason(startMs: number): WaitReason {
    return this.#bookings.paused.waitReason(startMs);
  }

  /** Ends a pause and forgets all starts, wherever the limits are shared. */
  reset(): void {
    this.#forget();
    this.#bookings.reset().then(() => this.#update());
  }

  /** How many wait. */
  get waiting(): number {
    return this.#line.length;
  }

  /** How many tokens were there when the store was last heard of, and those that came since; none while a call waits. */
  get available(): number {
    const nowMs = this.#setup.clock.now();
    return this.#line.length > 0 || this.#bookings.paused.untilMs > nowMs ? 0 : this.#bookings.available(nowMs);
  }

  /** Whether nothing is lost with it. */
  get isIdle(): boolean {
    return this.#line.length === 0 && !this.#bookings.isAsking &&
      this.#bookings.paused.untilMs <= this.#setup.clock.now();
  }

  /** Those who come in one turn are booked for together. A microtask would leave no turn to the answers of the store. */
  #updateSoon(): void {
    if (this.#isUpdating) return;
    this.#isUpdating = true;
    nextTurn(() => this.#update());
  }

  #update(): void {
    this.#isUpdating = false;
    this.#startDue();
    this.#bookings.dropSpare();
    this.#bookings.book();
    // What is booked by this process alone may be due.
    this.#startDue();
    this.#watch();
    this.#schedule();
  }

  #startDue(): void {
    // Hundreds may be due together: the clock is read again for the first that is not.
    let nowMs = -Infinity;
    for (let waiter = this.#line.first; waiter !== undefined; waiter = this.#line.first) {
      const block = this.#slots.first;
      if (block === undefined) return;
      if (block.atMs(0) - nowMs > ROUNDING_MS) nowMs = this.#setup.clock.now();
      if (block.atMs(0) - nowMs > ROUNDING_MS) return;
      if (!areSameCosts(block.costs, waiter.costs)) this.#bookings.giveBack(this.#slots.takeBlock());
      else this.#start(block, nowMs);
    }
  }

  #start(block: SlotBlock, nowMs: number): void {
    this.#slots.take();
    const costs = block.costs?.slice() ?? this.#setup.limits.map(() => 1);
    this.#line.take()!.start(new SharedTicket(costs, nowMs, block.isShared));
  }

  #schedule(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#line.length === 0) return;
    const nextMs = Math.min(this.#slots.first?.atMs(0) ?? Infinity, this.#bookings.nextMs);
    const waitMs = Math.max(0, nextMs - this.#setup.clock.now());
    if (waitMs < Infinity) this.#timer = this.#setup.clock.setTimer(waitMs, () => this.#update());
  }

  #hold(ms: number, reason?: WaitReason): number {
    const untilMs = this.#setup.clock.now() + ms;
    const addedMs = this.#bookings.paused.prolong(untilMs, ms, reason);
    if (addedMs === 0) return 0;
    this.#slots.dropBefore(untilMs);
    this.#line.forEach(({ onPause }) => onPause?.(untilMs));
    this.#updateSoon();
    return addedMs;
  }

  /** Pauses and resets by others matter to those who wait. */
  #watch(): void {
    if (this.#line.length === 0) {
      this.#stopWatching?.();
      this.#stopWatching = undefined;
    } else if (this.#stopWatching === undefined) {
      const { store, limits } = this.#setup;
      this.#stopWatching = store.watch(limits[0]!.key, (forMs) => {
        if (forMs > 0) this.#hold(forMs);
        else this.#forget();
      });
    }
  }

  #forget(): void {
    this.#bookings.forget();
    this.#updateSoon();
  }
}
