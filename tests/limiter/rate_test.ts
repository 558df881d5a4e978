import { assertEquals } from "@std/assert";
import { canBeKept, limiterPolicy } from "../../src/limiter/rate.ts";

Deno.test("limiterPolicy() catches up a second at most, and no more than the window", () => {
  const catchUps = [60_000, 1_000, 500].map((perMs) => limiterPolicy({ limit: 10, perMs, burst: 1 }).catchUpMs);
  assertEquals(catchUps, [1_000, 1_000, 500]);
});

Deno.test("limiterPolicy() catches up nothing where the bucket holds 20 ms or more", () => {
  const catchUps = [1, 2, 3, 4].map((burst) => limiterPolicy({ limit: 100, perMs: 1_000, burst }).catchUpMs);
  assertEquals(catchUps, [1_000, 1_000, 0, 0]);
});

Deno.test("limiterPolicy() lets no window hold more than the limit and what the burst adds", () => {
  assertEquals(limiterPolicy({ limit: 10, perMs: 60_000, burst: 3 }), {
    intervalMs: 6_000,
    burst: 3,
    catchUpMs: 0,
    ring: { size: 12, windowMs: 60_000 },
  });
});

Deno.test("limiterPolicy() counts a part of a start as a whole one, in a window that is as much longer", () => {
  const policy = limiterPolicy({ limit: 2.5, perMs: 1_000, burst: 1 });
  assertEquals([policy.intervalMs, policy.ring], [400, { size: 3, windowMs: 1_200 }]);
});

Deno.test("limiterPolicy() takes a limit that rounding put above a whole number for that number", () => {
  const sizes = [3, 3 + 1e-12, 3.001].map((limit) => limiterPolicy({ limit, perMs: 1_000, burst: 1 }).ring?.size);
  assertEquals(sizes, [3, 3, 4]);
});

Deno.test("limiterPolicy() goes over by 0.99 % of the window, and by 10 ms at most, above 10 000 a second", () => {
  const kept = (perMs: number) => {
    const { intervalMs, catchUpMs, unreadMs, ring } = limiterPolicy({ limit: perMs * 64, perMs, burst: 1 });
    return [intervalMs, catchUpMs, unreadMs, ring];
  };
  // Whole starts: 0.99 % of 512 ms are 324.4 intervals.
  assertEquals(kept(512), [1 / 64, 324 / 128, 324 / 256, undefined]);
  assertEquals(kept(65_536), [1 / 64, 5, 2.5, undefined]);
});

Deno.test("limiterPolicy() keeps every window where fewer than four starts are 1 % of it, or at 10 000 a second", () => {
  const kept = [400, 410].map((limit) => limiterPolicy({ limit, perMs: 10, burst: 1 }).ring?.size);
  assertEquals(kept, [400, undefined]);
  const fast = [10_000, 10_001].map((limit) => limiterPolicy({ limit, perMs: 1_000, burst: 1 }).ring?.size);
  assertEquals(fast, [10_000, undefined]);
});

Deno.test("canBeKept() refuses an interval of nothing and a burst that takes for ever", () => {
  const rates = [
    { limit: 1, perMs: 1_000, burst: 1 },
    { limit: 1e308, perMs: 1e-300, burst: 1 },
    { limit: 1, perMs: 1e308, burst: 10 },
  ];
  assertEquals(rates.map(canBeKept), [true, false, false]);
});
