import { beginAttempt } from "../attempt/attempt.ts";
import type { Call } from "../call/call.ts";
import type { Registry } from "../engine/registry.ts";
import { resolveFallbackParameters } from "../function_source/fallback_parameter.ts";
import { wrongOption } from "../options/validate.ts";
import { referToFunction } from "../pool/function_reference.ts";
import { knownErrorClasses } from "../pool/known_errors.ts";
import { CLUSTER_TASK, type ClusterTask } from "../queue/cluster_task.ts";
import type { ClusterPool } from "../queue/cluster_pool.ts";
import type { ShownWorker } from "../progress/seen_workers.ts";
import { LazyModule } from "../runtime/lazy_module.ts";
import { parseDuration } from "../time/duration.ts";
import { printable } from "../errors/printable.ts";
import { CLUSTER_DEFAULTS, TASK_NAME } from "./cluster_rules.ts";
import { IntakeCapacity, type RunCapacity } from "./intake_capacity.ts";
import type { ItemPool } from "./item_pool.ts";
import { errorClassesOf, type MapPoolInit } from "./map_pool.ts";

/** What sends items to other machines: of no use before a run. */
const clusterPool = /* @__PURE__ */ new LazyModule(() => import("../queue/cluster_pool.ts"));

/** What a function over many items has of the workers on other machines, opened when it is first needed. */
export class ClusterMap implements ItemPool {
  readonly #init: MapPoolInit;
  readonly #task: ClusterTask;
  readonly #registry: Registry;
  #pool: ClusterPool | undefined = undefined;

  /**
   * A map without a line to its engine yet.
   *
   * @throws {ConfigurationError} If an option is wrong.
   */
  constructor(init: MapPoolInit) {
    const { fn, options, registry, task } = init;
    const { engine, module, version = CLUSTER_DEFAULTS.version, lease = CLUSTER_DEFAULTS.lease } = options;
    const functionName = printable(options.name ?? fn.name) || "anonymous";
    // A thread of a worker finds it among those that its module wraps.
    const reference = module === undefined ? undefined : referToFunction(fn, task, module);
    this.#init = init;
    this.#registry = registry;
    if (!TASK_NAME.accepts(version)) throw wrongOption(task, "version", TASK_NAME, version);
    this.#task = {
      fn,
      functionName,
      address: { task: taskName(task, options.task ?? functionName), version },
      engine: engine!,
      sealKey: options.sealKey,
      leaseMs: parseDuration(lease)!,
      parameters: resolveFallbackParameters(task, fn, options),
      errorClasses: errorClassesOf(options),
      memoryLimit: options.memoryLimit,
      reference: () => reference ?? referToFunction(fn, `serve ${JSON.stringify(functionName)} in threads`),
      clock: registry.clock,
      random: registry.random,
      telemetry: registry.telemetry.forFunction(),
    };
  }

  /** What a worker finds its task by. */
  get handles(): object {
    return { [CLUSTER_TASK]: this.#task };
  }

  /** Who works. */
  get workers(): readonly ShownWorker[] | undefined {
    return this.#pool?.workers;
  }

  /** Workers may come at any time. */
  get isHopeless(): boolean {
    return false;
  }

  /** It may always begin: nothing runs here. */
  requireStart(): void {}

  /** Runs one attempt. */
  readonly run = (call: Call): Promise<unknown> => {
    beginAttempt(call, this.#registry.clock.now());
    return this.#open().run(call);
  };

  /** How many items it accepts by now; none before what sends them is loaded. */
  get capacity(): number {
    return clusterPool.loaded === undefined ? 0 : this.#open().capacity;
  }

  /** How many items may be under way in a run that asks for so many. */
  capacityFor(workers: number): RunCapacity {
    return new IntakeCapacity(this, workers, this.#ready());
  }

  /** Ends what runs. */
  async close(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    await pool?.close();
  }

  async #ready(): Promise<void> {
    await clusterPool.load();
    await this.#open().ready();
  }

  #open(): ClusterPool {
    if (this.#pool !== undefined && !this.#pool.isClosed) return this.#pool;
    const { ClusterPool } = clusterPool.loaded!;
    const { workers, maxCrashesPerItem, chunkSize, timeout } = this.#init.options;
    this.#pool = new ClusterPool({
      ...this.#task,
      maxCrashes: maxCrashesPerItem,
      maxInFlight: workers,
      chunkSize,
      timeoutMs: timeout === undefined ? undefined : parseDuration(timeout),
      known: knownErrorClasses(this.#task.errorClasses),
    });
    return this.#pool;
  }
}

function taskName(task: string, name: string): string {
  if (TASK_NAME.accepts(name)) return name;
  throw wrongOption(task, "task", TASK_NAME, name);
}
