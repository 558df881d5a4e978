import { opero } from "@opero/core";

/** What came of calls that were held to a rate. */
export interface RateCheck {
  /** Starts in the whole time. */
  readonly total: number;
  /** Starts in the fullest 100 ms, wherever they begin. */
  readonly fullestSlice: number;
}

/** Keeps a limiter of `perSecond` busy for `seconds`. */
export async function checkRate(perSecond: number, seconds: number): Promise<RateCheck> {
  const startsMs: number[] = [];
  const controller = new AbortController();
  const limited = opero(() => {
    startsMs.push(performance.now());
  }, { rateLimit: perSecond, retries: 0, signal: controller.signal });
  const calls = Array.from({ length: perSecond * (seconds + 1) }, () => limited().catch(() => {}));
  await new Promise((resolve) => setTimeout(resolve, (seconds + 0.5) * 1_000));
  controller.abort();
  await Promise.all(calls);
  const counted = startsMs.filter((startMs) => startMs < startsMs[0]! + seconds * 1_000);
  return { total: counted.length, fullestSlice: fullest(counted, 100) };
}

function fullest(startsMs: readonly number[], windowMs: number): number {
  let most = 0;
  for (let first = 0, last = 0; last < startsMs.length; last++) {
    while (startsMs[last]! - startsMs[first]! >= windowMs) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

if (import.meta.main) console.log(JSON.stringify(await checkRate(1_000, 3)));
