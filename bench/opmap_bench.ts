/**
 * Times a map of 100 000 async items, 50 at a time, beside its peers, and prints a table:
 * `deno run -A bench/opmap_bench.ts`.
 */
import { opmap } from "@opero/core";
import { pooledMap } from "npm:deno-std@1.4.0/async/pool.js";
import pLimit from "npm:p-limit@7.2.0";
import pMap, { pMapIterable } from "npm:p-map@7.0.4";
import PQueue from "npm:p-queue@10.0.0";

const ITEM_COUNT = 100_000;
const CONCURRENCY = 50;

const items = Array.from({ length: ITEM_COUNT }, (_, n) => n);

// deno-lint-ignore require-await -- stands for a function that loads something
async function work(n: number): Promise<number> {
  return n + 1;
}

const OPTIONS = { mode: "async", workers: CONCURRENCY, progress: false } as const;
const bare = opmap(work, { ...OPTIONS, retries: 0 });
const retrying = opmap(work, { ...OPTIONS, retries: 3 });

async function readAll(results: AsyncIterable<number>): Promise<void> {
  for await (const _ of results);
}

/** The least that can be done: loops that share an index. */
async function loops(): Promise<void> {
  const results: number[] = [];
  let next = 0;
  const loop = async () => {
    while (next < ITEM_COUNT) {
      const index = next++;
      results[index] = await work(items[index]!);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, loop));
}

function limited(): Promise<number[]> {
  const limit = pLimit(CONCURRENCY);
  return Promise.all(items.map((item) => limit(work, item)));
}

function queued(): Promise<unknown[]> {
  const queue = new PQueue({ concurrency: CONCURRENCY });
  return Promise.all(items.map((item) => queue.add(() => work(item))));
}

/** What is timed, ours first. */
const CONTENDERS: Readonly<Record<string, () => Promise<unknown>>> = {
  "opmap, retries: 0": () => bare(items),
  "opmap, retries: 3": () => retrying(items),
  "opmap().stream, retries: 0": () => readAll(bare.stream(items)),
  "opmap().stream, retries: 3": () => readAll(retrying.stream(items)),
  "loops by hand": loops,
  "pMapIterable": () => readAll(pMapIterable(items, work, { concurrency: CONCURRENCY })),
  "p-map": () => pMap(items, work, { concurrency: CONCURRENCY }),
  "p-limit": limited,
  "p-queue": queued,
  "pooledMap of @std/async": () => readAll(pooledMap(CONCURRENCY, items, work)),
};

const WARM_UP_ROUNDS = 1;
const ROUNDS = 7;
const RIVAL = "pMapIterable";

async function timeRounds(): Promise<Map<string, number[]>> {
  const times = new Map(Object.keys(CONTENDERS).map((name) => [name, [] as number[]]));
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    for (const [name, contend] of Object.entries(CONTENDERS)) {
      // Untimed: whoever follows one that leaves much garbage would pay for it.
      await contend();
      const startedMs = performance.now();
      await contend();
      const nsPerItem = (performance.now() - startedMs) * 1e6 / ITEM_COUNT;
      if (round >= WARM_UP_ROUNDS) times.get(name)!.push(nsPerItem);
    }
  }
  return times;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[numbers.length >> 1]!;
}

const times = await timeRounds();
const rivalTimes = times.get(RIVAL)!;
console.log(`| 100 000 async items, 50 at a time | ns an item | as a multiple of ${RIVAL} |\n| --- | --- | --- |`);
for (const [name, rounds] of times) {
  // Ratios within a round: on a machine that others use too, its rounds differ more than the contenders.
  const ratio = median(rounds.map((time, round) => time / rivalTimes[round]!));
  console.log(`| ${name} | ${median(rounds).toFixed(0)} | ${ratio.toFixed(2)} |`);
}
