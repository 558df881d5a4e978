import type { RunRecord } from "../run_stats/run_record.ts";
import type { ItemWatcher } from "../map/item_watcher.ts";
import { type ItemOutcome, recordLine, valueLine } from "./item_outcome.ts";
import type { ItemFeed } from "./item_feed.ts";
import type { ReadItem } from "./item_reader.ts";
import type { LineOutput } from "./line_output.ts";
import { OutcomeTally } from "./outcome_tally.ts";

/** What a session writes to, and who is notified of it. */
export interface MapSessionParts {
  /** The items. */
  readonly feed: ItemFeed;
  /** Takes the results, in the order of the items. */
  readonly out: LineOutput;
  /** Takes what is known of the items that failed, if that is wanted. */
  readonly errors: LineOutput | undefined;
  /** What a line of the results is. */
  readonly form: "values" | "records";
  /** Is notified of each item as soon as it is done. */
  readonly onDone: (record: RunRecord, item: ReadItem | undefined) => void;
  /** Is notified of each item that was not to run. */
  readonly onSkip: () => void;
  /** Is notified of each time for which a server asked that nothing begins, in milliseconds since 1970. */
  readonly onPause: (fromMs: number, toMs: number) => void;
  /** The time of day, in milliseconds. */
  readonly nowMs: () => number;
}

/** Joins what comes out of a map with what is known of each item, and writes it. */
export class MapSession implements ItemWatcher {
  /** How the items ended. */
  readonly tally: OutcomeTally = new OutcomeTally();
  readonly #parts: MapSessionParts;
  readonly #records = new Map<number, RunRecord>();
  readonly #skipped = new Set<number>();
  /** The number in the map of the next item that comes out. */
  #next = 0;

  /** Nothing has come yet. */
  constructor(parts: MapSessionParts) {
    this.#parts = parts;
  }

  /** An item is done; its result comes in its turn. */
  done(record: RunRecord): void {
    const { index = 0 } = record;
    this.#records.set(index, record);
    const item = this.#parts.feed.given(index);
    this.#parts.onDone({ ...record, index: item?.index }, item);
  }

  /** An item was not to run; no result of it comes. */
  skipped(index: number): void {
    this.#skipped.add(index);
    this.#parts.onSkip();
  }

  /** A server asked for a pause. */
  paused(fromMs: number, toMs: number): void {
    this.#parts.onPause(fromMs, toMs);
  }

  /** How many items succeeded whose results were not written, as they came after others that did not end. */
  get unwritten(): number {
    return [...this.#records.values()].filter(({ failure }) => failure === undefined).length;
  }

  /** Writes all results of `run`, in the order of the items. */
  async write(run: AsyncIterable<unknown>): Promise<void> {
    try {
      for await (const result of run) {
        await this.#writeBefore();
        const item = this.#parts.feed.take();
        if (item !== undefined) await this.#emit(this.#outcomeOf(item, result));
      }
      await this.#writeBefore();
    } finally {
      await Promise.all([this.#parts.out.flush(), this.#parts.errors?.flush()]);
    }
  }

  /** Items of which no result comes: those with bad lines, and those that were not to run. */
  async #writeBefore(): Promise<void> {
    const { feed } = this.#parts;
    for (let item = feed.peek(); item !== undefined; item = feed.peek()) {
      const isBad = item.fault !== undefined;
      if (!isBad && !this.#skipped.delete(this.#next)) return;
      feed.take();
      if (isBad) this.#parts.onDone(this.#recordOfBad(item), item);
      else this.#next++;
      await this.#emit({ ...NOTHING, item, status: isBad ? "failed" : "skipped", error: item.fault });
    }
  }

  #recordOfBad({ index, fault }: ReadItem): RunRecord {
    const failure = { label: fault!.name, message: fault!.message };
    return { index, endedMs: this.#parts.nowMs(), durationMs: 0, attempts: 0, failure };
  }

  #outcomeOf(item: ReadItem, result: unknown): ItemOutcome {
    const record = this.#records.get(this.#next);
    this.#records.delete(this.#next++);
    const { key, attempts = 0, durationMs = 0, failure } = record ?? {};
    const facts = { item, key, attempts, durationMs };
    if (failure === undefined) return { ...facts, status: "ok", value: result, error: undefined };
    return { ...facts, status: "failed", value: undefined, error: result };
  }

  async #emit(given: ItemOutcome): Promise<void> {
    const { outcome, line } = this.#lineOf(given);
    this.tally.count(outcome);
    if (line !== "") await this.#parts.out.add(line);
    if (outcome.status === "failed") await this.#parts.errors?.add(recordLine(outcome, true));
  }

  /** What JSON has no form for has failed, whatever the function thinks of it. */
  #lineOf(outcome: ItemOutcome): { readonly outcome: ItemOutcome; readonly line: string } {
    try {
      return { outcome, line: this.#text(outcome) };
    } catch (error) {
      const failed: ItemOutcome = { ...outcome, status: "failed", value: undefined, error };
      return { outcome: failed, line: this.#text(failed) };
    }
  }

  #text(outcome: ItemOutcome): string {
    if (this.#parts.form === "records") return recordLine(outcome, false);
    return outcome.status === "ok" ? valueLine(outcome.value) : "";
  }
}

const NOTHING = { value: undefined, key: undefined, attempts: 0, durationMs: 0 };
