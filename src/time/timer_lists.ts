import { EARLY_MS } from "./long_timeout.ts";
import { keepShape } from "../runtime/kept_shape.ts";

/** What the lists need of a platform. All times are milliseconds. */
export interface TimerListsHost {
  /** A monotonic time. */
  now(): number;
  /** Calls `callback` once after `ms`; the answer cancels it. */
  schedule(ms: number, callback: () => void): () => void;
  /** Calls `callback` in a coming turn of the event loop, before anything could notice a timer left over. */
  soon(callback: () => void): void;
  /** Learns that it is `nowMs` at least, as a timer fired that seems to be much too early. */
  reach?(nowMs: number): void;
  /** Whether its timers may never fire any more. */
  isOver?(): boolean;
}

/** More different delays than this in use at once are each given a timer of their own. */
const MAX_LISTS = 32;

class ListedTimer {
  previous: ListedTimer | undefined = undefined;
  next: ListedTimer | undefined = undefined;
  readonly list: TimerList;
  readonly dueMs: number;
  readonly callback: () => void;

  constructor(list: TimerList, dueMs: number, callback: () => void) {
    this.list = list;
    this.dueMs = dueMs;
    this.callback = callback;
  }

  cancel(): void {
    this.list.remove(this);
  }

  get isStale(): boolean {
    return this.list.isStale;
  }
}

/**
 * Timers of one and the same delay. They come due in the order in which they were set, so a linked
 * list holds them sorted, and one timer of the platform serves them all: setting and cancelling
 * cost a few nanoseconds where a timer of the platform costs a microsecond.
 */
class TimerList {
  head: ListedTimer | undefined = undefined;
  tail: ListedTimer | undefined = undefined;
  readonly delayMs: number;
  readonly #host: TimerListsHost;
  readonly #onEmpty: (list: TimerList) => void;
  #unschedule: (() => void) | undefined = undefined;
  #isCheckComing = false;
  #armedForMs = 0;
  #wasEarly = false;

  constructor(delayMs: number, host: TimerListsHost, onEmpty: (list: TimerList) => void) {
    this.delayMs = delayMs;
    this.#host = host;
    this.#onEmpty = onEmpty;
  }

  get isStale(): boolean {
    return this.#host.isOver?.() ?? false;
  }

  add(callback: () => void, nowMs: number): ListedTimer {
    const timer = new ListedTimer(this, nowMs + this.delayMs, callback);
    timer.previous = this.tail;
    this.tail = timer;
    if (timer.previous !== undefined) {
      timer.previous.next = timer;
      return timer;
    }
    this.head = timer;
    if (this.#unschedule === undefined) this.#schedule(this.delayMs, timer.dueMs);
    return timer;
  }

  remove(timer: ListedTimer): void {
    const { previous, next } = timer;
    if (previous === undefined && this.head !== timer) return;
    if (previous === undefined) this.head = next;
    else previous.next = next;
    if (next === undefined) this.tail = previous;
    else next.previous = previous;
    timer.previous = timer.next = undefined;
    if (this.head === undefined) this.#checkSoon();
  }

  #schedule(ms: number, dueMs: number): void {
    this.#armedForMs = dueMs;
    this.#unschedule = this.#host.schedule(ms, () => this.#fire());
  }

  #fire(): void {
    this.#unschedule = undefined;
    const nowMs = this.#firedAtMs();
    try {
      while (this.head !== undefined && this.head.dueMs <= nowMs) {
        const { callback } = this.head;
        this.remove(this.head);
        callback();
      }
    } finally {
      // Also after a callback that throws, and where the platform's timer came a little early.
      if (this.head !== undefined && this.#unschedule === undefined) {
        this.#schedule(this.head.dueMs - nowMs, this.head.dueMs);
      }
    }
  }

  /** The time by the clock, unless that stands still: a timer that is early again, or by much, is in time all the same. */
  #firedAtMs(): number {
    const nowMs = this.#host.now();
    const earlyMs = this.#armedForMs - nowMs;
    const isTrusted = earlyMs <= 0 || (earlyMs < EARLY_MS && !this.#wasEarly);
    this.#wasEarly = isTrusted && earlyMs > 0;
    if (isTrusted) return nowMs;
    this.#host.reach?.(this.#armedForMs);
    return this.#armedForMs;
  }

  /** Timers come and go many times a turn; the platform's is cancelled once the turn ends with none. */
  #checkSoon(): void {
    if (this.#isCheckComing) return;
    this.#isCheckComing = true;
    this.#host.soon(() => {
      this.#isCheckComing = false;
      if (this.head !== undefined) return;
      this.#unschedule?.();
      this.#unschedule = undefined;
      this.#onEmpty(this);
    });
  }
}

const NO_HOST: TimerListsHost = { now: () => 0, schedule: () => () => {}, soon: () => {} };
keepShape(new ListedTimer(new TimerList(0, NO_HOST, () => {}), 0.5, () => {}));

/** A timer with one of the platform to itself. */
class LoneTimer {
  readonly cancel: () => void;
  readonly #host: TimerListsHost;

  constructor(ms: number, host: TimerListsHost, callback: () => void, nowMs: number) {
    this.#host = host;
    this.cancel = host.schedule(ms, () => {
      if (host.now() < nowMs + ms - EARLY_MS) host.reach?.(nowMs + ms);
      callback();
    });
  }

  get isStale(): boolean {
    return this.#host.isOver?.() ?? false;
  }
}

/** Timers that share the platform's timers by their delay. */
export class TimerLists {
  readonly #lists = new Map<number, TimerList>();
  readonly #host: TimerListsHost;
  readonly #drop = (list: TimerList): void => {
    this.#lists.delete(list.delayMs);
  };

  /** Lists without a timer yet. */
  constructor(host: TimerListsHost) {
    this.#host = host;
  }

  /** Calls `callback` once after `delayMs`, unless the returned timer is cancelled; never for `Infinity` and `NaN`. */
  add(delayMs: number, callback: () => void, nowMs: number = this.#host.now()): ListedTimer | LoneTimer {
    // Platforms fire at once after what is no number: a wrong wait would become a storm of retries.
    const ms = Number.isNaN(delayMs) ? Infinity : Math.max(0, delayMs);
    const list = this.#lists.get(ms);
    if (list !== undefined) return list.add(callback, nowMs);
    if (this.#lists.size >= MAX_LISTS) return new LoneTimer(ms, this.#host, callback, nowMs);
    const created = new TimerList(ms, this.#host, this.#drop);
    this.#lists.set(ms, created);
    return created.add(callback, nowMs);
  }
}
