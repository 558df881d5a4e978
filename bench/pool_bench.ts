import { registerRows } from "./support/register_rows.ts";
import { inChild } from "./support/in_child.ts";
import { isResting, type Pool, POOLS, type Task } from "./support/pools.ts";
import type { Contender, Row } from "./support/row.ts";

const REST_MS = 5_000;
const BUSY_TASKS = 32;
const MEGABYTES = 5;

const MEASURED = Object.keys(POOLS);
const pools = new Map<string, Pool>();

/** The pool of that name, made at its first use and warm from then on. */
async function poolOf(name: string): Promise<Pool> {
  const pool = pools.get(name) ?? await POOLS[name]!();
  pools.set(name, pool);
  return pool;
}

function contendersOf(names: readonly string[], work: (pool: Pool) => Promise<unknown>): Row["contenders"] {
  const contender = (name: string): Contender => ({ name, run: async () => await work(await poolOf(name)) });
  const [ours, ...peers] = names.map(contender);
  return [ours!, ...peers];
}

function tinyTasks(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}

/** Each pool rests from its last run on, and the others run in that time. */
function afterRest(contenders: Row["contenders"]): Row["contenders"] {
  const rested = (each: Contender): Contender => {
    let endedMs = -Infinity;
    return {
      name: each.name,
      before: () => new Promise((resolve) => setTimeout(resolve, Math.max(0, endedMs + REST_MS - performance.now()))),
      run: async () => {
        await each.run();
        endedMs = performance.now();
      },
    };
  };
  const [ours, ...peers] = contenders;
  return [rested(ours), ...peers.map(rested)];
}

const few = (count: number): Row => ({
  name: `${count.toLocaleString("en").replace(",", " ")} tiny items, warm pool`,
  unit: "µs",
  warmUps: 4,
  rounds: 20,
  runsInRound: 3,
  contenders: contendersOf(MEASURED, (pool) => pool.run(tinyTasks(count))),
});

const bytes = new Uint8Array(2 ** 20);
const busy: readonly Task[] = Array.from({ length: BUSY_TASKS }, () => ({ busyMs: 20 }));
const many = tinyTasks(20_000);

const firstResult = (name: string): Contender => ({
  name,
  run: async () => (await inChild("support/first_result.ts", name)).ms,
});

/** What pools of two threads take for the same tasks, beside messages to bare workers. */
export const rows: readonly Row[] = [
  few(100),
  few(1_000),
  {
    name: "20 000 tiny items, 2 workers, after 5 s of rest",
    unit: "ms",
    warmUps: 1,
    rounds: 5,
    contenders: afterRest(contendersOf(MEASURED, (pool) => pool.run(many))),
  },
  {
    name: "32 tasks of 20 ms, 2 workers",
    unit: "ms",
    warmUps: 1,
    rounds: 5,
    contenders: contendersOf(MEASURED.filter((name) => !isResting(name)), (pool) => pool.run(busy)),
  },
  {
    name: "1 MB sent to a warm pool",
    unit: "ms",
    perRun: MEGABYTES,
    warmUps: 1,
    rounds: 7,
    contenders: contendersOf(MEASURED, async (pool) => {
      for (let n = 0; n < MEGABYTES; n++) await pool.run([{ bytes }]);
    }),
  },
  {
    name: "first result of a cold pool of 2",
    unit: "ms",
    isReported: true,
    warmUps: 1,
    rounds: 9,
    contenders: [
      firstResult("opmap"),
      firstResult("two bare worker_threads"),
      ...MEASURED.slice(2).map(firstResult),
    ],
  },
];

registerRows(rows);
