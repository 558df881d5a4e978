import { opero } from "@opero/core";

/** What came of calls that were held to a rate. */
export interface RateCheck {
  readonly perSecond: number;
  /** The starts of the whole time, as a share of those that the rate allows. */
  readonly percent: number;
  /** Starts in the fullest second, wherever it begins. */
  readonly fullestSecond: number;
}

/** How long each rate is kept busy, in seconds. */
export const CHECKED_SECONDS = 5;

/** Keeps a limiter of `perSecond` busy. */
export async function checkRate(perSecond: number): Promise<RateCheck> {
  const startsMs: number[] = [];
  const controller = new AbortController();
  const limited = opero(() => {
    startsMs.push(performance.now());
  }, { rateLimit: perSecond, retries: 0, signal: controller.signal });
  const calls = Array.from({ length: perSecond * (CHECKED_SECONDS + 1) }, () => limited().catch(() => {}));
  await new Promise((resolve) => setTimeout(resolve, (CHECKED_SECONDS + 0.1) * 1_000));
  controller.abort();
  await Promise.all(calls);
  const counted = startsMs.filter((startMs) => startMs < startsMs[0]! + CHECKED_SECONDS * 1_000);
  const percent = 100 * counted.length / (perSecond * CHECKED_SECONDS);
  return { perSecond, percent, fullestSecond: fullest(counted, 1_000) };
}

function fullest(startsMs: readonly number[], windowMs: number): number {
  let most = 0;
  for (let first = 0, last = 0; last < startsMs.length; last++) {
    while (startsMs[last]! - startsMs[first]! >= windowMs) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

if (import.meta.main) {
  for (const perSecond of [10, 50, 90, 200, 1_000]) console.log(JSON.stringify(await checkRate(perSecond)));
}
