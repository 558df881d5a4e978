import { assertEquals } from "@std/assert";
import { SystemTime } from "../../src/time/system_time.ts";

/** Does `act` while `performance.now` answers what `set` was given last. */
function withTime(act: (set: (ms: number) => void) => void): void {
  const descriptor = Object.getOwnPropertyDescriptor(performance, "now");
  let nowMs = 0;
  Object.defineProperty(performance, "now", { value: () => nowMs, configurable: true });
  try {
    act((ms) => nowMs = ms);
  } finally {
    if (descriptor !== undefined) Object.defineProperty(performance, "now", descriptor);
    else delete (performance as { now?: unknown }).now;
  }
}

Deno.test("SystemTime.now() never goes back, and goes on from where it was", () => {
  withTime((set) => {
    const time = new SystemTime();
    const read = (ms: number) => (set(ms), time.now());
    assertEquals([1_000, 1_500, 20, 30, 130].map(read), [1_000, 1_500, 1_500, 1_510, 1_610]);
  });
});

Deno.test("SystemTime.reach() says that it is later, and never that it is sooner", () => {
  withTime((set) => {
    const time = new SystemTime();
    set(100);
    time.reach(50);
    assertEquals(time.now(), 100);
    time.reach(700);
    assertEquals(time.now(), 700);
    set(103);
    assertEquals(time.now(), 703);
  });
});

Deno.test("SystemTime counts how often what it reads is another, and is the runtime's own otherwise", () => {
  const time = new SystemTime();
  time.now();
  assertEquals([time.isOwn, time.era], [true, 0]);
  withTime(() => {
    time.now();
    assertEquals([time.isOwn, time.era], [false, 1]);
  });
  time.now();
  assertEquals([time.isOwn, time.era], [true, 2]);
});
