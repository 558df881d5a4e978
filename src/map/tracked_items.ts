import { setIdempotencyKey } from "../attempt/idempotency_key.ts";
import { type Call, stateOf } from "../call/call.ts";
import { attemptsOf } from "../engine/wrapper.ts";
import type { RecordFacts } from "../journal/journal_record.ts";
import type { KnownItem as RecordedItem } from "../journal/recorded_places.ts";
import type { ReportOptions, RunReport } from "../run_stats/run_report.ts";
import { EndedItems } from "./ended_items.ts";
import { NOT_RUN, stateOfRun } from "./item_outcome.ts";
import type { MapStats } from "./mapped_run.ts";
import { type BegunItem, type KnownItem, PlainTracking } from "./plain_tracking.ts";
import { recordedError } from "./recorded_error.ts";
import type { TrackedItemsParts } from "./tracking_parts.ts";

/** What has been opened for a run. */
export interface OpenTracking {
  /** Follows the items. */
  readonly items: TrackedItems;
  /** What was counted, if something is; times are in milliseconds since 1970, and a run that has not ended ends now. */
  report(stats: MapStats, startedMs: number | undefined, endedMs: number | undefined): RunReport | undefined;
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
  /** Those that begin without a call. */
  readonly plain: PlainTracking;
  readonly #parts: TrackedItemsParts;
  readonly #ended: EndedItems;
  /** How many run that have a call. */
  #running = 0;

  /** No item yet. */
  constructor(parts: TrackedItemsParts) {
    this.#parts = parts;
    this.#ended = new EndedItems(parts);
    this.plain = new PlainTracking(parts, this.#ended, (call, known, run) => this.#follow(call, known, run));
  }

  /** How many run. */
  get active(): number {
    return this.#running + this.plain.size;
  }

  /** Runs the call of an item, unless its value is there, or it is not to run. */
  run(call: Call): Promise<unknown> {
    const { journal, clock } = this.#parts;
    const item = call.args[0];
    let known: KnownItem;
    try {
      known = this.plain.take(call.index!) ?? this.plain.plan(item, call.index);
    } catch (error) {
      this.#ended.countFailed(call, this.#factsOfNone(), error, item);
      return Promise.reject(error);
    }
    const { key, plan } = known;
    if (plan === "run") {
      if (journal !== undefined) setIdempotencyKey(call, journal.callKeyOf(key));
      // A function changes its item, maybe.
      return this.#follow(call, { key, item, startedMs: clock.now() }, () => this.#parts.handler(call));
    }
    stateOf(call).cache = "journal";
    if (plan === "skip") {
      this.#parts.watcher?.skipped(call.index!);
      return Promise.resolve(NOT_RUN);
    }
    return this.#restore(call, key, plan);
  }

  #restore(call: Call, key: string, plan: RecordedItem): Promise<unknown> {
    try {
      const { record, value } = this.#parts.journal!.restore(key, plan);
      this.#ended.countRestored(call, record);
      return Promise.resolve(value);
    } catch (error) {
      // What cannot be read back is no matter of this item: the next run would not find it either.
      this.#parts.fail(error);
      return Promise.reject(error);
    }
  }

  #follow(call: Call, { key, item, startedMs }: BegunItem, run: () => Promise<unknown>): Promise<unknown> {
    this.#running++;
    return run().then(
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
    this.#ended.count(call, facts);
    return written === undefined ? value : written.then(() => value);
  }

  #fail(call: Call, facts: RecordFacts, error: unknown, item: unknown): Promise<never> {
    if (this.#parts.isOver()) throw error;
    const written = this.#parts.journal?.recordFailure(facts, recordedError(error, item));
    this.#ended.countFailed(call, facts, error, item);
    if (written === undefined) throw error;
    return written.then(() => {
      throw error;
    });
  }

  #end(call: Call, key: string, startedMs: number): RecordFacts {
    const { clock } = this.#parts;
    this.#running--;
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
}
