/** What limits that processes share come to where answers take their time and processes stand still now and then, by a clock. */
import { assert } from "@std/assert";
import { FakeClock, memoryLimits } from "@opero/core/testing";
import { SharedLimiter } from "../../src/limiter/store/shared_limiter.ts";
import { seededRandom } from "../../src/testing/seeded_random.ts";
import { mostInWindow } from "../support/most_in_window.ts";
import { printSeed } from "../support/seed.ts";
import { StallingLoop, type StallTimes } from "../support/stalling_loop.ts";

const PROCESSES = 4;

/** Processes find their pace before this time, in milliseconds. */
const HEAD_MS = 500;

/** How fast the store answers, and how often a process stands still. */
interface Conditions {
  readonly latency: readonly [least: number, most: number];
  readonly times: StallTimes;
}

interface Load extends Conditions {
  readonly seed: number;
  /** The limit, in starts a second. */
  readonly rate: number;
  readonly forMs: number;
  /** From when until when the store is away. */
  readonly away?: readonly [fromMs: number, toMs: number];
  /** How many wait in each process at any time. */
  readonly waiting: number;
}

interface Outcome {
  readonly percent: number;
  readonly fullestPercent: number;
  readonly askedPerSecond: number;
}

/** Lets processes share a limit, each with a loop of its own that stands still now and then. */
async function share({ seed, rate, latency, times, forMs, away = [0, 0], waiting }: Load): Promise<Outcome> {
  const clock = new FakeClock();
  const random = seededRandom(seed);
  const shared = memoryLimits({ clock });
  const beganMs = clock.now();
  const passedMs = () => clock.now() - beganMs;
  const isAway = () => passedMs() >= away[0] && passedMs() < away[1];
  const starts: number[] = [];
  let asked = 0;
  for (let i = 0; i < PROCESSES; i++) {
    const loop = new StallingLoop(clock, times, random);
    const limiter = new SharedLimiter({
      store: loop.store(shared, latency, () => asked++, isAway),
      limits: [{ key: "api", intervalMs: 1_000 / rate, burst: 1 }],
      clock: loop,
      onFailure: "share",
      onAway() {},
      onBack() {},
    });
    const call = (): unknown => passedMs() < forMs && limiter.enqueue(() => (starts.push(passedMs()), call()));
    for (let n = 0; n < waiting; n++) call();
  }
  await clock.tick(forMs / 1_000);
  return {
    percent: 100 * starts.filter((ms) => ms >= HEAD_MS).length * 1_000 / ((forMs - HEAD_MS) * rate),
    fullestPercent: 100 * mostInWindow(starts, 1_000) / rate,
    askedPerSecond: asked * 1_000 / forMs,
  };
}

const STEADY: StallTimes = { running: [1_000, 1_000], stalled: [0, 0] };

const CONDITIONS: Readonly<Record<string, Conditions>> = {
  "the store is near": { latency: [0, 0.4], times: STEADY },
  "the store is far": { latency: [0, 5], times: STEADY },
  "processes stand still for up to 30 ms": { latency: [0.2, 5], times: { running: [5, 60], stalled: [1, 30] } },
  "processes stand still most of the time": { latency: [0.2, 5], times: { running: [1, 10], stalled: [10, 30] } },
};

for (const [rate, forMs] of [[1_000, 9_000], [100_000, 4_000]] as const) {
  for (const [what, conditions] of Object.entries(CONDITIONS)) {
    Deno.test(`four processes reach a shared rate of ${rate}/s, and no more, where ${what}`, async () => {
      const seen = await share({ ...conditions, seed: printSeed(), rate, forMs, waiting: 2_000 });
      assert(seen.percent > 99 && seen.percent < 101, `${seen.percent} % of the rate`);
      assert(seen.fullestPercent < 105, `${seen.fullestPercent} % in the fullest second`);
      assert(seen.askedPerSecond < 300, `asked ${seen.askedPerSecond} times a second`);
    });
  }
}

Deno.test("four processes keep to a tenth over a shared rate while the store is away, and stand still most of the time", async () => {
  const conditions = CONDITIONS["processes stand still most of the time"]!;
  for (const away of [[1_000, 3_000], [1_500, 2_000]] as const) {
    for (let seed = 1; seed <= 20; seed++) {
      const seen = await share({ ...conditions, seed, rate: 1_000, forMs: 4_000, away, waiting: 200 });
      const said = `seed ${seed}, away from ${away[0]} to ${away[1]} ms: ${JSON.stringify(seen)}`;
      assert(seen.fullestPercent <= 110, said);
      assert(seen.percent >= 99, said);
    }
  }
});
