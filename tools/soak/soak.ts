/**
 * Everything at once for a while, with faults, and a look at what is left:
 * `deno task soak [minutes] [parts] [--flat-out]`.
 *
 * Calls go through tiers of memory, sqlite and redis, under a rate limit, with retries, fallbacks and aborts; redis is
 * killed twice a minute; maps run on a pool in which one item in fifty kills, hangs or breaks its worker. Each outcome
 * is checked against what it has to be. It goes at a pace that leaves a core to others, unless `--flat-out` is said,
 * prints a line every half minute and ends with 1 where a value was wrong, an outcome was lost, a rejection was handled
 * by nobody, or memory grew for sure by more than it may, after the first ten minutes.
 *
 * What the runtime itself keeps is no leak of this library: beside it, unless `--alone` is said, another process does the
 * same work for as long by bare code, with the same clients, faults and texts of workers. Memory may grow by 1 MB an hour
 * more than there.
 *
 * Parts, by default the first two: `calls`, `pool`, and those of bare code, `bare-calls` and `bare-pool`.
 */
import { parseArgs } from "node:util";
import { bareCallsPart } from "./bare_calls_part.ts";
import { barePoolPart } from "./bare_pool_part.ts";
import { BareProcess, GROWTH_MARK } from "./bare_process.ts";
import { callsPart } from "./calls_part.ts";
import { MemoryTrend } from "./memory_trend.ts";
import { inMB, judgeMemory } from "./memory_verdict.ts";
import { poolPart } from "./pool_part.ts";
import type { OpenSoakPart, SoakPart, SoakRates, SoakTally } from "./soak_part.ts";
import { countWorkerStarts } from "./worker_starts.ts";

const PARTS: Readonly<Record<string, OpenSoakPart>> = {
  calls: callsPart,
  pool: poolPart,
  "bare-calls": bareCallsPart,
  "bare-pool": barePoolPart,
};
const WARM_UP_MINUTES = 10;
const BARE = "bare-";
/** Rounds of a part that are under way at one time: one that waits for a fault lets the others keep the pace. */
const LANES = 4;
const SAMPLE_EVERY_MS = 30_000;
/** How many wrong outcomes are shown. */
const MAX_SHOWN = 20;
/** What is not done so long after the end is lost. */
const LOST_AFTER_MS = 60_000;

const { values, positionals: [minutesText = "33", ...names] } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: { "flat-out": { type: "boolean", default: false }, alone: { type: "boolean", default: false } },
});
const minutes = Number(minutesText);
const rates: SoakRates = values["flat-out"]
  ? { callsPerSecond: Infinity, itemsPerSecond: Infinity }
  : { callsPerSecond: 300, itemsPerSecond: 150 };
const tally: SoakTally = { calls: { begun: 0, done: 0 }, items: { begun: 0, done: 0 }, wrong: [], faults: 0 };
const workerStarts = countWorkerStarts();
let shown = 0;
let unhandled = 0;
addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  unhandled++;
  console.error(event.reason);
});

const chosen = names.length > 0 ? names : ["calls", "pool"];
const isBare = chosen.every((name) => name.startsWith(BARE));
const bare = isBare || values.alone || values["flat-out"]
  ? undefined
  : new BareProcess(minutes, chosen.map((name) => `${BARE}${name}`));
const parts = await Promise.all(chosen.map((name) => PARTS[name]!(tally, rates)));
const trend = new MemoryTrend();
const startMs = performance.now();
const endMs = startMs + minutes * 60_000;
const work = parts.flatMap((part) => Array.from({ length: LANES }, () => repeat(part)));
const watch = setInterval(() => report(), SAMPLE_EVERY_MS);
const lost = setTimeout(() => void finish(), endMs - startMs + LOST_AFTER_MS);
await Promise.all(work);
report();
await Promise.all(parts.map((part) => part.close()));
clearInterval(watch);
clearTimeout(lost);
await finish();

async function repeat(part: SoakPart): Promise<void> {
  while (performance.now() < endMs) await part.round();
}

function report(): void {
  const { rss, heapUsed, external } = trend.sample();
  const minute = ((performance.now() - startMs) / 60_000).toFixed(1);
  for (const line of tally.wrong.slice(shown, MAX_SHOWN)) console.log(line);
  shown = tally.wrong.length;
  console.log(
    `${minute} min: ${tally.calls.done} calls, ${tally.items.done} items, ${tally.faults} faults, ` +
      `${workerStarts()} workers, ${tally.wrong.length} wrong, ` +
      `rss ${inMB(rss)}, heap ${inMB(heapUsed)}, external ${inMB(external)}`,
  );
}

async function finish(): Promise<never> {
  const lost = tally.calls.begun - tally.calls.done + tally.items.begun - tally.items.done;
  const grown = trend.growth(Math.min(WARM_UP_MINUTES, minutes / 3));
  const { isLeak, text } = judgeMemory(grown, await bare?.growth());
  console.log(
    `${tally.calls.begun} calls and ${tally.items.begun} items begun, ${lost} lost, ${tally.wrong.length} wrong, ` +
      `${unhandled} unhandled`,
  );
  console.log(text);
  if (isBare) console.log(GROWTH_MARK + JSON.stringify(grown));
  const isFailed = lost + tally.wrong.length + unhandled > 0 || (isLeak && !isBare);
  Deno.exit(isFailed ? 1 : 0);
}
