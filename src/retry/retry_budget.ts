/** The clock of a budget. */
interface Time {
  /** A monotonic time in milliseconds. */
  now(): number;
  /** The same as it was at some moment of this turn of the event loop: to a slice it makes no difference. */
  coarseNow?(): number;
}

/** How large a budget is. */
export interface RetryBudgetSettings {
  /** What each success adds: so many retries. */
  readonly ratio: number;
  /** How many retries a second there are without any success. */
  readonly minPerSecond: number;
  /** How long what was added or taken counts, in milliseconds. */
  readonly windowMs: number;
}

/** The window is forgotten a tenth at a time. */
const SLICES = 10;

/** Sums of fractions such as ten times 0.1 are off by less than this. */
const ROUNDING = 1e-9;

/**
 * How many retries there may be beside the calls that succeed, after Finagle's `RetryBudget` (Twitter). At any time
 *
 * `balance = minPerSecond × window + ratio × successes − retries`,
 *
 * where successes and retries count for one window. A service that is down gets few retries more than calls, so that those
 * who call it don't keep it down. It takes ten numbers, whatever happens.
 */
export class RetryBudget {
  readonly #settings: RetryBudgetSettings;
  readonly #time: Time;
  readonly #reserve: number;
  readonly #slices = new Float64Array(SLICES);
  /** The number of the latest slice since the beginning of time. */
  #latest: number;
  #sum = 0;

  /** A budget that has its reserve. */
  constructor(settings: RetryBudgetSettings, time: Time) {
    this.#settings = settings;
    this.#time = time;
    this.#reserve = settings.minPerSecond * settings.windowMs / 1_000;
    this.#latest = this.#sliceAt(time.now());
  }

  /** How many retries there may be now, fractions included. */
  get balance(): number {
    this.#forgetOld();
    return this.#reserve + this.#sum;
  }

  /** Adds what a success is worth. */
  deposit(): void {
    this.#add(this.#settings.ratio);
  }

  /** Takes a retry, if there is one; returns whether there was. */
  tryWithdraw(): boolean {
    if (this.balance < 1 - ROUNDING) return false;
    this.#add(-1);
    return true;
  }

  /** Gives back a retry that was taken at `takenMs`, a monotonic time, and was not made; one that is forgotten has come back. */
  giveBack(takenMs: number): void {
    this.#forgetOld();
    const slice = Math.min(this.#sliceAt(takenMs), this.#latest);
    if (slice > this.#latest - SLICES) this.#addTo(slice, 1);
  }

  #add(amount: number): void {
    this.#forgetOld();
    this.#addTo(this.#latest, amount);
  }

  #addTo(slice: number, amount: number): void {
    this.#slices[slice % SLICES]! += amount;
    this.#sum += amount;
  }

  #sliceAt(ms: number): number {
    return Math.floor(ms * SLICES / this.#settings.windowMs);
  }

  #forgetOld(): void {
    const time = this.#time;
    // A reading costs more than all else here.
    const now = this.#sliceAt(time.coarseNow === undefined ? time.now() : time.coarseNow());
    const passed = now - this.#latest;
    if (passed <= 0) return;
    for (let i = 1; i <= Math.min(passed, SLICES); i++) this.#slices[(this.#latest + i) % SLICES] = 0;
    this.#latest = now;
    // Made anew: what is added and subtracted for days would drift.
    this.#sum = this.#slices.reduce((sum, amount) => sum + amount, 0);
  }
}
