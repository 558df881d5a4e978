import { errorLabel, errorText, rootOf } from "../errors/error_label.ts";
import type { OutcomeWatch } from "../attempt/outcome_watch.ts";
import { setIdempotencyKey } from "../attempt/idempotency_key.ts";
import { type Call, stateOf } from "../call/call.ts";
import type { Handler } from "../call/layer.ts";
import { attemptsOf } from "../engine/wrapper.ts";
import type { RecordFacts } from "../journal/journal_record.ts";
import type { RunRecord } from "../run_stats/run_record.ts";
import type { ReportOptions, RunReport } from "../run_stats/run_report.ts";
import type { RunStats, UnfinishedItems } from "../run_stats/run_stats.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Clock } from "../time/clock.ts";
import type { ItemJournal, KeyArguments } from "./item_journal.ts";
import type { ItemWatcher } from "./item_watcher.ts";
import type { ResolvedMapOptions } from "./opmap_options.ts";
import type { ResolvedJournal } from "../journal/journal_options.ts";
import { takeCosts } from "./item_costs.ts";
import { NOT_RUN, stateOfRun } from "./item_outcome.ts";
import { recordedError } from "./recorded_error.ts";

/** What follows the items of one run. */
export interface TrackedItemsParts {
  /** Runs the call of an item. */
  readonly handler: Handler;
  /** Where its items are recorded, if they are. */
  readonly journal: ItemJournal | undefined;
  /** Counts them for the report of the run, if there is to be one. */
  readonly stats: RunStats | undefined;
  /** Is notified of each of them, if there is one. */
  readonly watcher: ItemWatcher | undefined;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly functionName: string;
  /** Ends the run. */
  readonly fail: (error: unknown) => void;
  /** What that is called which each limit of the map counts; `undefined` for one that counts starts. */
  readonly costNames: readonly (string | undefined)[];
  /** Whether the run has ended: what it interrupts has neither failed nor succeeded. */
  readonly isOver: () => boolean;
}

/** What is to be opened for a run. */
export interface TrackingRequest {
  /** Where the items are recorded, if they are. */
  readonly journal: ResolvedJournal | undefined;
  /** What distinguishes an item from others. */
  readonly keyArguments: KeyArguments;
  /** The options of the map, where the items are counted for a report. */
  readonly reported: ResolvedMapOptions | undefined;
  /** Where it is said that a server has paused the rate limit. */
  readonly outcomes: OutcomeWatch;
}

/** What a report says of the run as a whole. */
export interface ReportFacts extends UnfinishedItems {
  /** When the run began, in ISO 8601. */
  readonly startedAt: string | undefined;
  /** When it ended. */
  readonly endedAt: string;
}

/** What has been opened for a run. */
export interface OpenTracking {
  /** Follows the items. */
  readonly items: TrackedItems;
  /** What was counted, if something is. */
  report(facts: ReportFacts): RunReport | undefined;
  /**
   * Writes the page of that.
   *
   * @throws {ConfigurationError} If an option is wrong, or the runtime has no files.
   */
  writePage(report: RunReport, options: ReportOptions): Promise<RunReport>;
  /** Gives the journal back once all in it is safe; what only makes it shorter is left out where `isHurried`. */
  close(isHurried: boolean): Promise<void>;
}

/** Follows the items of one run from their begin to their end: records them, takes from the journal what is there, and counts. */
export class TrackedItems {
  readonly #parts: TrackedItemsParts;
  /** How many run. */
  active = 0;

  /** No item yet. */
  constructor(parts: TrackedItemsParts) {
    this.#parts = parts;
  }

  /** Runs the call of an item, unless its value is there, or it is not to run. */
  run(call: Call): Promise<unknown> {
    const { journal } = this.#parts;
    return journal === undefined ? this.#runTracked(call, "") : this.#runJournaled(call, journal);
  }

  #runJournaled(call: Call, journal: ItemJournal): Promise<unknown> {
    let key = "";
    try {
      key = journal.keyOf(call.args[0], call.index);
    } catch (error) {
      this.#count(call, this.#factsOfNone(), failureOf(error, call.args[0]));
      return Promise.reject(error);
    }
    const plan = journal.planFor(key);
    if (plan === "run") {
      setIdempotencyKey(call, journal.callKeyOf(key));
      return this.#runTracked(call, key);
    }
    stateOf(call).cache = "journal";
    if (plan === "skip") {
      this.#parts.watcher?.skipped(call.index!);
      return Promise.resolve(NOT_RUN);
    }
    try {
      const { record, value } = journal.restore(key, plan);
      this.#countRestored(call, record);
      return Promise.resolve(value);
    } catch (error) {
      // What cannot be read back is no matter of this item: the next run would not find it either.
      this.#parts.fail(error);
      return Promise.reject(error);
    }
  }

  #runTracked(call: Call, key: string): Promise<unknown> {
    const startedMs = this.#parts.clock.now();
    this.active++;
    // A function changes its item, maybe.
    const item = call.args[0];
    return this.#parts.handler(call).then(
      (value) => this.#succeed(call, this.#end(call, key, startedMs), value, item),
      (error) => this.#fail(call, this.#end(call, key, startedMs), error, item),
    );
  }

  #succeed(call: Call, facts: RecordFacts, value: unknown, item: unknown): unknown {
    if (this.#parts.isOver()) return value;
    let written: void | Promise<void>;
    try {
      written = this.#parts.journal?.recordValue(facts, value, call.index);
    } catch (error) {
      return this.#fail(call, facts, error, item);
    }
    this.#count(call, facts);
    return written === undefined ? value : written.then(() => value);
  }

  #fail(call: Call, facts: RecordFacts, error: unknown, item: unknown): Promise<never> {
    if (this.#parts.isOver()) throw error;
    const written = this.#parts.journal?.recordFailure(facts, recordedError(error, item));
    this.#count(call, facts, failureOf(error, item));
    if (written === undefined) throw error;
    return written.then(() => {
      throw error;
    });
  }

  #end(call: Call, key: string, startedMs: number): RecordFacts {
    const { clock } = this.#parts;
    this.active--;
    return {
      key,
      attempts: attemptsOf(call),
      atMs: clock.wallNow(),
      durationMs: clock.now() - startedMs,
      waitedMs: stateOfRun(call)?.waitedMs ?? 0,
    };
  }

  /** Of an item that has not run. */
  #factsOfNone(): RecordFacts {
    return { key: "", attempts: 0, atMs: this.#parts.clock.wallNow(), durationMs: 0, waitedMs: 0 };
  }

  #countRestored(call: Call, record: RecordFacts): void {
    const { telemetry, functionName } = this.#parts;
    this.#count(call, record, { isFromJournal: true });
    if (telemetry.isOn) {
      telemetry.record("success", functionName, call, { duration: 0, attempts: 0, cache: "journal" });
    }
  }

  #count(call: Call, facts: RecordFacts, others: Partial<RunRecord> = {}): void {
    const { stats, watcher } = this.#parts;
    if (stats === undefined && watcher === undefined) return;
    const { key, atMs: endedMs, durationMs, waitedMs, attempts } = facts;
    const state = stateOfRun(call);
    const item = { index: call.index, key: key || undefined, endedMs, durationMs, waitedMs, attempts };
    const record = { ...item, worker: state?.worker, costs: takeCosts(state, this.#parts.costNames), ...others };
    stats?.add(record);
    watcher?.done(record);
  }
}

function failureOf(error: unknown, item: unknown): Pick<RunRecord, "failure" | "item"> {
  const root = rootOf(error);
  return { failure: { label: errorLabel(root), message: errorText(root) ?? "" }, item };
}
