import type { Handler } from "../call/layer.ts";
import type { Pipeline } from "../engine/pipeline.ts";
import type { ResolvedJournal } from "../journal/journal_options.ts";
import type { RunStats } from "../run_stats/run_stats.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Clock } from "../time/clock.ts";
import type { ItemJournal } from "./item_journal.ts";
import type { ItemWatcher } from "./item_watcher.ts";
import type { ResolvedMapOptions } from "./opmap_options.ts";

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

/** What the tracking of a run is made with. */
export interface RunTrackingInit extends Pick<TrackedItemsParts, "handler"> {
  /** What the layers of the function use, and what distinguishes an item from others. */
  readonly pipeline: Pick<Pipeline, "host" | "keyArguments">;
  /** Where the items are recorded, if they are. */
  readonly journal: ResolvedJournal | undefined;
  /** The options of the map, where the items are counted for a report. */
  readonly reported: ResolvedMapOptions | undefined;
  /** What cannot be done where the journal cannot be used, as in `map "load"`. */
  readonly task: string;
}
