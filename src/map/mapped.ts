import type { EventHub } from "../telemetry/events.ts";
import type { OperoEvents } from "../telemetry/opero_events.ts";
import type { ShownOptions } from "../engine/shown_options.ts";
import type { MappedRun, MapStream } from "./mapped_run.ts";
import type { OnError, OpmapOptions, RunOptions } from "./opmap_options.ts";
import type { Items } from "./item_source.ts";
import type { PolicyHandles } from "../policy/policy_handles.ts";
import type { CacheHandle, WithMeta } from "../engine/wrapped.ts";

/** What stands in place of an item: with `onError: "return"` its value or its error, else its value. */
export type MapResult<Value, Errors extends OnError> = Errors extends "return" ? Value | Error : Value;

/** What every function over many items can do. */
export interface MapCalls<This, Item, Value, Errors extends OnError> extends AsyncDisposable {
  // The overload without an error mode of the run comes last, as helper types such as `ReturnType` read the last one.
  /**
   * Runs the function for each item and answers with the results.
   *
   * @throws {MapError} If items failed and `onError` is `"throw"` or `"abort"`.
   * @throws {ConfigurationError} If an option of the run is wrong.
   */
  <RunErrors extends OnError = Errors>(
    this: This,
    items: Items<Item>,
    options: RunOptions<RunErrors>,
  ): Promise<MapResult<Value, RunErrors>[]>;
  /** The same, where a failed item does what the options of the map say. */
  (this: This, items: Items<Item>, options?: RunOptions<Errors>): Promise<MapResult<Value, Errors>[]>;
  /**
   * Runs the function for each item and answers with the results as they come, with bounded memory. With
   * `onError: "throw"` it throws once all others have come; that error holds the errors, without the results.
   *
   * @param items The items: any iterable or async iterable.
   * @param options Options of this run.
   * @returns The results as they come.
   * @throws {ConfigurationError} If an option of the run is wrong.
   */
  stream<RunErrors extends OnError = Errors>(
    items: Items<Item>,
    options: RunOptions<RunErrors>,
  ): MapStream<MapResult<Value, RunErrors>>;
  /**
   * The same, where a failed item does what the options of the map say.
   *
   * @param items The items: any iterable or async iterable.
   * @param options Options of this run.
   * @returns The results as they come.
   */
  stream(items: Items<Item>, options?: RunOptions<Errors>): MapStream<MapResult<Value, Errors>>;
  /**
   * Runs the function for each item and returns with each value what happened on the way to it.
   *
   * @param items The items: any iterable or async iterable.
   * @param options Options of this run.
   * @returns For each item its value and `meta`; for a failed one what stands in its place.
   */
  withMeta<RunErrors extends OnError = Errors>(
    items: Items<Item>,
    options: RunOptions<RunErrors>,
  ): Promise<MapResult<WithMeta<Value>, RunErrors>[]>;
  /**
   * The same, where a failed item does what the options of the map say.
   *
   * @param items The items: any iterable or async iterable.
   * @param options Options of this run.
   * @returns For each item its value and `meta`; for a failed one what stands in its place.
   */
  withMeta(items: Items<Item>, options?: RunOptions<Errors>): Promise<MapResult<WithMeta<Value>, Errors>[]>;
  /** What happens in the calls of this function, and of no other. */
  readonly events: EventHub<OperoEvents>;
  /** Ends what runs and stops the workers. A later run starts them again. */
  close(): Promise<void>;
}

/** A function over many items. */
export interface Mapped<This, Item, Value, Errors extends OnError>
  extends MapCalls<This, Item, Value, Errors>, PolicyHandles {
  /**
   * A run of the function for each item that can be paused, resumed and watched. It begins when it is awaited, which
   * gives what the call of the map does, or iterated over, which gives what `stream()` does.
   *
   * @param items The items: any iterable or async iterable.
   * @param options Options of this run.
   * @returns The run, which has not begun.
   * @throws {ConfigurationError} If an option of the run is wrong.
   */
  run<RunErrors extends OnError = Errors>(
    items: Items<Item>,
    options: RunOptions<RunErrors>,
  ): MappedRun<MapResult<Value, RunErrors>>;
  /**
   * The same, where a failed item does what the options of the map say.
   *
   * @param items The items: any iterable or async iterable.
   * @param options Options of this run.
   * @returns The run, which has not begun.
   */
  run(items: Items<Item>, options?: RunOptions<Errors>): MappedRun<MapResult<Value, Errors>>;
  /** The options in force: defaults filled in, durations in seconds, frozen; what may be a secret is hidden. */
  readonly options: ShownOptions<OpmapOptions<Item, Value, Errors>>;
  /** The cached results, by item. */
  readonly cache: CacheHandle<[item: Item], Value>;
}
