import { LazyModule } from "../runtime/lazy_module.ts";
import type { Call } from "../call/call.ts";
import type { ReportOptions, RunReport } from "../run_stats/run_report.ts";
import type { MapRunSetup, Tracking } from "./map_run_setup.ts";
import type { ItemWatcher } from "./item_watcher.ts";
import type { RunGate } from "./run_gate.ts";
import type { OpenTracking, ReportFacts, TrackedItemsParts, TrackingRequest } from "./tracked_items.ts";

/** What follows items, records and counts them: of no use to a run that does neither. */
const trackers = /* @__PURE__ */ new LazyModule(() => import("./open_tracking.ts"));

/** What it is made with. */
export interface RunTrackingInit
  extends TrackingRequest, Pick<TrackedItemsParts, "handler" | "clock" | "telemetry" | "functionName"> {
  /** What cannot be done where the journal cannot be used, as in `map "load"`. */
  readonly task: string;
}

/** Follows the items of one run from when it begins until it has ended: what that takes is loaded then. */
export class RunTracking implements Tracking {
  readonly #init: RunTrackingInit;
  readonly #gate: RunGate;
  /** Is notified of the items of a run that has not begun yet. */
  watcher: ItemWatcher | undefined = undefined;
  #open: OpenTracking | undefined = undefined;
  #opening: Promise<void> | undefined = undefined;
  #isOver = false;

  /** Nothing is open yet; `gate` is opened with it. */
  constructor(init: RunTrackingInit, gate: RunGate) {
    this.#init = init;
    this.#gate = gate;
  }

  /** `setup` with this around its items. */
  around(setup: MapRunSetup): MapRunSetup {
    const handler = (call: Call) => this.#open!.items.run(call);
    // What has no call cannot be followed.
    return { ...setup, handler, bulk: undefined, capacity: this.#gate, tracking: this };
  }

  /**
   * Opens what is needed; `fail` is called later, where nothing can be recorded any more.
   *
   * @throws {JournalError} If the journal cannot be used.
   */
  open(fail: (error: unknown) => void): Promise<void> {
    return this.#opening = this.#openNow(fail);
  }

  /**
   * Releases what was opened, once all that was recorded is safe.
   *
   * @throws {JournalError} If something could not be written.
   */
  async close(isHurried: boolean): Promise<void> {
    this.#isOver = true;
    if (this.#open === undefined) await this.#opening?.catch(() => {});
    await this.#open?.close(isHurried);
  }

  /** How many items are in flight. */
  get active(): number {
    return this.#open?.items.active ?? 0;
  }

  /** What was counted so far; `undefined` before the run has begun. */
  report(facts: ReportFacts): RunReport | undefined {
    return this.#open?.report(facts);
  }

  /** Writes the page of a run that has begun. */
  writePage(report: RunReport, options: ReportOptions): Promise<RunReport> {
    return this.#open!.writePage(report, options);
  }

  async #openNow(fail: (error: unknown) => void): Promise<void> {
    const { openTracking } = await trackers.load();
    const { journal, reported, task, keyArguments, outcomes, ...parts } = this.#init;
    const isOver = () => this.#isOver;
    this.#open = await openTracking({ ...parts, fail, isOver, watcher: this.watcher }, task, {
      journal,
      keyArguments,
      reported,
      outcomes,
    });
    this.#gate.open();
  }
}
