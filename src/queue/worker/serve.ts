import { isAsyncFunction } from "../../call/ensure_async.ts";
import { ConfigurationError } from "../../errors/configuration_error.ts";
import {
  abortSignal,
  type OptionRule,
  type OptionRules,
  plainObject,
  positiveFiniteDuration,
} from "../../options/validate.ts";
import { finiteDuration, positiveInteger, validateOptions, wrongOption } from "../../options/validate.ts";
import { knownErrorClasses } from "../../pool/known_errors.ts";
import { describeMachine } from "../../runtime/machine.ts";
import { type Duration, parseDuration } from "../../time/duration.ts";
import { type ClusterTask, clusterTaskOf } from "../cluster_task.ts";
import type { Engine } from "../engine.ts";
import { sealEngine } from "../seal_engine.ts";
import { ClusterWorker } from "./cluster_worker.ts";
import { InlineRunner } from "./inline_runner.ts";
import { ServedTask } from "./served_task.ts";
import type { TaskRunner } from "./task_runner.ts";
import { ThreadRunner } from "./thread_runner.ts";

/** How a worker serves a function. */
export interface ServeOptions {
  /**
   * How many items run at once in this thread, which takes an async function.
   * @default 50, for an async function and without `threads`
   */
  readonly slots?: number | undefined;
  /**
   * How many threads run the items, one each.
   * @default one for each processor, for a function that is not async and without `slots`
   */
  readonly threads?: number | undefined;
  /**
   * How long items that run may take to end once the worker is to stop; what is left continues elsewhere.
   * @default "30s"
   */
  readonly grace?: Duration | undefined;
  /** Stops the worker after it has had nothing to do for so long. By default it waits without an end. */
  readonly idleExit?: Duration | undefined;
  /** Stops the worker after about so many items, as many more at most as it runs at once. By default it takes items without an end. */
  readonly maxItems?: number | undefined;
  /**
   * What the callers' bars and reports call the worker: letters, digits, `.`, `:`, `_` and `-`, at most 80.
   * @default `worker-` and digits drawn at random
   */
  readonly name?: string | undefined;
  /** Stops the worker. */
  readonly signal?: AbortSignal | undefined;
  /** What moves the items, in place of the engine of the map. */
  readonly engine?: Engine | undefined;
}

const MAX_NAME_LENGTH = 80;

const nameRule: OptionRule = {
  desired: `1 to ${MAX_NAME_LENGTH} letters, digits, '.', ':', '_' and '-'`,
  accepts: (value) => typeof value === "string" && /^[\w.:-]{1,80}$/.test(value),
};

const RULES: OptionRules = {
  slots: positiveInteger,
  threads: positiveInteger,
  grace: finiteDuration,
  idleExit: positiveFiniteDuration,
  maxItems: positiveInteger,
  name: nameRule,
  signal: abortSignal,
  engine: plainObject,
};

const DEFAULT_SLOTS = 50;
const DEFAULT_GRACE = "30s";

/**
 * Runs items of a function for all callers that map them with `mode: "cluster"` and the same task and version, until it
 * is to stop.
 *
 * @param map A function over many items, made by `opmap()` with `mode: "cluster"`.
 * @param options How to serve it.
 * @returns The worker, once its slots are announced.
 * @throws {ConfigurationError} If an option is wrong, or the function cannot be served so.
 *
 * @example
 * ```ts
 * import { opmap } from "@opero/core";
 * import { memoryEngine } from "@opero/core/testing";
 * import { serve } from "@opero/core/worker";
 * import { assertEquals } from "@std/assert";
 *
 * const lengths = opmap(async (word: string) => await Promise.resolve(word.length), {
 *   mode: "cluster",
 *   engine: memoryEngine(),
 *   task: "lengths",
 * });
 * await using _worker = await serve(lengths, { slots: 10 });
 * assertEquals(await lengths(["one", "three"]), [3, 5]);
 * await lengths.close();
 * ```
 */
export async function serve(map: unknown, options: ServeOptions = {}): Promise<ServedTask> {
  const task = clusterTaskOf(map);
  if (task === undefined) {
    throw wrongOption("serve a function", "map", { desired: 'made by opmap() with mode: "cluster"' }, map);
  }
  const what = `serve ${JSON.stringify(task.functionName)}`;
  validateOptions(what, options, RULES);
  const { engine = task.engine, grace = DEFAULT_GRACE, idleExit, maxItems, name = drawnName(), signal } = options;
  const { runner, slots } = await openRunner(what, task, options);
  const known = knownErrorClasses(task.errorClasses);
  const worker = new ClusterWorker({ ...task, engine: sealEngine(engine, task.sealKey), slots, name, runner, known });
  const served = new ServedTask(worker, {
    address: task.address,
    slots,
    name,
    maxItems: maxItems ?? Infinity,
    graceMs: parseDuration(grace)!,
    idleExitMs: parseDuration(idleExit) ?? Infinity,
    clock: task.clock,
  });
  await served.begin(signal);
  return served;
}

/** Of no machine, as what travels says of none where it runs unless its user does. */
function drawnName(): string {
  return `worker-${crypto.randomUUID().slice(0, 8)}`;
}

async function openRunner(
  what: string,
  task: ClusterTask,
  { slots, threads }: ServeOptions,
): Promise<{ readonly runner: TaskRunner; readonly slots: number }> {
  if (slots !== undefined && threads !== undefined) {
    throw wrongOption(what, "threads", { desired: "left out where 'slots' is given" }, threads);
  }
  const isAsync = isAsyncFunction(task.fn);
  if (threads === undefined && isAsync) {
    const count = slots ?? DEFAULT_SLOTS;
    return { runner: new InlineRunner({ ...task, slots: count }), slots: count };
  }
  if (slots !== undefined) {
    throw new ConfigurationError(
      `Cannot ${what} as 'slots' must be left out, and 'threads' given, for a function that is not written as async, ` +
        `which would keep this thread from saying that it is alive: received ${slots}`,
    );
  }
  const count = threads ?? describeMachine().cpus ?? 1;
  const { WorkerPool } = await import("../../pool/worker_pool.ts");
  const { errorClasses, memoryLimit } = task;
  const shared = { workers: count, workerConcurrency: 1, maxCrashesPerItem: Infinity, errorClasses };
  return { runner: new ThreadRunner(new WorkerPool({ memoryLimit }), task.reference(), shared), slots: count };
}
