import type { Call } from "../call/call.ts";
import type { Handler } from "../call/layer.ts";
import type { ProgressWait } from "../progress/progress.ts";
import type { RunProgress } from "../progress/called_progress.ts";
import type { Clock } from "../time/clock.ts";
import type { BulkDrain, BulkDrainInit } from "./bulk_drain.ts";
import type { BulkPool } from "./bulk_pool.ts";
import type { RunCapacity } from "./intake_capacity.ts";
import type { ItemSource } from "./item_source.ts";
import type { OnError } from "./opmap_options.ts";
import type { Tracking } from "./tracking.ts";

/** A run that can be ended from elsewhere. */
interface EndableRun {
  /** Ends the run with `reason`; resolves once the source is closed. */
  fail(reason: unknown): Promise<void>;
}

/** Where runs stand. */
interface RunSet {
  add(run: EndableRun): unknown;
  delete(run: EndableRun): unknown;
}

/** What a run is made with. */
export interface MapRunSetup {
  /** The items. */
  readonly source: ItemSource;
  /** Whether it is known that there are so and so many items. */
  readonly isFinite: boolean;
  /** Runs the call of one item. */
  readonly handler: Handler;
  /** Runs items without a call for each, where they need none as long as they succeed. */
  readonly bulk: BulkPool | undefined;
  /** Feeds that. */
  readonly bulkDrain: (new (init: BulkDrainInit) => BulkDrain) | undefined;
  /** The `this` of the calls. */
  readonly self: unknown;
  /** Whether the layers ask for the state of a call at once. */
  readonly isStateful: boolean;
  /** How many items may run by now. */
  readonly capacity: RunCapacity;
  /** How many results of a stream may wait, if not as many as items may run. */
  readonly maxAhead: number | undefined;
  /** What the result of `call` is, given its value. */
  readonly resultOf: ((call: Call, value: unknown) => unknown) | undefined;
  /** What a failed item does. */
  readonly onError: OnError;
  /** Ends the run. */
  readonly signals: readonly AbortSignal[];
  /** Is notified of each item, if it is there; made when the run begins, which says what all items that run wait for. */
  readonly openProgress: ((wait: () => ProgressWait | undefined) => RunProgress | undefined) | undefined;
  /** What follows its items, if something does. */
  readonly tracking?: Tracking | undefined;
  /** Is notified of each item too. */
  readonly onItem: (index: number, isOk: boolean) => void;
  /** Whether that notifies a listener by now. */
  readonly hasItemListener: () => boolean;
  /** Where it stands from when it has begun until it is over. */
  readonly runs: readonly RunSet[];
  /** What a run ends with where the instance was closed. */
  readonly closedError: () => Error | undefined;
  /** Whether no item can be run any more. */
  readonly isHopeless: () => boolean;
  /** The name of the function, for messages. */
  readonly functionName: string;
  /** The only source of time. */
  readonly clock: Clock;
}
