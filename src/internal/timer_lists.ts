/** What the lists need of a platform. All times are milliseconds. */
export interface TimerListsHost {
  /** A monotonic time. */
  now(): number;
  /** Calls `callback` once after `ms`; the answer calls it off. */
  schedule(ms: number, callback: () => void): () => void;
  /** Calls `callback` in a coming turn of the event loop, before anything could notice a timer left over. */
  soon(callback: () => void): void;
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
}

/**
 * Timers of one and the same delay. They come due in the order in which they were set, so a linked
 * list holds them sorted, and one timer of the platform serves them all: setting and calling off
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

  constructor(delayMs: number, host: TimerListsHost, onEmpty: (list: TimerList) => void) {
    this.delayMs = delayMs;
    this.#host = host;
    this.#onEmpty = onEmpty;
  }

  add(callback: () => void): ListedTimer {
    const timer = new ListedTimer(this, this.#host.now() + this.delayMs, callback);
    timer.previous = this.tail;
    this.tail = timer;
    if (timer.previous !== undefined) {
      timer.previous.next = timer;
      return timer;
    }
    this.head = timer;
    if (this.#unschedule === undefined) this.#schedule(this.delayMs);
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

  #schedule(ms: number): void {
    this.#unschedule = this.#host.schedule(ms, () => this.#fire());
  }

  #fire(): void {
    this.#unschedule = undefined;
    const nowMs = this.#host.now();
    try {
      while (this.head !== undefined && this.head.dueMs <= nowMs) {
        const { callback } = this.head;
        this.remove(this.head);
        callback();
      }
    } finally {
      // Also after a callback that throws, and where the platform's timer came a little early.
      if (this.head !== undefined && this.#unschedule === undefined) this.#schedule(this.head.dueMs - nowMs);
    }
  }

  /** Timers come and go many times a turn; the platform's is called off once the turn ends with none. */
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

  /** Calls `callback` once after `delayMs`, unless the answer is called off; never for `Infinity` and `NaN`. */
  add(delayMs: number, callback: () => void): { cancel(): void } {
    // Platforms fire at once after what is no number: a wrong wait would become a storm of retries.
    const ms = Number.isNaN(delayMs) ? Infinity : Math.max(0, delayMs);
    const list = this.#lists.get(ms);
    if (list !== undefined) return list.add(callback);
    if (this.#lists.size >= MAX_LISTS) return { cancel: this.#host.schedule(ms, callback) };
    const created = new TimerList(ms, this.#host, this.#drop);
    this.#lists.set(ms, created);
    return created.add(callback);
  }
}
