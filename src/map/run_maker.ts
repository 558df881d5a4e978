import type { Handler } from "../call/layer.ts";
import type { Pipeline } from "../engine/pipeline.ts";
import { closedError } from "../engine/closed_error.ts";
import type { Registry } from "../engine/registry.ts";
import type { ResolvedJournal } from "../journal/journal_options.ts";
import { wrongOption } from "../options/validate.ts";
import type { ProgressWait } from "../progress/progress.ts";
import type { BulkPool } from "./bulk_pool.ts";
import type { RunCapacity } from "./intake_capacity.ts";
import { countItems, expectRejections, isItems, type Items, ItemSource } from "./item_source.ts";
import type { MapEngine } from "./map_engine.ts";
import type { ItemPool } from "./item_pool.ts";
import type { MapRun } from "./map_run.ts";
import type { MapRunSetup } from "./map_run_setup.ts";
import type { ResolvedMapOptions, RunOptions } from "./opmap_options.ts";
import { keepRuns } from "./keep_runs.ts";
import { resolveRun } from "./resolve_run.ts";
import type { RunTrackingInit } from "./tracking_parts.ts";
import type { MappedRun } from "./mapped_run.ts";

/** What the runs of a function over many items share. */
export interface RunMakerParts {
  readonly options: ResolvedMapOptions;
  readonly registry: Registry;
  readonly pipeline: Pipeline;
  readonly mapEngine: MapEngine;
  readonly pool: ItemPool | undefined;
  readonly bulk: BulkPool | undefined;
  /** What cannot be done where a run is wrong. */
  readonly task: string;
  /** Those that have begun. */
  readonly runs: Set<MapRun>;
  /** These are the same for all runs: code compiled for a closure of one run would be deoptimised by the next. */
  readonly handler: Handler;
  readonly onItem: MapRunSetup["onItem"];
  readonly hasItemListener: MapRunSetup["hasItemListener"];
}

let areRunsKept = false;

/** Sets up the runs of a function over many items. */
export class RunMaker {
  readonly #parts: RunMakerParts;

  /** Of the runs of one function. */
  constructor(parts: RunMakerParts) {
    this.#parts = parts;
  }

  /** A run of the plain forms. */
  setUp(self: unknown, items: unknown, runOptions: RunOptions | undefined): MapRunSetup {
    const { setup, journal } = this.#resolve(self, items, runOptions);
    const { features } = this.#parts.mapEngine;
    return journal === undefined ? setup : features!.track(setup, this.#trackingInit(journal));
  }

  /** A run that its user holds; `undefined` where the door has none. */
  openRun(self: unknown, items: unknown, runOptions: RunOptions | undefined): MappedRun<unknown> | undefined {
    const { setup, journal, workers } = this.#resolve(self, items, runOptions);
    const { options, pool, task, mapEngine } = this.#parts;
    return mapEngine.features?.openRun(setup, this.#trackingInit(journal, options), {
      isOrdered: options.ordered,
      workers,
      maxWorkers: pool === undefined ? Infinity : options.workers,
      capacityOf: (workers) => this.#capacityFor(workers),
      total: () => countItems(items as Items<unknown>),
      task,
    });
  }

  #trackingInit(journal: ResolvedJournal | undefined, reported?: ResolvedMapOptions): RunTrackingInit {
    const { pipeline, handler, task } = this.#parts;
    return { pipeline, handler, task, journal, reported };
  }

  #capacityFor(workers: number): RunCapacity {
    return this.#parts.pool?.capacityFor(workers) ?? { now: workers };
  }

  #resolve(self: unknown, items: unknown, runOptions: RunOptions | undefined): {
    readonly setup: MapRunSetup;
    readonly journal: ResolvedJournal | undefined;
    readonly workers: number;
  } {
    if (!areRunsKept) keepRuns();
    areRunsKept = true;
    const { pipeline, task, registry, options, mapEngine, pool } = this.#parts;
    const { host, cache } = pipeline;
    const { functionName, clock } = host;
    if (registry.isClosed) throw closedError(registry, task);
    pool?.requireStart(task);
    if (!isItems(items)) throw wrongOption(task, "items", { desired: "an iterable or an async iterable" }, items);
    if (typeof items === "string") mapEngine.features?.warnOfString(host);
    const { onError, progress, workers, signal } = resolveRun(task, runOptions, options, mapEngine);
    const recorded = runOptions?.journal ?? options.journal ?? false;
    const journal = recorded === false ? undefined : mapEngine.features?.journalOf(task, options, recorded);
    expectRejections(items);
    const setup = {
      source: new ItemSource(items),
      isFinite: countItems(items) !== undefined,
      handler: this.#parts.handler,
      bulk: this.#parts.bulk,
      bulkDrain: mapEngine.bulkDrain,
      self,
      isStateful: cache !== undefined,
      capacity: this.#capacityFor(workers),
      maxAhead: options.maxAhead,
      resultOf: undefined,
      onError,
      signals: [signal, options.signal].filter((each) => each !== undefined),
      openProgress: progress === false ? undefined : (wait: () => ProgressWait | undefined) => {
        const [label, total] = [functionName, () => countItems(items)];
        return mapEngine.openProgress({ progress, label, total, wait, workers: () => pool?.workers, clock });
      },
      clock,
      onItem: this.#parts.onItem,
      hasItemListener: this.#parts.hasItemListener,
      runs: [this.#parts.runs, registry.runs],
      closedError: () => closedError(registry, task),
      isHopeless: () => pool?.isHopeless === true,
      functionName,
    };
    return { setup, journal, workers };
  }
}
