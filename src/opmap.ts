import { isPooled } from "./options/option_needs.ts";
import { quoted } from "./errors/printable.ts";
import { ConfigurationError } from "./errors/configuration_error.ts";
import { validateOptions, wrongOption } from "./options/validate.ts";
import type { Call } from "./call/call.ts";
import type { Handler } from "./call/layer.ts";
import { BulkPool } from "./map/bulk_pool.ts";
import { MapList } from "./map/map_list.ts";
import type { MapEngine } from "./map/map_engine.ts";
import type { MapPool } from "./map/map_pool.ts";
import type { MapRun } from "./map/map_run.ts";
import type { MapRunSetup } from "./map/map_run_setup.ts";
import { MapStreamRun } from "./map/map_stream.ts";
import type { Mapped, MapStream } from "./map/mapped.ts";
import { checkedOptions, configuring, refusing, wrapTask } from "./opero.ts";
import {
  type OnError,
  type OpmapOptions,
  type ResolvedMapOptions,
  RUN_RULES,
  type RunOptions,
} from "./map/opmap_options.ts";
import { buildPipeline, type Pipeline } from "./engine/pipeline.ts";
import { countItems, expectRejections, isItems, ItemSource } from "./map/item_source.ts";
import { requireMode } from "./map/require_mode.ts";
import { openRunProgress } from "./progress/run_progress.ts";
import type { Registry } from "./engine/registry.ts";
import { shownOptions } from "./engine/shown_options.ts";
import { wrapForms } from "./engine/wrap_forms.ts";
import type { AnyFunction } from "./engine/wrapped.ts";
import { likeOriginal } from "./engine/own_properties.ts";
import { metaOf, observed } from "./engine/wrapper.ts";

/** Applies a set of options to a function, plainly or as a decorator of a method. */
export interface OpmapWrapper<Errors extends OnError> {
  /**
   * Decorates a method. It then takes many items, which no type of a decorator can say: let the method take and
   * answer with `any`, or read it as {@link Mapped} where it is called.
   */
  // deno-lint-ignore no-explicit-any -- a decorator may not change the type of a method
  (fn: AnyFunction, context: ClassMethodDecoratorContext): any;
  /** Decorates a method where TypeScript's `experimentalDecorators` are on. */
  // deno-lint-ignore no-explicit-any -- a decorator may not change the type of a method
  (target: object, key: string | symbol, descriptor: PropertyDescriptor): any;
  /** Makes `fn` a function over many items. */
  <This, Item, R>(fn: (this: This, item: Item) => R): Mapped<This, Item, Awaited<R>, Errors>;
}

/** Makes functions of one item functions of many: `opmap(fn, options)`, `opmap(options)(fn)` or `@opmap(options)`. */
export interface Opmap {
  /** Decorates a method with the defaults, as {@link OpmapWrapper} does. */
  // deno-lint-ignore no-explicit-any -- a decorator may not change the type of a method
  (fn: AnyFunction, context: ClassMethodDecoratorContext): any;
  /** Decorates a method where TypeScript's `experimentalDecorators` are on. */
  // deno-lint-ignore no-explicit-any -- a decorator may not change the type of a method
  (target: object, key: string | symbol, descriptor: PropertyDescriptor): any;
  /** Makes `fn` a function over many items. */
  <This, Item, R, Errors extends OnError = "throw">(
    fn: (this: This, item: Item) => R,
    options?: OpmapOptions<Item, Awaited<NoInfer<R>>, Errors>,
  ): Mapped<This, Item, Awaited<R>, Errors>;
  /** Takes the options first, for several functions or as a decorator. */
  // deno-lint-ignore no-explicit-any -- the functions that the options will meet are not known yet
  <Errors extends OnError = "throw">(options?: OpmapOptions<any, any, Errors>): OpmapWrapper<Errors>;
}

/**
 * The `opmap` of the instance whose functions share `registry`.
 *
 * @param registry What the functions of the instance share.
 * @param mapEngine What may be switched on, and where items may run.
 * @returns The function `opmap`.
 */
export function createMap(registry: Registry, mapEngine: MapEngine): Opmap {
  const { telemetry } = registry;
  const forms = wrapForms("opmap", (fn, given, isMethod) => {
    return configuring(telemetry, fn, given, () => wrap(fn, given, isMethod, registry, mapEngine));
  });
  return refusing(telemetry, forms) as Opmap;
}

function wrap(
  fn: AnyFunction,
  given: unknown,
  isMethod: boolean,
  registry: Registry,
  mapEngine: MapEngine,
): unknown {
  const task = wrapTask(fn, given);
  const options = checkedOptions(task, given, registry.defaults, mapEngine.table);
  requireMode(task, fn, isMethod, given, options);
  return new FunctionMap(fn, options, registry, mapEngine, task).open();
}

/** A function over many items: what its runs share. */
class FunctionMap {
  readonly #fn: AnyFunction;
  readonly #options: ResolvedMapOptions;
  readonly #registry: Registry;
  readonly #mapEngine: MapEngine;
  readonly #pipeline: Pipeline;
  readonly #pool: MapPool | undefined;
  /** What cannot be done where a run is wrong. */
  readonly #task: string;
  readonly #bulk: BulkPool | undefined;
  readonly #runs = new Set<MapRun>();
  /** These two are the same for all runs: code compiled for a closure of one run would be deoptimised by the next. */
  readonly #handler: Handler;
  readonly #onItem: MapRunSetup["onItem"];

  constructor(
    fn: AnyFunction,
    options: ResolvedMapOptions,
    registry: Registry,
    mapEngine: MapEngine,
    task: string,
  ) {
    this.#fn = fn;
    this.#options = options;
    this.#registry = registry;
    this.#mapEngine = mapEngine;
    const onHopeless = (error: Error) => this.#endHopeless(error);
    this.#pool = isPooled(options) ? mapEngine.openPool?.({ fn, options, registry, task, onHopeless }) : undefined;
    // The signal of the options ends whole runs: the calls follow the run.
    const { signal: _signal, ...callOptions } = options;
    const { engine } = mapEngine;
    this.#pipeline = buildPipeline({ fn, task, options: callOptions, registry, engine, runAttempt: this.#pool?.run });
    const { handler, host } = this.#pipeline;
    const { telemetry, functionName } = host;
    const observe = observed(handler, this.#pipeline);
    this.#task = `map ${quoted(functionName)}`;
    // Asked item by item: a listener that is added in mid-run gets the rest.
    this.#bulk = this.#pool !== undefined && this.#pipeline.isOnFailureOnly
      ? new BulkPool(this.#pool, handler, telemetry)
      : undefined;
    this.#handler = (call) => telemetry.isOn ? observe(call) : handler(call);
    this.#onItem = (index, ok) => {
      if (telemetry.wants("itemDone")) telemetry.emit("itemDone", { functionName, index, ok });
    };
  }

  /** The function over many items, with its handles. */
  open(): Mapped<unknown, unknown, unknown, OnError> {
    const setUp = (self: unknown, items: unknown, options: RunOptions | undefined) => this.#setUp(self, items, options);
    const { ordered } = this.#options;
    const pipeline = this.#pipeline;

    async function mapped(this: unknown, items: unknown, options?: RunOptions): Promise<unknown[]> {
      return await new MapList(setUp(this, items, options), ordered).gather();
    }

    function stream(this: unknown, items: unknown, options?: RunOptions): MapStream<unknown> {
      const self = this === mapped ? undefined : this;
      return new MapStreamRun(setUp(self, items, options), ordered).open();
    }

    async function withMeta(this: unknown, items: unknown, options?: RunOptions): Promise<unknown[]> {
      const self = this === mapped ? undefined : this;
      const resultOf = (call: Call, value: unknown) => ({ value, meta: metaOf(call, pipeline) });
      const setup = setUp(self, items, options);
      return await new MapList({ ...setup, resultOf, isStateful: true, bulk: undefined }, ordered).gather();
    }

    const close = () => this.#close();
    const handles = {
      options: shownOptions(this.#options, this.#mapEngine.table),
      events: pipeline.host.telemetry.events,
      ...pipeline.handles,
      stream,
      withMeta,
      close,
      [Symbol.asyncDispose]: close,
    };
    for (const key of Reflect.ownKeys(handles)) {
      Object.defineProperty(mapped, key, { value: Reflect.get(handles, key) });
    }
    return likeOriginal(this.#fn, mapped, this.#options.name) as Mapped<unknown, unknown, unknown, OnError>;
  }

  #setUp(self: unknown, items: unknown, runOptions: RunOptions | undefined): MapRunSetup {
    const { host, cache } = this.#pipeline;
    const { functionName, clock } = host;
    const task = this.#task;
    const closed = this.#registry.closedError(task);
    if (closed !== undefined) throw closed;
    this.#pool?.requireStart(task);
    if (!isItems(items)) throw wrongOption(task, "items", { desired: "an iterable or an async iterable" }, items);
    const { onError, progress, workers, signal } = this.#resolveRun(task, runOptions);
    expectRejections(items);
    return {
      source: new ItemSource(items),
      isFinite: countItems(items) !== undefined,
      handler: this.#handler,
      bulk: this.#bulk,
      self,
      isStateful: cache !== undefined,
      capacity: this.#pool?.capacityFor(workers) ?? { now: workers },
      resultOf: undefined,
      onError,
      signals: [signal, this.#options.signal].filter((each) => each !== undefined),
      openProgress: progress === false
        ? undefined
        : (wait) => openRunProgress({ progress, label: functionName, total: () => countItems(items), wait, clock }),
      clock,
      onItem: this.#onItem,
      runs: [this.#runs, this.#registry.runs],
      closedError: () => this.#registry.closedError(task),
      isHopeless: () => this.#pool?.isHopeless === true,
      functionName,
    };
  }

  #resolveRun(task: string, given: RunOptions | undefined): Pick<ResolvedMapOptions, keyof RunOptions> {
    const { onError, progress, workers } = this.#options;
    if (given === undefined) return { onError, progress, workers, signal: undefined };
    validateOptions(task, given, RUN_RULES, "", this.#mapEngine.table.hint);
    if (this.#pool !== undefined && (given.workers ?? 0) > workers) {
      throw wrongOption(task, "workers", { desired: `at most ${workers}, as many as the pool has` }, given.workers);
    }
    return {
      onError: given.onError ?? onError,
      progress: given.progress ?? progress,
      workers: given.workers ?? workers,
      signal: given.signal,
    };
  }

  /** A mistake in how the function is set up is no matter of single items. */
  #endHopeless(error: Error): void {
    if (error instanceof ConfigurationError) { for (const run of this.#runs) void run.fail(error); }
  }

  async #close(): Promise<void> {
    const reason = new DOMException("The map was closed", "AbortError");
    await Promise.all([...this.#runs].map((run) => run.fail(reason)));
    await this.#pool?.close();
  }
}
