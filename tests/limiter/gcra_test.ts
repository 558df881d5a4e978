import { assertEquals } from "@std/assert";
import { Gcra } from "../../src/limiter/gcra.ts";

Deno.test("Gcra.waitMs() is 0 at once, then spaces starts by the interval", () => {
  const gcra = new Gcra({ intervalMs: 100, burst: 1, catchUpMs: 0 });
  assertEquals(gcra.waitMs(1_000), 0);
  gcra.admit(1_000, false);
  assertEquals([gcra.waitMs(1_000), gcra.waitMs(1_040), gcra.waitMs(1_100), gcra.waitMs(9_000)], [100, 60, 0, 0]);
});

Deno.test("Gcra lets a burst through after a pause, and then goes at the rate", () => {
  const gcra = new Gcra({ intervalMs: 100, burst: 3, catchUpMs: 0 });
  const waits = [0, 0, 0, 0].map(() => {
    const wait = gcra.waitMs(1_000);
    if (wait === 0) gcra.admit(1_000, false);
    return wait;
  });
  assertEquals(waits, [0, 0, 0, 100]);
  assertEquals([gcra.isFull(1_299), gcra.isFull(1_300)], [false, true]);
});

Deno.test("Gcra catches up the lateness of one who waited, up to catchUpMs", () => {
  const waitAfterLate = (lateMs: number, isLate: boolean) => {
    const gcra = new Gcra({ intervalMs: 1, burst: 1, catchUpMs: 5 });
    gcra.admit(1_000, false);
    gcra.admit(1_001 + lateMs, isLate);
    return gcra.waitMs(1_001 + lateMs);
  };
  assertEquals(waitAfterLate(0, true), 1);
  assertEquals(waitAfterLate(3, true), 0);
  assertEquals(waitAfterLate(3, false), 1, "who did not wait catches nothing up");
  const gcra = new Gcra({ intervalMs: 1, burst: 1, catchUpMs: 5 });
  gcra.admit(1_000, false);
  let caughtUp = 0;
  for (; gcra.waitMs(2_000) === 0; caughtUp++) gcra.admit(2_000, true);
  assertEquals(caughtUp, 6, "five of lateness and one of now");
});

Deno.test("Gcra.waitMs() is 0 where only the rounding of sums is left to wait for", () => {
  const gcra = new Gcra({ intervalMs: 1_000, burst: 3, catchUpMs: 0 });
  const nowMs = 1_001_000.1237;
  gcra.admit(1_000_000, false);
  gcra.admit(nowMs, false);
  gcra.admit(nowMs, false);
  assertEquals(gcra.waitMs(nowMs - 1e-8), 0);
  assertEquals(gcra.waitMs(nowMs - 1e-3) > 0, true);
});

Deno.test("Gcra.admitUnread() counts starts without a reading up to unreadMs, and none after one who waited", () => {
  const unreadAfter = (isLate: boolean) => {
    const gcra = new Gcra({ intervalMs: 1, burst: 1, catchUpMs: 4, unreadMs: 3 });
    gcra.admit(1_000, isLate);
    let count = 0;
    while (gcra.admitUnread()) count++;
    return count;
  };
  assertEquals([unreadAfter(false), unreadAfter(true)], [1, 0]);
});

Deno.test("Gcra.admit() tells whether lateness is caught up", () => {
  const gcra = new Gcra({ intervalMs: 100, burst: 1, catchUpMs: 50 });
  gcra.admit(1_000, false);
  assertEquals([gcra.admit(1_100, true), gcra.admit(1_230, true), gcra.admit(1_300, false)], [false, true, false]);
});

Deno.test("Gcra.waitMs() foresees the wait behind others", () => {
  const gcra = new Gcra({ intervalMs: 100, burst: 2, catchUpMs: 0 });
  gcra.admit(1_000, false);
  assertEquals([0, 1, 2].map((ahead) => gcra.waitMs(1_000, ahead)), [0, 100, 200]);
});
