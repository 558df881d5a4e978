/**
 * Times pools of two workers side by side, and prints a table: `deno run -A bench/pool_bench.ts`.
 * Each pool runs in a process of its own; a peer that does not run on this runtime says so.
 */
import { opmap } from "@opero/core";
import { type PoolTask, runTask } from "./support/pool_workers/tasks.ts";

const WORKERS = 2;
const TINY_COUNT = 20_000;
const OWN_TINY_COUNT = 1_000_000;
const BUSY_COUNT = 64;
const BUSY_MS = 20;
const MEGABYTE_COUNT = 50;

/** A pool as the benchmark needs it. */
interface Contender {
  run(tasks: readonly (PoolTask | number)[]): Promise<unknown>;
  close(): Promise<unknown>;
}

const worker = (name: string): URL => new URL(`./support/pool_workers/${name}_worker.ts`, import.meta.url);

const CONTENDERS: Readonly<Record<string, () => Promise<Contender>>> = {
  opmap: () => {
    const map = opmap(runTask, { mode: "process", workers: WORKERS, retries: 0, progress: false });
    return Promise.resolve({ run: (tasks) => map(tasks), close: () => map.close() });
  },
  "poolifier-web-worker": async () => {
    const { FixedThreadPool } = await import("npm:poolifier-web-worker@0.5.15");
    const pool = new FixedThreadPool<{ task: PoolTask | number }, number>(WORKERS, worker("poolifier"));
    return {
      run: (tasks) => Promise.all(tasks.map((task) => pool.execute({ task }))),
      close: () => pool.destroy(),
    };
  },
  piscina: async () => {
    const { Piscina } = await import("npm:piscina@5.3.2");
    const pool = new Piscina({ filename: worker("piscina").href, minThreads: WORKERS, maxThreads: WORKERS });
    return { run: (tasks) => Promise.all(tasks.map((task) => pool.run(task))), close: () => pool.destroy() };
  },
  workerpool: async () => {
    const { default: workerpool } = await import("npm:workerpool@10.0.3");
    const pool = workerpool.pool(worker("workerpool").pathname, { maxWorkers: WORKERS, workerType: "thread" });
    return {
      run: (tasks) => Promise.all(tasks.map((task) => pool.exec("runTask", [task]))),
      close: () => Promise.resolve(pool.terminate()),
    };
  },
};

async function timeMs(run: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await run();
  return performance.now() - startMs;
}

/** The best of three, which disturbs from outside least. */
async function bestMs(run: () => Promise<unknown>): Promise<number> {
  const times = [await timeMs(run), await timeMs(run), await timeMs(run)];
  return Math.min(...times);
}

async function measure(name: string): Promise<void> {
  const pool = await CONTENDERS[name]!();
  const coldMs = await timeMs(() => pool.run([1]));
  const tinyCount = name === "opmap" ? OWN_TINY_COUNT : TINY_COUNT;
  const tiny = Array.from({ length: tinyCount }, (_, n) => n);
  await pool.run(tiny.slice(0, TINY_COUNT));
  const tinyMs = await bestMs(() => pool.run(tiny));
  const busyMs = await bestMs(() => pool.run(new Array(BUSY_COUNT).fill({ busyMs: BUSY_MS })));
  const bytes = new Uint8Array(2 ** 20);
  const carryMs = await bestMs(async () => {
    for (let n = 0; n < MEGABYTE_COUNT; n++) await pool.run([{ bytes }]);
  });
  await pool.close();
  const cells = [
    name,
    `${Math.round(tinyCount / tinyMs)} k/s`,
    `${(BUSY_COUNT * BUSY_MS / busyMs).toFixed(2)}×`,
    `${Math.round(coldMs)} ms`,
    `${(carryMs / MEGABYTE_COUNT).toFixed(2)} ms`,
  ];
  console.log(`| ${cells.join(" | ")} |`);
}

/** What carrying a megabyte costs at least: a bare Web Worker. */
async function measureBare(): Promise<void> {
  const source = "onmessage = ({ data }) => postMessage(data.length)";
  const bare = new Worker(`data:text/javascript,${encodeURIComponent(source)}`, { type: "module" });
  const carry = (bytes: Uint8Array) =>
    new Promise((resolve) => {
      bare.onmessage = resolve;
      bare.postMessage(bytes);
    });
  const bytes = new Uint8Array(2 ** 20);
  await carry(bytes);
  const carryMs = await bestMs(async () => {
    for (let n = 0; n < MEGABYTE_COUNT; n++) await carry(bytes);
  });
  bare.terminate();
  console.log(`| a bare Web Worker | | | | ${(carryMs / MEGABYTE_COUNT).toFixed(2)} ms |`);
}

async function measureInProcess(name: string): Promise<void> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", import.meta.url, name],
    stdout: "inherit",
    stderr: "null",
    signal: AbortSignal.timeout(120_000),
  }).output();
  if (!success) console.log(`| ${name} | does not run here | | | |`);
}

if (import.meta.main) {
  const [name] = Deno.args;
  if (name === "bare") await measureBare();
  else if (name !== undefined) {
    await measure(name);
    Deno.exit(0);
  } else {
    console.log(
      `| pool of ${WORKERS} | tiny tasks | ${BUSY_COUNT} × ${BUSY_MS} ms over serial | first result | 1 MB |`,
    );
    console.log("| --- | --- | --- | --- | --- |");
    for (const each of [...Object.keys(CONTENDERS), "bare"]) await measureInProcess(each);
  }
}
