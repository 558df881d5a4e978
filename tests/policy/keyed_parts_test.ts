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
