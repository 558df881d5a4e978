/**
 * Measures how much memory a stream of a million items takes over an idle process, each contender in a
 * process of its own: `deno run -A bench/opmap_memory.ts`.
 */
import { opmap } from "@opero/core";
import pMap, { pMapIterable } from "npm:p-map@7.0.4";

const ITEM_COUNT = 1_000_000;
const CONCURRENCY = 50;

// deno-lint-ignore require-await -- stands for a function that loads something
async function work(n: number): Promise<number> {
  return n + 1;
}

function* numbers(): Generator<number> {
  for (let n = 0; n < ITEM_COUNT; n++) yield n;
}

type Watch = (done: number) => void;

async function readAll(results: AsyncIterable<number>, watch: Watch): Promise<void> {
  let done = 0;
  for await (const _ of results) watch(++done);
}

const CONTENDERS: Readonly<Record<string, (watch: Watch) => Promise<void>>> = {
  "opmap().stream": (watch) => {
    const map = opmap(work, { mode: "async", workers: CONCURRENCY, retries: 3, progress: false });
    return readAll(map.stream(numbers()), watch);
  },
  pMapIterable: (watch) => readAll(pMapIterable(numbers(), work, { concurrency: CONCURRENCY }), watch),
  "p-map": async (watch) => {
    let done = 0;
    await pMap(numbers(), (n) => work(n).finally(() => watch(++done)), { concurrency: CONCURRENCY });
  },
};

const [chosen] = Deno.args;
if (chosen === undefined) {
  for (const name of Object.keys(CONTENDERS)) await runAlone(name);
} else {
  console.log(`${chosen}: ${(await peakMegabytes(CONTENDERS[chosen]!)).toFixed(1)} MB`);
}

async function runAlone(name: string): Promise<void> {
  const args = ["run", "-A", import.meta.filename!, name];
  await new Deno.Command(Deno.execPath(), { args, stdout: "inherit", stderr: "inherit" }).output();
}

/** The most that the process grew by while the contender ran. */
async function peakMegabytes(contend: (watch: Watch) => Promise<void>): Promise<number> {
  const idleBytes = Deno.memoryUsage().rss;
  let peakBytes = 0;
  await contend((done) => {
    if (done % 10_000 === 0) peakBytes = Math.max(peakBytes, Deno.memoryUsage().rss - idleBytes);
  });
  return peakBytes / 1e6;
}
