import { createOpero, type OperoOptions } from "@opero/core";
import { FakeClock } from "@opero/core/testing";

/** What all is asked of a call: values, errors, refusals, limits, and the cache. */
const SCENARIOS: readonly OperoOptions[] = [
  {},
  { retries: 0 },
  { reraise: true },
  { fallback: "instead" },
  { cache: true, cacheTtl: 1, cacheStale: 5 },
  { deadline: "2s", timeout: "1s" },
  { timeout: "500ms", fallback: "instead" },
  { argFallback: 0, fallbackOn: RangeError, retries: 1 },
  { argFallback: 0, rateLimit: 2, rateLimitMaxWait: "300ms", retries: 1 },
  { failOn: (value) => value === "odd", retries: 2 },
  { rateLimit: 1, deadline: "2500ms", reraise: true },
];

/**
 * What comes of calls under many sets of options, each with `extra`: values or errors with their attempts, how often the
 * function ran, when each call was done, and which timers are left.
 */
export async function outcomeOf(extra: OperoOptions): Promise<unknown[]> {
  const outcomes: unknown[] = [];
  for (const options of SCENARIOS) {
    const clock = new FakeClock();
    const instance = createOpero({ clock, random: () => 0.5, minDelay: "50ms", ...options, ...extra });
    /** How often each key was used: what a run comes to does not hang on those of other calls. */
    const runs: Record<string, number> = {};
    const startedMs = clock.now();
    const load = instance.opero(async function load(keys: string[]) {
      const run = runs[keys[0]!] = (runs[keys[0]!] ?? 0) + 1;
      if (keys[0] === "slow") await clock.sleep(3_000);
      if (keys[0] === "bug") throw new TypeError("bug");
      if (keys[0] === "range" || run % 3 === 1) throw new RangeError("busy");
      return keys[0];
    });
    const tell = async (call: Promise<unknown>): Promise<void> => {
      const outcome = await call.catch((error) => [String(error), error.attempts?.length, error.reason]);
      outcomes.push([outcome, clock.now() - startedMs]);
    };
    const controller = new AbortController();
    const calls = [
      ...["a", "odd", "range", "bug", "slow", "a"].map((key) => tell(load.withMeta([key, "b"]))),
      tell(load.with({ signal: controller.signal })(["slow", "b"])),
      tell(load.with({ timeout: "200ms", retries: 0 })(["slow", "b"])),
    ];
    await clock.tick("700ms");
    controller.abort();
    await clock.tick("2m");
    await Promise.all(calls);
    const last = tell(load.withMeta(["a", "b"]));
    await clock.tick("1m");
    await last;
    outcomes.push(runs);
  }
  return outcomes;
}
