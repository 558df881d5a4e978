import type { ProgressWait } from "../progress/progress.ts";
import type { RunProgress } from "../progress/called_progress.ts";
import { openRunProgress } from "../progress/run_progress.ts";
import type { RunRecord } from "../run_stats/run_record.ts";
import { SeenWorkers } from "../progress/seen_workers.ts";
import { SystemClock } from "../time/system_clock.ts";

/** What a bar shows. */
export interface MapBarOptions {
  /** What runs. */
  readonly label: string;
  /** How many items there are, as soon as that is known. */
  readonly total: () => number | undefined;
  /** What all items that run wait for, if they do. */
  readonly wait: () => ProgressWait | undefined;
}

/** The bar of a run on stderr; where that is no terminal, a line now and then. */
export class MapBar {
  readonly #progress: RunProgress | undefined;
  readonly #clock = new SystemClock();
  readonly #workers = new SeenWorkers();

  /** Begins to show it. */
  constructor(options: MapBarOptions) {
    const workers = () => this.#workers.shown(this.#clock.now());
    this.#progress = openRunProgress({ ...options, progress: true, workers, clock: this.#clock });
  }

  /** An item is done. */
  count({ failure, attempts, isFromJournal = false, worker }: RunRecord): void {
    if (worker !== undefined) this.#workers.see(worker, 1, this.#clock.now());
    this.#progress?.count({
      isFailed: failure !== undefined,
      isRetried: attempts > 1 && !isFromJournal,
      isCached: attempts === 0 && failure === undefined,
      isJournaled: isFromJournal,
    });
  }

  /** An item was not to run. */
  skip(): void {
    this.#progress?.count({ isFailed: false, isSkipped: true });
  }

  /** Leaves it as it is. */
  finish(): void {
    this.#progress?.finish();
  }
}
