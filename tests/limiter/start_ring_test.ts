import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { StartRing } from "../../src/limiter/start_ring.ts";
import { runs } from "../support/runs.ts";

Deno.test("StartRing.earliestMs() is a window after the start that is `size` before", () => {
  const ring = new StartRing({ size: 3, windowMs: 100 });
  for (const ms of [1_000, 1_010, 1_030]) {
    assertEquals(ring.earliestMs(), -Infinity);
    ring.add(ms);
  }
  assertEquals([0, 1, 2, 3].map((ahead) => ring.earliestMs(ahead)), [1_100, 1_110, 1_130, -Infinity]);
  ring.add(1_100);
  assertEquals(ring.earliestMs(), 1_110);
});

Deno.test("StartRing.move() holds back by when a start came to be", () => {
  const ring = new StartRing({ size: 2, windowMs: 100 });
  const [first, second] = [ring.add(1_000), ring.add(1_000)];
  ring.move(second, 1_008);
  ring.move(first, 1_004);
  ring.move(first, 900);
  assertEquals([ring.earliestMs(), ring.earliestMs(1)], [1_104, 1_108]);
});

Deno.test("StartRing.move() leaves the others alone where the start is forgotten", () => {
  const ring = new StartRing({ size: 2, windowMs: 100 });
  const first = ring.add(0);
  for (const ms of [200, 400, 600, 800]) ring.add(ms);
  ring.move(first, 5_000);
  assertEquals([ring.earliestMs(), ring.earliestMs(1)], [-Infinity, 900]);
});

Deno.test("StartRing holds no more than came within a window", () => {
  const ring = new StartRing({ size: 50_000, windowMs: 1_000 });
  for (let ms = 0; ms < 100_000; ms += 100) ring.add(ms);
  assert(ring.room <= 16, `${ring.room}`);
  for (let start = 0; start < 200_000; start++) ring.add(100_000);
  assert(ring.room <= 65_536, `${ring.room}`);
});

Deno.test("StartRing of a size beyond memory remembers some of the starts, and lets no more through for it", () => {
  const size = 10_000_000;
  const ring = new StartRing({ size, windowMs: 1_000 });
  for (let start = 0; start < size; start++) ring.add(5_000 + start / size);
  assert(ring.room <= 131_072, `${ring.room}`);
  const earliestMs = ring.earliestMs();
  assert(earliestMs >= 6_000 && earliestMs < 6_000.001, `${earliestMs}`);
  for (const ahead of [1, 100, 1_000, 999_999]) {
    const exactMs = 6_000 + ahead / size;
    const ms = ring.earliestMs(ahead);
    assert(ms >= exactMs && ms < exactMs + 0.001, `${ms}, exactly ${exactMs}`);
  }
});

Deno.test("StartRing agrees with a list of all starts, whenever they come and whatever is moved", () => {
  const steps = fc.array(
    fc.record({ afterMs: fc.constantFrom(0, 0, 1, 7, 40, 300), movedMs: fc.constantFrom(0, 0, 3) }),
    { minLength: 1, maxLength: 200, size: "max" },
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), steps, (size, gaps) => {
      const windowMs = 100;
      const ring = new StartRing({ size, windowMs });
      const starts: number[] = [];
      let nowMs = 0;
      for (const { afterMs, movedMs } of gaps) {
        nowMs = Math.max(nowMs + afterMs, ring.earliestMs());
        const before = starts[starts.length - size];
        if (before !== undefined) assert(nowMs >= before + windowMs);
        const start = ring.add(nowMs);
        assertEquals(start, starts.length);
        nowMs += movedMs;
        ring.move(start, nowMs);
        starts.push(nowMs);
        // Where a list would hold nothing back any more, the ring may have forgotten it.
        const due = starts.length >= size ? starts[starts.length - size]! + windowMs : -Infinity;
        assertEquals(Math.max(nowMs, ring.earliestMs()), Math.max(nowMs, due));
      }
    }),
    { numRuns: runs(300) },
  );
});
