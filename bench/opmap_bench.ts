import { opmap } from "@opero/core";
import { pooledMap } from "npm:deno-std@1.4.0/async/pool.js";
import pLimit from "npm:p-limit@7.2.0";
import pMap, { pMapIterable } from "npm:p-map@7.0.4";
import PQueue from "npm:p-queue@10.0.0";
import { registerRows } from "./support/register_rows.ts";
import { type Contender, readAll, type Row } from "./support/row.ts";

const ITEM_COUNT = 100_000;
const AT_ONCE = 50;

const items = Array.from({ length: ITEM_COUNT }, (_, n) => n);

// deno-lint-ignore require-await -- stands for a function that loads something
async function work(n: number): Promise<number> {
  return n + 1;
}

const OPTIONS = { mode: "async", workers: AT_ONCE, progress: false } as const;
const bare = opmap(work, { ...OPTIONS, retries: 0 });
const retrying = opmap(work, { ...OPTIONS, retries: 3 });

/** The least that can be done: loops that share an index. */
async function loops(): Promise<number[]> {
  const results: number[] = [];
  let next = 0;
  const loop = async () => {
    while (next < ITEM_COUNT) {
      const index = next++;
      results[index] = await work(items[index]!);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, loop));
  return results;
}

function limited(): Promise<number[]> {
  const limit = pLimit(AT_ONCE);
  return Promise.all(items.map((item) => limit(work, item)));
}

function queued(): Promise<unknown[]> {
  const queue = new PQueue({ concurrency: AT_ONCE });
  return Promise.all(items.map((item) => queue.add(() => work(item))));
}

const iterable = {
  name: "pMapIterable",
  run: () => readAll(pMapIterable(items, work, { concurrency: AT_ONCE })),
};

function itemRow(name: string, contenders: readonly [Contender, ...Contender[]]): Row {
  return { name, unit: "ns", perRun: ITEM_COUNT, warmUps: 2, rounds: 9, contenders };
}

/** What an item costs that runs in this thread. */
export const rows: readonly Row[] = [
  itemRow("list of 100 000 async items, 50 at once", [
    { name: "opmap, retries: 3", run: () => retrying(items) },
    { name: "opmap, retries: 0", run: () => bare(items) },
    iterable,
    { name: "p-map", run: () => pMap(items, work, { concurrency: AT_ONCE }) },
    { name: "p-limit", run: limited },
    { name: "p-queue", run: queued },
    { name: "loops by hand", run: loops },
  ]),
  itemRow("stream of 100 000 async items, 50 at once", [
    { name: "opmap, retries: 3", run: () => readAll(retrying.stream(items)) },
    { name: "opmap, retries: 0", run: () => readAll(bare.stream(items)) },
    iterable,
    { name: "pooledMap of @std/async", run: () => readAll(pooledMap(AT_ONCE, items, work)) },
    { name: "loops by hand, a list", run: loops },
  ]),
];

registerRows(rows);
