import type { WaitingLine } from "../../call/waiting_line.ts";
import type { Costs } from "../limiter.ts";
import { PauseEnd } from "../pause_end.ts";
import type { Waiter } from "../waiter.ts";
import { type Batch, nextBatch } from "./next_batch.ts";
import { Lease, LEASE_MS } from "./lease.ts";
import type { Booked, Booking } from "./limit_store.ts";
import { meanwhile } from "./meanwhile.ts";
import { quietly } from "./quietly.ts";
import { OwnShare } from "./own_share.ts";
import type { SharedLimits } from "./shared_limits.ts";
import type { SharedTicket } from "./shared_ticket.ts";
import { SlotBlock } from "./slot_block.ts";
import type { SlotBlocks } from "./slot_blocks.ts";
import { StoreContact } from "./store_contact.ts";

/** What a store said of its limits is out of date after this time. */
const NEWS_MS = 1_000;

/** Books slots for those who wait in a line: from the store, or, while that is away, as `onFailure` says. */
export class StoreBookings {
  /** Since when there have been some without a slot, in milliseconds. */
  waitingSinceMs: number = -Infinity;
  /** Nothing starts before its end. */
  paused: PauseEnd = new PauseEnd();
  readonly #setup: SharedLimits;
  readonly #line: WaitingLine<Waiter>;
  readonly #slots: SlotBlocks;
  readonly #onChange: () => void;
  readonly #contact: StoreContact;
  readonly #own: OwnShare;
  readonly #lease = new Lease();
  readonly #client = crypto.randomUUID();
  /** When a slot after the latest that is known of would come, and when that was heard. */
  #freeMs = -Infinity;
  #heardMs = -Infinity;
  #bookedEndMs = -Infinity;
  #isOutage = false;

  /** Puts slots into `slots` for those in `line`; `onChange` is called where there are other slots. */
  constructor(setup: SharedLimits, line: WaitingLine<Waiter>, slots: SlotBlocks, onChange: () => void) {
    this.#setup = setup;
    this.#line = line;
    this.#slots = slots;
    this.#onChange = onChange;
    this.#contact = new StoreContact(setup.store, setup.clock);
    this.#own = new OwnShare(setup.limits);
  }

  /** Whether the store is asked. */
  get isAsking(): boolean {
    return this.#contact.isAsking;
  }

  /** When `book` has something to do, in milliseconds. */
  get nextMs(): number {
    if (this.#line.length <= this.#slots.length) return Infinity;
    const { askableAtMs, isAway } = this.#contact;
    const wantedMs = this.#slots.lastMs - this.#leadMs;
    if (!isAway) return Math.max(wantedMs, askableAtMs);
    return this.#setup.onFailure === "fail" ? askableAtMs : Math.min(wantedMs, askableAtMs);
  }

  /** When one who comes now could start, as far as is known, in milliseconds. */
  freeAtMs(nowMs: number, costs: Costs): number {
    const unbooked = this.#line.length - this.#slots.length;
    const fromMs = nowMs - this.#heardMs < NEWS_MS || this.#slots.length > 0 ? Math.max(nowMs, this.#freeMs) : nowMs;
    return fromMs + unbooked * this.#spacingMs(costs);
  }

  /** How many tokens of the limit with the fewest are there. */
  available(nowMs: number): number {
    const sinceMs = nowMs - this.#freeMs;
    return Math.min(...this.#setup.limits.map(({ intervalMs, burst }) => {
      return Math.max(0, Math.min(burst, Math.floor(sinceMs / intervalMs) + 1));
    }));
  }

  /** Books for those who have no slot, where it is time to. */
  book(): void {
    const nowMs = this.#setup.clock.now();
    if (this.#line.length <= this.#slots.length) return;
    const isWanted = nowMs >= this.#slots.lastMs - this.#leadMs;
    if ((isWanted || this.#contact.isAway) && nowMs >= this.#contact.askableAtMs) this.#ask(nowMs);
    if (isWanted && this.#contact.isAway) this.#bridge(nowMs);
  }

  /** Gives slots back that no caller waits for. */
  dropSpare(): void {
    if (this.#slots.length <= this.#line.length) return;
    this.#slots.drop(this.#slots.length - this.#line.length, (block, count) => this.#giveBack(block, count));
  }

  /** Gives back what is left of a block that is in no use. */
  giveBack(block: SlotBlock): void {
    this.#giveBack(block, block.length);
  }

  /** Counts `more` tokens of limit `i` for a start, or fewer. */
  settle(i: number, more: number, { atMs, isShared }: SharedTicket): void {
    if (isShared) this.#settle(i, more, atMs);
    else this.#own.settle(i, more);
  }

  /** Pauses the limits in the store. */
  pause(ms: number): void {
    for (const { key } of this.#setup.limits) quietly(() => this.#setup.store.pause(key, ms));
  }

  /** Forgets all that is known of the limits here. */
  forget(): void {
    this.#slots.dropBefore(Infinity);
    this.paused = new PauseEnd();
    this.#freeMs = this.#bookedEndMs = -Infinity;
  }

  /** Forgets all that is known of the limits in the store. */
  async reset(): Promise<void> {
    await Promise.all(this.#setup.limits.map(({ key }) => quietly(() => this.#setup.store.reset(key))));
  }

  #nextBatch(): Batch {
    return nextBatch(this.#line, this.#slots.length, (costs) => this.#lease.ms / this.#spacingMs(costs));
  }

  get #leadMs(): number {
    return LEASE_MS + this.#contact.usualMs;
  }

  #spacingMs(costs: Costs): number {
    let spacingMs = 0;
    this.#setup.limits.forEach(({ intervalMs }, i) => spacingMs = Math.max(spacingMs, (costs?.[i] ?? 1) * intervalMs));
    return spacingMs;
  }

  #ask(nowMs: number): void {
    this.#lease.adapt(nowMs - Math.max(this.#bookedEndMs, this.waitingSinceMs), this.#own.clients);
    const batch = this.#nextBatch();
    const { costs, count, latestMs } = batch;
    const bookings: Booking[] = this.#setup.limits.map((limit, i) => ({ ...limit, cost: costs?.[i] ?? 1 }));
    const maxWaitMs = latestMs === Infinity ? undefined : Math.max(0, latestMs - nowMs);
    const options = { slots: count, maxWaitMs, notBeforeMs: this.#notBeforeMs(nowMs, costs), client: this.#client };
    this.#contact.ask(bookings, options, {
      onAnswer: (answer, isLate) => this.#onAnswer(answer, batch, isLate),
      onAway: (error) => this.#onAway(error),
    });
  }

  /** After own slots and a pause; or in the past, for those whose turn was missed. */
  #notBeforeMs(nowMs: number, costs: Costs): number {
    const heldMs = Math.max(this.#own.lastMs + this.#spacingMs(costs), this.paused.untilMs) - nowMs;
    if (heldMs > 0) return heldMs;
    const sinceMs = Math.max(this.waitingSinceMs, this.#bookedEndMs, nowMs + heldMs);
    return -Math.min(LEASE_MS, Math.max(0, nowMs - sinceMs));
  }

  #onAnswer(answer: Booked, batch: Batch, isLate: boolean): void {
    const nowMs = this.#setup.clock.now();
    this.#heardMs = nowMs;
    if (!("refused" in answer)) {
      this.#own.clients = Math.max(1, answer.clients);
      const times = {
        firstMs: nowMs + answer.waitMs,
        spacingMs: this.#spacingMs(batch.costs),
        spareMs: answer.spareMs,
      };
      const block = new SlotBlock({ ...times, count: batch.count }, batch.costs, true);
      this.#freeMs = this.#bookedEndMs = block.endMs;
      // A pause, or own slots, may have come meanwhile.
      if (isLate || block.atMs(0) < this.paused.untilMs) this.giveBack(block);
      else this.#take(block);
    } else if (answer.refused === "wait") {
      this.#freeMs = nowMs + answer.waitMs;
      this.#report(batch.count, () => this.#freeMs);
    }
    this.#onHeard(nowMs);
    this.#onChange();
  }

  #take(block: SlotBlock): void {
    const { length } = this.#slots;
    this.#slots.add(block);
    this.#report(block.length, (i) => this.#slots.atMs(length + i), length);
  }

  /** Lets those who wait from place `from` on know when they start; it may be too late for them. */
  #report(count: number, startMs: (i: number) => number, from = this.#slots.length): void {
    const waiters: Waiter[] = [];
    this.#line.visitFrom(from, (waiter) => waiters.push(waiter) < count);
    const soonMs = this.#setup.clock.now() + LEASE_MS;
    waiters.forEach(({ onPause, terms }, i) => {
      const ms = startMs(i);
      if (ms > soonMs || ms > (terms?.latestMs ?? Infinity)) onPause?.(ms);
    });
  }

  #onHeard(nowMs: number): void {
    if (!this.#isOutage) return;
    this.#isOutage = false;
    if (this.paused.untilMs > nowMs) this.pause(this.paused.untilMs - nowMs);
    this.#setup.onBack();
  }

  #onAway(error: unknown): void {
    if (!this.#isOutage) {
      this.#isOutage = true;
      this.#own.begin(this.#setup.clock.now(), Math.max(this.#bookedEndMs, this.#slots.lastMs));
      this.#setup.onAway(error, meanwhile(this.#setup.onFailure, this.#own.clients));
    }
    if (this.#setup.onFailure === "fail") this.#refuse(error);
    this.#onChange();
  }

  /** Does for those without a slot what was asked for. */
  #bridge(nowMs: number): void {
    const { onFailure } = this.#setup;
    if (onFailure === "fail") {
      return this.#contact.isWaitedFor ? undefined : this.#refuse(new Error("The store is away"));
    }
    const { costs, count } = this.#nextBatch();
    if (onFailure === "share") {
      const block = this.#own.next(count, costs, Math.max(nowMs, this.paused.untilMs));
      this.#freeMs = block.endMs;
      this.#heardMs = nowMs;
      return this.#take(block);
    }
    const firstMs = Math.max(nowMs, this.paused.untilMs);
    this.#slots.add(new SlotBlock({ firstMs, spacingMs: 0, spareMs: 0, count }, costs, false));
  }

  #refuse(error: unknown): void {
    const waiters: Waiter[] = [];
    this.#line.visitFrom(this.#slots.length, (waiter) => waiters.push(waiter) > 0);
    for (const { terms } of waiters) terms?.onRefuse(error);
  }

  #giveBack({ costs, isShared, endMs }: SlotBlock, count: number): void {
    if (!isShared) return;
    this.#setup.limits.forEach((_, i) => this.#settle(i, -count * (costs?.[i] ?? 1), endMs));
    this.#bookedEndMs = Math.min(this.#bookedEndMs, endMs);
  }

  #settle(i: number, cost: number, atMs: number): void {
    const { store, limits, clock } = this.#setup;
    const { key, intervalMs } = limits[i]!;
    if (cost !== 0) quietly(() => store.settle(key, cost, { agoMs: clock.now() - atMs, intervalMs }));
  }
}
