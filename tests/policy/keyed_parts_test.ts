import { assert, assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { FakeClock } from "@opero/core/testing";
import { RateLimiter } from "../../src/limiter/rate_limiter.ts";
import { KeyedParts } from "../../src/policy/keyed_parts.ts";

const RATE = { limit: 10, perMs: 1_000, burst: 1 };
const limitersOn = (clock: FakeClock) => new KeyedParts(() => new RateLimiter(RATE, clock));

Deno.test("KeyedParts.of() gives each key a part of its own", () => {
  const limiters = limitersOn(new FakeClock());
  assertStrictEquals(limiters.of("a"), limiters.of("a"));
  assertNotStrictEquals(limiters.of("a"), limiters.of("b"));
  assertNotStrictEquals(limiters.of(1), limiters.of("1"));
  assert(limiters.of("a").tryStart());
  assert(limiters.of("b").tryStart());
  assertEquals(limiters.of("a").tryStart(), false);
  assertEquals([limiters.size, [...limiters.all()].length], [4, 4]);
});

Deno.test("KeyedParts drops idle limiters, so that the map stays in step with use", async () => {
  const clock = new FakeClock();
  const limiters = limitersOn(clock);
  let largest = 0;
  for (let key = 0; key < 100_000; key++) {
    limiters.of(key).tryStart();
    largest = Math.max(largest, limiters.size);
    if (key % 100 === 99) await clock.tick("200ms");
  }
  assert(largest <= 512, `${largest} limiters`);
});

Deno.test("KeyedParts keeps few limiters, idle or not, as those in use would be made again and again", () => {
  const limiters = limitersOn(new FakeClock());
  const first = Array.from({ length: 127 }, (_, key) => limiters.of(key));
  for (let round = 0; round < 3; round++) {
    for (const [key, limiter] of first.entries()) assertStrictEquals(limiters.of(key), limiter);
  }
  for (let key = 127; key < 600; key++) limiters.of(key);
  assertNotStrictEquals(limiters.of(0), first[0]);
});

Deno.test("KeyedParts keeps a limiter that somebody waits in, and drops it once it is idle", async () => {
  const clock = new FakeClock();
  const limiters = limitersOn(clock);
  const busy = limiters.of("busy");
  busy.tryStart();
  const leave = busy.enqueue(() => {});
  for (let key = 0; key < 300; key++) limiters.of(key);
  assertStrictEquals(limiters.of("busy"), busy);
  leave();
  await clock.tick("1s");
  for (let key = 300; key < 1_200; key++) limiters.of(key);
  assertNotStrictEquals(limiters.of("busy"), busy);
});

Deno.test("KeyedParts keeps limiters in use, idle as they may be between two calls, and drops the others", async () => {
  const clock = new FakeClock();
  const limiters = new KeyedParts(() => new RateLimiter({ limit: 1_000, perMs: 1_000, burst: 1 }, clock));
  const startAll = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => {
      const limiter = limiters.of(from + i);
      assert(limiter.tryStart());
      return limiter;
    });
  const used = startAll(0, 500);
  startAll(500, 1_000);
  for (let round = 0; round < 40; round++) {
    await clock.tick("20ms");
    for (const [i, limiter] of startAll(0, 500).entries()) assertStrictEquals(limiter, used[i]);
  }
  assertEquals(limiters.size, 500);
});

Deno.test("KeyedParts drops many limiters that nobody asks for any more, whatever keys are asked for", async () => {
  const clock = new FakeClock();
  const limiters = limitersOn(clock);
  for (let key = 0; key < 50_000; key++) limiters.of(`once-${key}`).tryStart();
  await clock.tick("1s");
  for (let call = 0; call < 50_000; call++) limiters.of(call % 10);
  assert(limiters.size <= 128, `${limiters.size} limiters`);
});

Deno.test("KeyedParts lets no key go over its rate, whichever are dropped while it is asked for", async () => {
  const clock = new FakeClock();
  const limiters = limitersOn(clock);
  const startsOf = new Map<number, number>();
  for (let call = 0; call < 20_000; call++) {
    const key = call * 7_919 % 1_000;
    if (limiters.of(key).tryStart()) startsOf.set(key, (startsOf.get(key) ?? 0) + 1);
    assertEquals(limiters.of(key).tryStart(), false);
    if (call % 1_000 === 999) await clock.tick("99ms");
  }
  // 20 rounds, in which a token comes every 100 ms, and one is there at first.
  for (const [key, starts] of startsOf) assert(starts <= 10, `${starts} starts of ${key}`);
});
