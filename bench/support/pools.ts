import { opmap } from "@opero/core";
import { Worker as Thread } from "node:worker_threads";
import { type PoolTask, runTask } from "./pool_workers/tasks.ts";

/** What is given to a pool. */
export type Task = PoolTask | number;

/** A pool of two threads. */
export interface Pool {
  run(tasks: readonly Task[]): Promise<unknown>;
  close(): unknown;
}

const SIZE = 2;
const BARE_SOURCE = `const runTask = ${runTask};`;

const address = (name: string): URL => new URL(`./pool_workers/${name}_worker.ts`, import.meta.url);

/** The pools by name, ours first. */
export const POOLS: Readonly<Record<string, () => Pool | Promise<Pool>>> = {
  opmap: () => {
    const map = opmap(runTask, { mode: "process", workers: SIZE, retries: 0, progress: false });
    return { run: (tasks) => map(tasks), close: () => map.close() };
  },
  "one message to a bare worker": bareWorker,
  "poolifier-web-worker": async () => {
    const { FixedThreadPool } = await import("npm:poolifier-web-worker@0.5.15");
    const pool = new FixedThreadPool<{ task: Task }, number>(SIZE, address("poolifier"));
    return { run: (tasks) => Promise.all(tasks.map((task) => pool.execute({ task }))), close: () => pool.destroy() };
  },
  piscina: async () => {
    const { Piscina } = await import("npm:piscina@5.3.2");
    const pool = new Piscina({ filename: address("piscina").href, minThreads: SIZE, maxThreads: SIZE });
    return { run: (tasks) => Promise.all(tasks.map((task) => pool.run(task))), close: () => pool.destroy() };
  },
  workerpool: async () => {
    const { default: workerpool } = await import("npm:workerpool@10.0.3");
    const pool = workerpool.pool(address("workerpool").pathname, { maxWorkers: SIZE, workerType: "thread" });
    return {
      run: (tasks) => Promise.all(tasks.map((task) => pool.exec("runTask", [task]))),
      close: () => pool.terminate(),
    };
  },
};

/**
 * Whether one of the threads has nothing to do, so that it is no contender where both have work.
 *
 * @param name The name of a pool.
 * @returns Whether it is the bare worker.
 */
export function isResting(name: string): boolean {
  return name === "one message to a bare worker";
}

/** The least: all tasks in one message, all results in another. */
function bareWorker(): Pool {
  const source = `${BARE_SOURCE} onmessage = ({ data }) => postMessage(data.map(runTask));`;
  const worker = new Worker(`data:text/javascript,${encodeURIComponent(source)}`, { type: "module" });
  return {
    run: (tasks) =>
      new Promise((resolve) => {
        worker.onmessage = resolve;
        worker.postMessage(tasks);
      }),
    close: () => worker.terminate(),
  };
}

/**
 * The least that a pool starts: two threads of `node:worker_threads`, of which the first to be ready runs the tasks.
 *
 * @returns The pool.
 */
export function bareThreads(): Pool {
  const source = `const { parentPort } = require("node:worker_threads"); ${BARE_SOURCE}
    parentPort.on("message", (tasks) => parentPort.postMessage(tasks.map(runTask)));`;
  const threads = Array.from({ length: SIZE }, () => new Thread(source, { eval: true }));
  return {
    run: (tasks) =>
      new Promise((resolve) => {
        threads[0]!.once("message", resolve);
        threads[0]!.postMessage(tasks);
      }),
    close: () => threads.forEach((thread) => void thread.terminate()),
  };
}
