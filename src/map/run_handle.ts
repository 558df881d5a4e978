import { ConfigurationError } from "../errors/configuration_error.ts";
import { positiveInteger, wrongOption } from "../options/validate.ts";
import { Progress, type ProgressWait } from "../progress/progress.ts";
import type { RunProgress } from "../progress/called_progress.ts";
import type { ReportOptions, RunReport } from "../run_stats/run_report.ts";
import type { RunCapacity } from "./intake_capacity.ts";
import { MapList } from "./map_list.ts";
import type { ItemWatcher } from "./item_watcher.ts";
import type { MapRun } from "./map_run.ts";
import type { MapRunSetup } from "./map_run_setup.ts";
import { MapStreamRun } from "./map_stream.ts";
import type { MappedRun, MapStats, MapStream } from "./mapped_run.ts";
import type { RunGate } from "./run_gate.ts";
import type { RunTracking } from "./run_tracking.ts";

/** What it is made with. */
export interface RunHandleInit {
  /** What the run is made with, `tracking` around its items. */
  readonly setup: MapRunSetup;
  readonly tracking: RunTracking;
  readonly gate: RunGate;
  readonly isOrdered: boolean;
  /** How many items may be used at first, and at most where there is a limit. */
  readonly workers: number;
  readonly maxWorkers: number;
  /** The capacity of a run with so many. */
  readonly capacityOf: (workers: number) => RunCapacity;
  /** How many items there are by now, if that is known. */
  readonly total: () => number | undefined;
  /** What cannot be done where something is wrong, as in `map "load"`. */
  readonly task: string;
}

/** A run as its user holds it. */
export class RunHandle implements MappedRun<unknown> {
  readonly #init: RunHandleInit;
  readonly #controller = new AbortController();
  readonly #setup: MapRunSetup;
  #workers: number;
  #run: MapRun | undefined = undefined;
  #list: Promise<unknown[]> | undefined = undefined;
  #stream: MapStream<unknown> | undefined = undefined;
  #progress: Progress | undefined = undefined;
  #wait: () => ProgressWait | undefined = () => undefined;
  #startedMs: number | undefined = undefined;
  #endedMs: number | undefined = undefined;

  /** A run that has not begun. */
  constructor(init: RunHandleInit) {
    const { setup } = init;
    this.#init = init;
    this.#workers = init.workers;
    this.#setup = {
      ...setup,
      signals: [...setup.signals, this.#controller.signal],
      openProgress: (wait) => {
        this.#wait = wait;
        return this.#openProgress(setup.openProgress?.(wait));
      },
    };
  }

  /** Begins it as a list. */
  // deno-lint-ignore no-explicit-any -- as the types of a promise say
  then<One = unknown[], Other = never>(onFulfilled?: any, onRejected?: any): Promise<One | Other> {
    if (this.#stream !== undefined) {
      return Promise.reject(this.#taken("awaited", "iterated over")).then(null, onRejected);
    }
    this.#list ??= this.#gather();
    return this.#list.then(onFulfilled, onRejected);
  }

  /** Begins it as a stream, when its first result is asked for. */
  [Symbol.asyncIterator](): MapStream<unknown> {
    if (this.#list !== undefined) throw this.#taken("iterated over", "awaited");
    if (this.#stream !== undefined) return this.#stream;
    const run = new MapStreamRun(this.#setup, this.#init.isOrdered);
    this.#run = run;
    return this.#stream = run.open();
  }

  /** Notifies `watcher` of what becomes of its items, if it has not begun yet. */
  watch(watcher: ItemWatcher): void {
    this.#init.tracking.watcher = watcher;
  }

  /** What all items that run wait for, if they do. */
  get wait(): ProgressWait | undefined {
    return this.#wait();
  }

  /** Begins no more items. */
  pause(): void {
    this.#init.gate.isPaused = true;
  }

  /** Begins items again. */
  resume(): void {
    this.#init.gate.isPaused = false;
    this.#run?.fill();
  }

  /** Changes how many items are used at once. */
  setWorkers(workers: number): void {
    const { task, maxWorkers, gate, capacityOf } = this.#init;
    if (!positiveInteger.accepts(workers)) throw wrongOption(task, "workers", positiveInteger, workers);
    if (workers > maxWorkers) {
      throw wrongOption(task, "workers", { desired: `at most ${maxWorkers}, as many as the pool has` }, workers);
    }
    this.#workers = workers;
    gate.use(capacityOf(workers));
    this.#run?.fill();
  }

  /** How far it has come. */
  stats(): MapStats {
    const { tracking, gate, total } = this.#init;
    const progress = this.#progress ?? new Progress(total, this.#setup.clock);
    return {
      ...progress.counts(),
      active: tracking.opened?.items.active ?? 0,
      workers: this.#workers,
      isPaused: gate.isPaused,
    };
  }

  /** Ends it. */
  abort(reason: unknown = new DOMException("The run was aborted", "AbortError")): void {
    this.#controller.abort(reason);
  }

  report(): RunReport;
  report(options: ReportOptions): Promise<RunReport>;
  /** What the items came to; with `options` once the page of that is written. */
  report(options?: ReportOptions): RunReport | Promise<RunReport> {
    return options === undefined ? this.#report() : this.#writePage(options);
  }

  async #writePage(options: ReportOptions): Promise<RunReport> {
    const report = this.#report();
    return await this.#init.tracking.opened!.writePage(report, options);
  }

  #report(): RunReport {
    const { tracking, task } = this.#init;
    const report = tracking.opened?.report(this.stats(), this.#startedMs, this.#endedMs);
    if (report === undefined) throw new ConfigurationError(`Cannot ${task} and report on it before it has begun`);
    return report;
  }

  #gather(): Promise<unknown[]> {
    const list = new MapList(this.#setup, this.#init.isOrdered);
    this.#run = list;
    return list.gather();
  }

  /** Counts for its user, beside what is shown. */
  #openProgress(shown: RunProgress | undefined): RunProgress {
    const progress = new Progress(this.#init.total, this.#setup.clock);
    this.#progress = progress;
    this.#startedMs = this.#setup.clock.wallNow();
    return {
      count: (outcome) => {
        progress.count(outcome);
        shown?.count(outcome);
      },
      finish: () => {
        this.#endedMs = this.#setup.clock.wallNow();
        shown?.finish();
      },
    };
  }

  #taken(wanted: string, is: string): ConfigurationError {
    return new ConfigurationError(`Cannot ${this.#init.task} as a run that is ${is} cannot be ${wanted} as well`);
  }
}
