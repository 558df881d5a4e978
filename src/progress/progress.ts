import type { Clock } from "../time/clock.ts";
import { toSeconds } from "../time/duration.ts";
import { RecentRate } from "./recent_rate.ts";
import type { ShownWorker } from "./seen_workers.ts";

/** How far a map has come. */
export interface ProgressState {
  /** The items that are done, those that failed included. */
  readonly done: number;
  /** The items that failed. */
  readonly failed: number;
  /** All items by now, or `undefined` where the source does not say how many there are, or has given more than it said. */
  readonly total: number | undefined;
  /** Items done per second, over the whole run. */
  readonly rate: number;
  /** How long the map has been running, in seconds. */
  readonly elapsed: number;
  /**
   * How long the rest will take, in seconds, at the rate of the latest items that came neither from the cache nor the journal;
   * `undefined` where that cannot be known.
   */
  readonly eta: number | undefined;
}

/** What all items that run wait for. */
export interface ProgressWait {
  /** For how long yet, in seconds. */
  readonly seconds: number;
  /** For what, such as `Retry-After`. */
  readonly reason: string;
}

/** How many items came how. */
export interface ProgressCounts extends ProgressState {
  /** The items that needed more than one round. */
  readonly retried: number;
  /** The items that came from the cache. */
  readonly cached: number;
  /** The items that came from the journal. */
  readonly journaled: number;
  /** The items that were not to run. */
  readonly skipped: number;
}

/** What a bar shows in addition. */
export interface ShownState extends ProgressState, Partial<Omit<ProgressCounts, keyof ProgressState>> {
  /** What all items that run wait for, if they do. */
  readonly wait?: ProgressWait | undefined;
  /** Who works, where that is on other machines. */
  readonly workers?: readonly ShownWorker[] | undefined;
}

/** How an item was done. */
export interface ItemOutcome {
  /** It failed. */
  readonly isFailed: boolean;
  /** Its value came from the cache. */
  readonly isCached?: boolean;
  /** Its value came from the journal. */
  readonly isJournaled?: boolean;
  /** It was not to run. */
  readonly isSkipped?: boolean;
  /** It needed more than one round. */
  readonly isRetried?: boolean;
}

/** Counts the items of one run. */
export class Progress {
  /** When the run began, a monotonic time in milliseconds. */
  readonly startMs: number;
  readonly #total: () => number | undefined;
  readonly #clock: Clock;
  readonly #wait: () => ProgressWait | undefined;
  readonly #workers: (() => readonly ShownWorker[] | undefined) | undefined;
  readonly #recent: RecentRate;
  #done = 0;
  #failed = 0;
  #retried = 0;
  #cached = 0;
  #journaled = 0;
  #skipped = 0;

  /**
   * A run that begins now.
   *
   * @param total How many items there are by now, if that is known.
   * @param clock The only source of time.
   * @param wait What all items that run wait for, if they do.
   * @param workers Who works, where that is on other machines.
   */
  constructor(
    total: () => number | undefined,
    clock: Clock,
    wait: () => ProgressWait | undefined = () => undefined,
    workers?: () => readonly ShownWorker[] | undefined,
  ) {
    this.#total = total;
    this.#clock = clock;
    this.#wait = wait;
    this.#workers = workers;
    this.startMs = clock.now();
    this.#recent = new RecentRate(this.startMs);
  }

  /** Counts an item that is done. */
  count({ isFailed, isCached, isJournaled, isRetried, isSkipped }: ItemOutcome): void {
    const nowMs = this.#clock.coarseNow?.() ?? this.#clock.now();
    this.#done++;
    if (isFailed) this.#failed++;
    if (isRetried) this.#retried++;
    if (isCached) this.#cached++;
    if (isJournaled) this.#journaled++;
    if (isSkipped) this.#skipped++;
    if (isCached || isJournaled || isSkipped) this.#recent.pass(nowMs);
    else this.#recent.count(nowMs);
  }

  /** How far it has come by now. */
  state(): ProgressState {
    const nowMs = this.#clock.now();
    const done = this.#done;
    const told = this.#total();
    const total = told === undefined || told < done ? undefined : told;
    const elapsed = toSeconds(nowMs - this.startMs);
    const rate = elapsed > 0 ? done / elapsed : 0;
    return { done, failed: this.#failed, total, rate, elapsed, eta: this.#eta(total, nowMs) };
  }

  /** How far it has come by now, and how. */
  counts(): ProgressCounts {
    return {
      ...this.state(),
      retried: this.#retried,
      cached: this.#cached,
      journaled: this.#journaled,
      skipped: this.#skipped,
    };
  }

  /** How far it has come by now, for a bar. */
  shown(): ShownState {
    return { ...this.counts(), wait: this.#wait(), workers: this.#workers?.() };
  }

  #eta(total: number | undefined, nowMs: number): number | undefined {
    if (total === undefined) return undefined;
    const rate = this.#recent.perSecond(nowMs);
    const left = total - this.#done;
    if (left === 0 && this.#done > 0) return 0;
    return rate === 0 ? undefined : left / rate;
  }
}
