import { isPooled } from "./options/option_needs.ts";
import { quoted } from "./errors/printable.ts";
import { ConfigurationError } from "./errors/configuration_error.ts";
import type { Call } from "./call/call.ts";
import { BulkPool } from "./map/bulk_pool.ts";
import { MapList } from "./map/map_list.ts";
import type { MapEngine } from "./map/map_engine.ts";
import type { ItemPool } from "./map/item_pool.ts";
import type { MapRun } from "./map/map_run.ts";
import { MapStreamRun } from "./map/map_stream.ts";
import type { Mapped } from "./map/mapped.ts";
import type { MappedRun, MapStream } from "./map/mapped_run.ts";
import { RunMaker } from "./map/run_maker.ts";
import { checkedOptions, configuring, refusing, wrapTask } from "./opero.ts";
import type { OnError, OpmapOptions, ResolvedMapOptions, RunOptions } from "./map/opmap_options.ts";
import { buildPipeline, type Pipeline } from "./engine/pipeline.ts";
import { requireMode } from "./map/require_mode.ts";
import type { Registry } from "./engine/registry.ts";
import type { LostHandle } from "./engine/lost_receiver.ts";
import { shownOptions } from "./engine/shown_options.ts";
import { wrapForms } from "./engine/wrap_forms.ts";
import type { AnyFunction, OwnProperties } from "./engine/wrapped.ts";
import { likeOriginal } from "./engine/own_properties.ts";
import { metaOf, observed } from "./engine/wrapper.ts";

/** Applies a set of options to a function, plainly or as a decorator of a method. */
export interface OpmapWrapper<Errors extends OnError> {
  /**
   * Decorates a method. It then takes many items, which no type of a decorator can say: let the method take and
   * answer with `any`, or read it as {@link Mapped} where it is called.
   */
  // deno-lint-ignore no-explicit-any -- it may not change the type of a method; `any` lets it come before the others
  <F extends AnyFunction>(fn: F, context: ClassMethodDecoratorContext<any, any>): any;
  /** Decorates a method where TypeScript's `experimentalDecorators` are on. */
  // deno-lint-ignore no-explicit-any -- a decorator may not change the type of a method
  (target: object, key: string | symbol, descriptor: PropertyDescriptor): any;
  /** Makes `fn` a function over many items. */
  <This, Item, R, Own>(
    fn: ((this: This, item: Item) => R) & Own,
  ): Mapped<This, Item, Awaited<R>, Errors> & OwnProperties<Own>;
}

/** Makes functions of one item functions of many: `opmap(fn, options)`, `opmap(options)(fn)` or `@opmap(options)`. */
export interface Opmap {
  /** Decorates a method with the defaults, as {@link OpmapWrapper} does. */
  // deno-lint-ignore no-explicit-any -- it may not change the type of a method; `any` lets it come before the others
  <F extends AnyFunction>(fn: F, context: ClassMethodDecoratorContext<any, any>): any;
  /** Decorates a method where TypeScript's `experimentalDecorators` are on. */
  // deno-lint-ignore no-explicit-any -- a decorator may not change the type of a method
  (target: object, key: string | symbol, descriptor: PropertyDescriptor): any;
  /** Makes `fn` a function over many items. */
  <This, Item, R, Own, Errors extends OnError = "throw">(
    fn: ((this: This, item: Item) => R) & Own,
    options?: OpmapOptions<Item, Awaited<NoInfer<R>>, Errors>,
  ): Mapped<This, Item, Awaited<R>, Errors> & OwnProperties<Own>;
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
  readonly #mapEngine: MapEngine;
  readonly #pipeline: Pipeline;
  readonly #pool: ItemPool | undefined;
  readonly #runs = new Set<MapRun>();
  readonly #maker: RunMaker;

  constructor(
    fn: AnyFunction,
    options: ResolvedMapOptions,
    registry: Registry,
    mapEngine: MapEngine,
    task: string,
  ) {
    this.#fn = fn;
    this.#options = options;
    this.#mapEngine = mapEngine;
    const onHopeless = (error: Error) => this.#endHopeless(error);
    const init = { fn, options, registry, task, onHopeless };
    const isOfThreads = isPooled(options) && options.mode !== "cluster";
    const threads = isOfThreads ? mapEngine.openPool?.(init) : undefined;
    this.#pool = threads ?? (options.mode === "cluster" ? mapEngine.openCluster?.(init) : undefined);
    // The signal of the options ends whole runs: the calls follow the run.
    const { signal: _signal, ...callOptions } = options;
    const { engine } = mapEngine;
    this.#pipeline = buildPipeline({ fn, task, options: callOptions, registry, engine, runAttempt: this.#pool?.run });
    const { handler, host } = this.#pipeline;
    const { telemetry, functionName } = host;
    const observe = observed(handler, this.#pipeline);
    const mapTask = `map ${quoted(functionName)}`;
    mapEngine.features?.journalOf(task, options);
    mapEngine.features?.warnOfIndex(fn, this.#pipeline.host);
    this.#maker = new RunMaker({
      options,
      registry,
      pipeline: this.#pipeline,
      mapEngine,
      pool: this.#pool,
      // Asked item by item: a listener that is added in mid-run gets the rest.
      bulk: threads !== undefined && this.#pipeline.isOnFailureOnly
        ? new BulkPool(threads, handler, telemetry)
        : undefined,
      task: mapTask,
      runs: this.#runs,
      handler: (call) => telemetry.isOn ? observe(call) : handler(call),
      hasItemListener: () => telemetry.wants("itemDone"),
      onItem: (index, ok) => {
        if (telemetry.wants("itemDone")) telemetry.emit("itemDone", { functionName, index, ok });
      },
    });
  }

  /** The function over many items, with its handles. */
  open(): Mapped<unknown, unknown, unknown, OnError> {
    const maker = this.#maker;
    const { ordered } = this.#options;
    const pipeline = this.#pipeline;

    async function mapped(this: unknown, items: unknown, options?: RunOptions): Promise<unknown[]> {
      return await new MapList(maker.setUp(this, items, options), ordered).gather();
    }

    // Who calls `instance.method.stream()` calls it on the method.
    const receiver = (self: unknown, handle: LostHandle) => self === mapped ? pipeline.lost?.(handle) : self;

    function stream(this: unknown, items: unknown, options?: RunOptions): MapStream<unknown> {
      return new MapStreamRun(maker.setUp(receiver(this, "stream"), items, options), ordered).open();
    }

    function run(this: unknown, items: unknown, options?: RunOptions): MappedRun<unknown> | undefined {
      return maker.openRun(receiver(this, "run"), items, options);
    }

    async function withMeta(this: unknown, items: unknown, options?: RunOptions): Promise<unknown[]> {
      const resultOf = (call: Call, value: unknown) => ({ value, meta: metaOf(call) });
      const setup = maker.setUp(receiver(this, "withMeta"), items, options);
      return await new MapList({ ...setup, resultOf, isStateful: true, bulk: undefined }, ordered).gather();
    }

    const close = () => this.#close();
    const handles = {
      options: shownOptions(this.#options, this.#mapEngine.table),
      events: pipeline.host.telemetry.events,
      ...pipeline.handles,
      ...(this.#mapEngine.features && { run }),
      ...this.#pool?.handles,
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
