/** How many starts are remembered one by one; of more, every second, third and so on, and the rate is lower by as much. */
const MAX_KEPT = 65_536;

/** What a ring keeps to. */
export interface StartRingPolicy {
  /** How many starts any window may hold. */
  readonly size: number;
  /** The length of a window, in milliseconds. */
  readonly windowMs: number;
}

/**
 * When the latest starts were, so that no window holds more of them than it may: each start has to come a window after
 * the one that is `size` before it. It holds no more than came within one window.
 */
export class StartRing {
  readonly #size: number;
  readonly #windowMs: number;
  readonly #stride: number;
  /** The times of every `stride`-th start, by their place modulo the length, a power of two. */
  #times: number[] = [0];
  /** The place of the oldest that is kept. */
  #from = 0;
  #count = 0;

  /** A ring that saw no start. */
  constructor({ size, windowMs }: StartRingPolicy) {
    this.#size = size;
    this.#windowMs = windowMs;
    this.#stride = Math.ceil(size / MAX_KEPT);
  }

  /** How many times it holds room for. */
  get room(): number {
    return this.#times.length;
  }

  /** When a start may come, in milliseconds, if `ahead` others come before it; `-Infinity` where nothing holds it back. */
  earliestMs(ahead = 0): number {
    const over = this.#count + ahead - this.#size;
    if (over <= -this.#stride) return -Infinity;
    const place = this.#stride === 1 ? over : Math.ceil(over / this.#stride);
    if (place < this.#from || place * this.#stride >= this.#count) return -Infinity;
    return this.#times[this.#indexOf(place)]! + this.#windowMs;
  }

  /** Records a start at `ms`, and answers its number. */
  add(ms: number): number {
    const start = this.#count++;
    // Divisions take longer than all else here, and there are few starts by far of most rates.
    if (this.#stride === 1) this.#keep(start, ms);
    else if (start % this.#stride === 0) this.#keep(start / this.#stride, ms);
    return start;
  }

  /** The number of the latest start. */
  get latest(): number {
    return this.#count - 1;
  }

  /** Records that the start of that number was at `ms`; a time before the one that was recorded is left out. */
  move(start: number, ms: number): void {
    const place = start / this.#stride;
    if (!Number.isInteger(place) || place < this.#from) return;
    const index = this.#indexOf(place);
    this.#times[index] = Math.max(this.#times[index]!, ms);
  }

  #keep(place: number, ms: number): void {
    if (place - this.#from === this.#times.length) this.#makeRoom(ms);
    this.#times[this.#indexOf(place)] = ms;
  }

  /** Drops the oldest where it holds nothing back any more, or where enough are kept. */
  #makeRoom(nowMs: number): void {
    const oldestMs = this.#times[this.#indexOf(this.#from)]!;
    if (oldestMs + this.#windowMs > nowMs && this.#times.length * this.#stride < this.#size) this.#grow();
    else this.#from++;
  }

  #grow(): void {
    const old = this.#times;
    const times = new Array<number>(old.length * 2).fill(0);
    for (let i = 0; i < old.length; i++) {
      const place = this.#from + i;
      times[place % times.length] = old[place % old.length]!;
    }
    this.#times = times;
  }

  #indexOf(place: number): number {
    return place % this.#times.length;
  }
}
