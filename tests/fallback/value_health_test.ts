import { assertEquals } from "@std/assert";
import { type HealthSettings, ValueHealth } from "../../src/fallback/value_health.ts";

const SETTINGS: HealthSettings = { allowedFails: 3, windowMs: 60_000, cooldownMs: 30_000 };
const DAY_MS = 86_400_000;

function setUp(settings = SETTINGS) {
  const clock = { ms: 0, now: () => clock.ms };
  const health = new ValueHealth(settings, clock);
  const fail = (nowMs: number, { isRejected = false, retryAfterMs = 0 } = {}) => {
    clock.ms = nowMs;
    return health.fail({ nowMs, tookMs: 1, isRejected, retryAfterMs });
  };
  return { clock, health, fail };
}

Deno.test("ValueHealth.fail() cools the value down once it failed too often within the window", () => {
  const { health, fail } = setUp();
  assertEquals([fail(0), fail(10_000), health.isCooling(10_000)], [0, 0, false]);
  assertEquals([fail(59_999), health.coolUntilMs], [30_000, 89_999]);
  assertEquals([health.isCooling(89_998), health.isCooling(89_999)], [true, false]);
});

Deno.test("ValueHealth.fail() forgets what is as old as the window", () => {
  const { fail } = setUp();
  assertEquals([fail(0), fail(59_999), fail(60_000), fail(60_001)], [0, 0, 0, 30_000]);
});

Deno.test("ValueHealth.fail() cools down at once a value that is rejected, or whose server asks to wait", () => {
  for (
    const [given, coolMs] of [
      [{ isRejected: true }, 30_000],
      [{ retryAfterMs: 5_000 }, 5_000],
      [{ retryAfterMs: 90_000 }, 90_000],
      [{ isRejected: true, retryAfterMs: 5_000 }, 5_000],
      [{ retryAfterMs: Infinity }, DAY_MS],
    ] as const
  ) {
    const { health, fail } = setUp();
    assertEquals([fail(7, given), health.coolUntilMs], [coolMs, 7 + coolMs]);
  }
});

Deno.test("ValueHealth.fail() never makes a cooldown shorter", () => {
  const { health, fail } = setUp();
  fail(0, { retryAfterMs: 90_000 });
  fail(1, { retryAfterMs: 1_000 });
  fail(2);
  assertEquals(health.coolUntilMs, 90_000);
});

Deno.test("ValueHealth.fail() cools down again at the first failure after a cooldown, within the window", () => {
  const { fail } = setUp();
  for (const nowMs of [0, 1, 2]) fail(nowMs);
  assertEquals([fail(30_002), fail(120_000)], [30_000, 0]);
});

Deno.test("ValueHealth is idle once unused for a window, with nothing in flight, no failure and no cooldown", () => {
  const { clock, health, fail } = setUp();
  health.use(0);
  health.inFlight++;
  const idleAt = (ms: number) => (clock.ms = ms, health.isIdle);
  assertEquals([idleAt(0), idleAt(60_000)], [false, false]);
  health.inFlight--;
  assertEquals([idleAt(59_999), idleAt(60_000)], [false, true]);
  fail(60_000, { retryAfterMs: 100_000 });
  assertEquals([idleAt(119_999), idleAt(120_000), idleAt(160_000)], [false, false, true]);
});
