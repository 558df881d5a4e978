import {
  abortSignal,
  anyFunction,
  booleanFlag,
  either,
  oneOf,
  type OptionRules,
  positiveInteger,
} from "../options/validate.ts";
import type { ErrorClass } from "../options/error_matcher.ts";
import type { FilledOptions, OperoOptions } from "../engine/opero_options.ts";
import type { Filled, OptionSet } from "../policy/policy.ts";
import type { JournalOption } from "../journal/journal_options.ts";
import type { ProgressState } from "../progress/progress.ts";
import type { Duration } from "../time/duration.ts";
import type { WorkerPermissions } from "../pool/sandbox.ts";
import type { Engine } from "../queue/engine.ts";

/**
 * Where the items run: `"thread"` on this thread, `"async"` the same for async functions only,
 * `"process"` in a pool of worker threads, one item at a time each, `"async_process"` in the pool with
 * several items in flight per worker, `"cluster"` wherever workers serve the function, as on other machines.
 */
export type MapMode = "thread" | "async" | "process" | "async_process" | "cluster";

/**
 * What a failed item does to the map: `"throw"` runs all items and then throws a `MapError`, `"return"` puts the
 * error in the item's place, `"skip"` leaves the item out, `"abort"` stops at the first failure with a `MapError`.
 */
export type OnError = "throw" | "return" | "skip" | "abort";

/** Whether a bar is shown on stderr, or what is called after every item in place of it. */
export type ProgressOption = boolean | ((state: ProgressState) => void);

/** Options of one run of a map. */
export interface RunOptions<Errors extends OnError = OnError> {
  /** Ends the run; it rejects with the signal's reason, and the items that run are asked to stop. */
  readonly signal?: AbortSignal | undefined;
  /** Whether to show progress, or what to call with it, in place of the option. */
  readonly progress?: ProgressOption | undefined;
  /** The items in flight, or the worker threads in use, in place of the option; a pool has no more than that. */
  readonly workers?: number | undefined;
  /** What a failed item does to the run, in place of the option. */
  readonly onError?: Errors | undefined;
  /** Where the run is recorded, in place of the option; `false` for nowhere. */
  readonly journal?: JournalOption | undefined;
}

/** All options of `opmap`: those of `opero`, which hold for each item, and those of the map. */
// deno-lint-ignore no-explicit-any -- options that stand on their own have to fit every function
export interface OpmapOptions<Item = any, Value = any, Errors extends OnError = OnError>
  extends OperoOptions<[Item], Value> {
  /**
   * Where the items run.
   * @default "thread"
   */
  readonly mode?: MapMode | undefined;
  /** In the mode `"cluster"`, what moves the items to the workers and the results back. */
  readonly engine?: Engine | undefined;
  /**
   * In the mode `"cluster"`, the name by which workers find the function: letters, digits, `_` and `-`, at most 64. By
   * default that of the function.
   */
  readonly task?: string | undefined;
  /**
   * In the mode `"cluster"`, how long a worker may give no sign of life until its items run again elsewhere: 15 s by
   * default.
   */
  readonly lease?: Duration | undefined;
  /**
   * In the mode `"cluster"`, the key for AES-GCM that all frames are sealed with, the same for callers and workers: the
   * broker, and all who read it, see nothing of items, results and keys.
   */
  readonly sealKey?: CryptoKey | undefined;
  /**
   * The items in flight on this thread; in a pool, the worker threads. In the mode `"cluster"` the most items in flight,
   * by default twice as many as the workers have slots for.
   * @default 4
   */
  readonly workers?: number | undefined;
  /**
   * Whether results come in the order of the items, or as they finish.
   * @default true
   */
  readonly ordered?: boolean | undefined;
  /**
   * In a stream, how many results at most wait for an earlier one, or for the reader, while further items run. By default
   * as many as items run at once, so that one slow item soon stops all; a larger number keeps the others busy, and holds
   * that many results.
   */
  readonly maxAhead?: number | undefined;
  /**
   * Whether a bar is shown on stderr where that is a terminal, and now and then a line where it is none; or a function
   * that is called after every item.
   * @default true
   */
  readonly progress?: ProgressOption | undefined;
  /**
   * What a failed item does to the map.
   * @default "throw"
   */
  readonly onError?: Errors | undefined;
  /**
   * The file in which each item is recorded as soon as it is done, so that a run that was interrupted continues where it
   * stopped, and a later one runs only what failed; or all options of it.
   */
  readonly journal?: JournalOption<Item> | undefined;
  /**
   * The version of the function: results that a journal holds of another version are not used, and in the mode
   * `"cluster"` workers of another version get no items.
   */
  readonly version?: string | undefined;
  /** In a pool or a cluster, the items in one message to a worker. By default it follows from how long items take. */
  readonly chunkSize?: number | undefined;
  /**
   * In the mode `"async_process"`, the items in flight in each worker.
   * @default 16
   */
  readonly workerConcurrency?: number | undefined;
  /**
   * In a pool, `import.meta.url` of the module that wraps or exports the function, which the workers import to
   * find it. Without it the function's source is sent, so it may refer to nothing outside of itself. A script guards what
   * it runs with `if (import.meta.main)`, or each worker would run it, too. A module has 10 s to load, or `timeout` and 5 s at least.
   */
  readonly module?: string | undefined;
  /**
   * In a pool, how much the heap of a worker may hold, in mebibytes, 16 at least. Bun knows no such limit.
   * @default 2048
   */
  readonly memoryLimit?: number | undefined;
  /**
   * In a pool, how many workers one item may crash before it fails; in a cluster, with how many it may be lost before
   * the next is its end.
   * @default 2
   */
  readonly maxCrashesPerItem?: number | undefined;
  /** In a pool, classes that errors from a worker are made instances of again, beside those of the language and of this library. */
  readonly errorClasses?: readonly ErrorClass[] | undefined;
  /** In a pool on Deno, the permissions of the workers, which then are Web Workers. */
  readonly permissions?: WorkerPermissions | undefined;
}

/** What the options of `opmap` that concern a run may be. */
export const RUN_RULES: OptionRules = {
  signal: abortSignal,
  progress: either(booleanFlag, anyFunction),
  workers: positiveInteger,
  onError: oneOf(["throw", "return", "skip", "abort"]),
};

type DefaultedRunOptions = "mode" | "workers" | "ordered" | "progress" | "onError";

/** {@link OpmapOptions} with the defaults filled in. */
export type ResolvedMapOptions =
  & Filled<OpmapOptions, DefaultedRunOptions | "workerConcurrency" | "memoryLimit" | "maxCrashesPerItem">
  & FilledOptions;

const DEFAULTS: { readonly [Name in DefaultedRunOptions]: NonNullable<OpmapOptions[Name]> } = {
  mode: "thread",
  workers: 4,
  ordered: true,
  progress: true,
  onError: "throw",
};

/** The options that `opmap` adds wherever items run; `mode` is said by what can run them elsewhere. */
export const RUN_OPTIONS: OptionSet = {
  rules: { ...RUN_RULES, ordered: booleanFlag, maxAhead: positiveInteger },
  defaults: DEFAULTS,
};
