/**
 * Keeps limiters of all rates busy at once, of this library or of a peer as the argument says, and prints as JSON how
 * many percent of each rate were started, and how full the fullest second was, in percent of the rate.
 */
import { opero } from "@opero/core";
import pThrottle from "npm:p-throttle@8.1.1";
import { RATES } from "../bars.ts";

const SECONDS = 5;
const SECOND_MS = 1_000;

type Limit = (start: () => Promise<void>, perSecond: number, signal: AbortSignal) => () => Promise<unknown>;

const LIMITS: Readonly<Record<string, Limit>> = {
  opero: (start, rateLimit, signal) => opero(start, { rateLimit, retries: 0, signal }),
  "p-throttle, strict": (start, limit, signal) =>
    pThrottle({ limit, interval: SECOND_MS, strict: true, signal })(start),
};

async function check(limit: Limit, perSecond: number): Promise<Record<string, number>> {
  const startsMs: number[] = [];
  const controller = new AbortController();
  const limited = limit(() => Promise.resolve(void startsMs.push(performance.now())), perSecond, controller.signal);
  const calls = Array.from({ length: perSecond * (SECONDS + 1) }, () => limited().catch(() => {}));
  await new Promise((resolve) => setTimeout(resolve, (SECONDS + 0.1) * SECOND_MS));
  controller.abort();
  await Promise.all(calls);
  const counted = startsMs.filter((startMs) => startMs < startsMs[0]! + SECONDS * SECOND_MS);
  return {
    [`reached ${perSecond}`]: 100 * counted.length / (perSecond * SECONDS),
    [`fullest ${perSecond}`]: 100 * fullest(counted) / perSecond,
  };
}

/** Starts in the fullest second, wherever it begins. */
function fullest(startsMs: readonly number[]): number {
  let most = 0;
  for (let first = 0, last = 0; last < startsMs.length; last++) {
    while (startsMs[last]! - startsMs[first]! >= SECOND_MS) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

const limit = LIMITS[Deno.args[0]!]!;
const found = await Promise.all(RATES.map((rate) => check(limit, rate)));
console.log(JSON.stringify(Object.assign({}, ...found)));
