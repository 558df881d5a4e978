/** Prints how much memory a stream of a million items takes over an idle process. The argument says whose. */
import { opmap } from "@opero/core";
import pMap, { pMapIterable } from "npm:p-map@7.0.4";

const ITEM_COUNT = 1_000_000;
const AT_ONCE = 50;

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
  opmap: (watch) => {
    const map = opmap(work, { mode: "async", workers: AT_ONCE, retries: 3, progress: false });
    return readAll(map.stream(numbers()), watch);
  },
  pMapIterable: (watch) => readAll(pMapIterable(numbers(), work, { concurrency: AT_ONCE }), watch),
  "p-map": async (watch) => {
    let done = 0;
    await pMap(numbers(), (n) => work(n).finally(() => watch(++done)), { concurrency: AT_ONCE });
  },
};

/** The most that the process grew by while the contender ran. */
async function peakBytes(contend: (watch: Watch) => Promise<void>): Promise<number> {
  const idle = Deno.memoryUsage().rss;
  let peak = 0;
  await contend((done) => {
    if (done % 10_000 === 0) peak = Math.max(peak, Deno.memoryUsage().rss - idle);
  });
  return peak;
}

console.log(JSON.stringify({ bytes: await peakBytes(CONTENDERS[Deno.args[0]!]!) }));
