import { createOpero } from "../create_opero.ts";
import { quoted } from "../errors/printable.ts";
import { type ClusterTask, clusterTaskOf } from "../queue/cluster_task.ts";
import type { Engine } from "../queue/engine.ts";
import type { HostProcess } from "../runtime/host_process.ts";
import { engineOf } from "./engine_of.ts";
import { loadFunction, loadModule } from "./load_function.ts";
import { UsageError } from "./usage_error.ts";
import type { WorkerFlags } from "./worker_flags.ts";

/** What a worker serves. */
export interface LoadedTask {
  /** A function over many items, of `mode: "cluster"`. */
  readonly map: unknown;
  /** What moves the items, in place of the engine of the map. */
  readonly engine?: Engine;
  /** Ends what was opened for it. */
  close(): Promise<void>;
}

type Named = Pick<WorkerFlags, "engine" | "task" | "version">;

/**
 * Loads what a worker is to serve: a map of `mode: "cluster"` that the module exports, or a function of one item, of which a map
 * is made.
 *
 * @param given The module, and after `#` the export.
 * @param flags Which task it is to be, and where the broker is.
 * @param host The process.
 * @returns The map.
 * @throws {UsageError} If there is no such module, export or task, or it is not known where the broker is.
 */
export async function loadTask(given: string, flags: Named, host: HostProcess): Promise<LoadedTask> {
  const { path, name, exported } = await loadModule(given, host.directory);
  const maps = new Map(
    Object.entries(exported)
      .filter(([key]) => name === undefined || key === name)
      .map(([key, value]) => [value, { key, task: clusterTaskOf(value) }] as const)
      .filter((entry): entry is [unknown, NamedTask] => entry[1].task !== undefined),
  );
  if (maps.size === 0) return await taskOfFunction(given, flags, host);
  const wanted = [...maps].filter(([, { task }]) => isWanted(task, flags));
  const [first, second] = wanted;
  const list = [...maps.values()].map((each) => `${path}#${each.key} of ${addressOf(each.task)}`).join(", ");
  if (first === undefined) {
    const [flag, value] = flags.task === undefined ? ["version", flags.version] : ["task", flags.task];
    throw new UsageError(`--${flag} ${value}: the module exports no such map; there is ${list}`);
  }
  if (second !== undefined) throw new UsageError(`${path}: the module exports several maps; choose one: ${list}`);
  // The engine of the map is its module's own.
  if (flags.engine === undefined) return { map: first[0], close: () => Promise.resolve() };
  const engine = await engineOf(flags.engine, host);
  return { map: first[0], engine, close: () => engine.close() };
}

interface NamedTask {
  readonly key: string;
  readonly task: ClusterTask;
}

function isWanted({ address }: ClusterTask, { task, version }: Named): boolean {
  return (task === undefined || task === address.task) && (version === undefined || version === address.version);
}

function addressOf({ address }: ClusterTask): string {
  return quoted(`${address.task}@${address.version}`);
}

async function taskOfFunction(given: string, flags: Named, host: HostProcess): Promise<LoadedTask> {
  const { fn, name, url } = await loadFunction(given, host.directory);
  const engine = await engineOf(flags.engine, host);
  const instance = createOpero();
  const { task, version } = flags;
  const map = instance.opmap(fn, { mode: "cluster", engine, name, task, version, module: url });
  const close = async () => {
    await instance.close();
    await engine.close();
  };
  return { map, close };
}
