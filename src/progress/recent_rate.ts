/** A rate is taken over at least so many items, since a few say little. */
const MIN_ITEMS = 20;

/** And over at least this time, since items that come in bundles seem to take no time at all. */
const MIN_MS = 1_000;

/** Between two marks: so there are few of them, however quick the items are. */
const SPACING_MS = 50;

/** A time, and how many were done by then or so shortly after that they count as one bundle. */
interface Mark {
  readonly atMs: number;
  done: number;
}

/**
 * How quickly items were worked on recently: over the last second or the last 20 items, whichever is longer. What
 * came from the cache is passed over, as it says nothing of those that still have to be worked on.
 */
export class RecentRate {
  #marks: Mark[];
  #done = 0;

  /** Nothing is done at `startMs`. */
  constructor(startMs: number) {
    this.#marks = [{ atMs: startMs, done: 0 }];
  }

  /** An item was worked on. */
  count(nowMs: number): void {
    this.#done++;
    const marks = this.#marks;
    const last = marks.at(-1)!;
    if (nowMs - last.atMs < SPACING_MS) {
      if (marks.length > 1) last.done = this.#done;
      return;
    }
    marks.push({ atMs: nowMs, done: this.#done });
    while (marks.length > 1 && this.#isEnough(marks[1]!, nowMs)) marks.shift();
  }

  /** An item was done without work; the work on the first that needs some began no sooner than now. */
  pass(nowMs: number): void {
    if (this.#done === 0) this.#marks[0] = { atMs: nowMs, done: 0 };
  }

  /** Items a second, 0 where none was worked on. */
  perSecond(nowMs: number): number {
    const { atMs, done } = this.#marks[0]!;
    return nowMs > atMs ? (this.#done - done) / (nowMs - atMs) * 1_000 : 0;
  }

  #isEnough({ atMs, done }: Mark, nowMs: number): boolean {
    return this.#done - done >= MIN_ITEMS && nowMs - atMs >= MIN_MS;
  }
}
