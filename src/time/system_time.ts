/** What the time is read from. Fake timers put others in their place. */
const OWN_NOW = performance.now;
const OWN_DATE = Date;
const OWN_TIMEOUT = setTimeout;

/**
 * The monotonic time of the runtime, in milliseconds. It is read through the globals at the time of asking, so the fake
 * timers of a test drive it; where those begin or end, it continues from where it was.
 */
export class SystemTime {
  /** How often fake timers have begun or ended, as far as that was seen. */
  era = 0;
  #now: unknown = OWN_NOW;
  #date: unknown = OWN_DATE;
  #isByDate = false;
  /** The time was `#fromMs` when what is read said `#baseMs`: a difference is exact where a sum with a date is not. */
  #fromMs = 0;
  #baseMs = 0;
  #latestMs = -Infinity;

  /** Whether no fake timers drive it. */
  get isOwn(): boolean {
    return performance.now === OWN_NOW && Date === OWN_DATE;
  }

  /** Whether none has put a date in place: all do, and it is asked at each call, where another look would be felt. */
  get hasOwnDate(): boolean {
    return Date === OWN_DATE;
  }

  /** The time; it never goes back. */
  now(): number {
    if (performance.now !== this.#now || Date !== this.#date) this.#changeSource();
    const nowMs = this.#fromMs + ((this.#isByDate ? Date.now() : performance.now()) - this.#baseMs);
    if (nowMs >= this.#latestMs) return this.#latestMs = nowMs;
    this.#goTo(this.#latestMs);
    return this.#latestMs;
  }

  /** Says that it is `nowMs` at least: a timer that fires knows, where what drives it does not move the time. */
  reach(nowMs: number): void {
    if (this.now() >= nowMs) return;
    this.#goTo(nowMs);
    this.#latestMs = nowMs;
  }

  #changeSource(): void {
    this.era++;
    this.#now = performance.now;
    this.#date = Date;
    // Some fake the timers and the date only: then it is the date that advances with them.
    this.#isByDate = performance.now === OWN_NOW && Date !== OWN_DATE && setTimeout !== OWN_TIMEOUT;
    if (this.#latestMs !== -Infinity) this.#goTo(this.#latestMs);
  }

  #goTo(nowMs: number): void {
    this.#fromMs = nowMs;
    this.#baseMs = this.#isByDate ? Date.now() : performance.now();
  }
}
