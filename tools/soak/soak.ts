/**
 * Everything at once for a while, with faults, and a look at what is left: `deno task soak [minutes] [parts]`.
 *
 * Calls go through tiers of memory, sqlite and redis, under a rate limit, with retries, fallbacks and aborts; redis is
 * killed twice a minute; maps run on a pool in which one item in fifty kills, hangs or breaks its worker. Each outcome
 * is checked against what it has to be. It prints a line a minute and ends with 1 where a value was wrong, an outcome
 * was lost, a rejection was handled by nobody, or memory grew by more than 1 MB an hour after the first ten minutes.
 *
 * Parts, by default all: `calls`, `pool`, and `bare`, which in place of this library starts and ends bare worker
 * threads as often as the faults do: what the runtime itself keeps of those.
 */
import { callsPart } from "./calls_part.ts";
import { barePart, poolPart } from "./pool_part.ts";
import { MemoryTrend } from "./memory_trend.ts";
import type { SoakPart, SoakTally } from "./soak_part.ts";

const PARTS: Readonly<Record<string, (tally: SoakTally) => Promise<SoakPart>>> = {
  calls: callsPart,
  pool: poolPart,
  bare: barePart,
};
const WARM_UP_MINUTES = 10;
const MAX_BYTES_AN_HOUR = 1_000_000;

const [minutesText = "33", ...names] = Deno.args;
const minutes = Number(minutesText);
const tally: SoakTally = { done: 0, wrong: [], faults: 0 };
let unhandled = 0;
addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  unhandled++;
  console.error(event.reason);
});

const parts = await Promise.all((names.length > 0 ? names : ["calls", "pool"]).map((name) => PARTS[name]!(tally)));
const trend = new MemoryTrend();
const startMs = performance.now();
const isOver = () => performance.now() - startMs >= minutes * 60_000;
const work = parts.map(async (part) => {
  while (!isOver()) await part.round();
});
const watch = setInterval(() => report(), 60_000);
await Promise.all(work);
clearInterval(watch);
report();
await Promise.all(parts.map((part) => part.close()));

const slope = trend.bytesAnHour(Math.min(WARM_UP_MINUTES, minutes / 3));
console.log(`memory: ${(slope / 1e6).toFixed(1)} MB an hour; ${unhandled} unhandled; ${tally.wrong.length} wrong`);
for (const line of tally.wrong.slice(0, 20)) console.log(line);
Deno.exit(tally.wrong.length > 0 || unhandled > 0 || slope > MAX_BYTES_AN_HOUR ? 1 : 0);

function report(): void {
  const { rss, heapUsed, external } = trend.sample();
  const minute = ((performance.now() - startMs) / 60_000).toFixed(1);
  const inMB = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  console.log(
    `${minute} min: ${tally.done} done, ${tally.faults} faults, ${tally.wrong.length} wrong, ` +
      `rss ${inMB(rss)}, heap ${inMB(heapUsed)}, external ${inMB(external)}`,
  );
}
