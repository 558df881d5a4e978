import type { ProgressState } from "../progress/progress.ts";
import type { ReportOptions, RunReport } from "../run_stats/run_report.ts";

/**
 * The results of a run as they come. At most about twice as many items as run at once are held, or `maxAhead` more than
 * run, so a slow reader slows the source down. Leaving the loop closes the source and asks the items that run to stop.
 */
export interface MapStream<Result> extends AsyncIterableIterator<Result, undefined>, AsyncDisposable {
  /**
   * The next result.
   *
   * @returns The result, or the end.
   */
  next(): Promise<IteratorResult<Result, undefined>>;
  /**
   * Ends the run.
   *
   * @returns The end, once what ran has been stopped.
   */
  return(): Promise<IteratorResult<Result, undefined>>;
  /**
   * The stream itself.
   *
   * @returns The same object.
   */
  [Symbol.asyncIterator](): MapStream<Result>;
}

/** How far a run has come. */
export interface MapStats extends ProgressState {
  /** The items in flight. */
  readonly active: number;
  /** How many items, or worker threads, the run may use at once. */
  readonly workers: number;
  /** Whether it is paused. */
  readonly isPaused: boolean;
  /** The items that needed more than one round. */
  readonly retried: number;
  /** The items whose value came from the cache. */
  readonly cached: number;
  /** The items whose value came from the journal. */
  readonly journaled: number;
  /** The items that `resume` of the journal skipped; they count as done, and not as failed. */
  readonly skipped: number;
}

/**
 * One run of a map, which begins when it is awaited or iterated over: a list of all results, or one result after the
 * other in bounded memory, but not both.
 */
export interface MappedRun<Result> extends PromiseLike<Result[]>, AsyncIterable<Result> {
  /**
   * The results as they come.
   *
   * @returns The results, one after the other.
   */
  [Symbol.asyncIterator](): MapStream<Result>;
  /** Begins no more items; those in flight continue. */
  pause(): void;
  /** Begins items again. */
  resume(): void;
  /**
   * Changes how many items, or worker threads of a pool, are used at once; those in flight continue.
   *
   * @param workers How many at once.
   * @throws {ConfigurationError} If it is no positive integer, or more than the pool has.
   */
  setWorkers(workers: number): void;
  /**
   * How far it has come.
   *
   * @returns The counts and the times so far.
   */
  stats(): MapStats;
  /**
   * Ends the run: it rejects with `reason`, by default an `AbortError`, and the items in flight are asked to stop.
   *
   * @param reason What the run rejects with.
   */
  abort(reason?: unknown): void;
  /**
   * What the items came to so far, or all of them once it is over: plain data, without an item, a value or a secret in it.
   *
   * @returns The report, of which no later change of the run changes anything.
   * @throws {ConfigurationError} If it has not begun.
   */
  report(): RunReport;
  /**
   * Writes the page of the run: one HTML file that needs no script and no network.
   *
   * @param options Where to.
   * @returns The numbers of the page, once the file is written.
   * @throws {ConfigurationError} If the run has not begun, an option is wrong, or the runtime has no files.
   * @throws {Error} If the file cannot be written, as the runtime says it.
   */
  report(options: ReportOptions): Promise<RunReport>;
}
