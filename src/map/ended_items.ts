import { errorLabel, errorText, rootOf } from "../errors/error_label.ts";
import type { Call } from "../call/call.ts";
import type { RecordFacts } from "../journal/journal_record.ts";
import type { RunRecord } from "../run_stats/run_record.ts";
import { takeCosts } from "./item_costs.ts";
import { stateOfRun } from "./item_outcome.ts";
import type { TrackedItemsParts } from "./tracking_parts.ts";

/** What is known of an item that ended: its call, or its place where it had none. */
export type EndedItem = Call | { readonly index: number; readonly state?: undefined };

/** Counts the items of a run that ended, and notifies who follows them. */
export class EndedItems {
  readonly #parts: Pick<TrackedItemsParts, "stats" | "watcher" | "telemetry" | "functionName" | "costNames">;

  /** No item yet. */
  constructor(parts: TrackedItemsParts) {
    this.#parts = parts;
  }

  /** An item succeeded, unless `others` says how else it ended. */
  count(ended: EndedItem, facts: RecordFacts, others: Partial<RunRecord> = {}): void {
    const { stats, watcher } = this.#parts;
    if (stats === undefined && watcher === undefined) return;
    const { key, atMs: endedMs, durationMs, waitedMs, attempts } = facts;
    const state = ended.state && stateOfRun(ended);
    const item = { index: ended.index, key: key || undefined, endedMs, durationMs, waitedMs, attempts };
    const record = { ...item, worker: state?.worker, costs: takeCosts(state, this.#parts.costNames), ...others };
    stats?.add(record);
    watcher?.done(record);
  }

  /** An item failed. */
  countFailed(ended: EndedItem, facts: RecordFacts, error: unknown, item: unknown): void {
    const root = rootOf(error);
    this.count(ended, facts, { failure: { label: errorLabel(root), message: errorText(root) ?? "" }, item });
  }

  /** The value of an item was taken from the journal. */
  countRestored(call: Call, record: RecordFacts): void {
    const { telemetry, functionName } = this.#parts;
    this.count(call, record, { isFromJournal: true });
    if (!telemetry.isOn) return;
    telemetry.record("success", functionName, call, { duration: 0, attempts: 0, cache: "journal" });
  }
}
