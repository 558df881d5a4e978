import { assertEquals } from "@std/assert";
import { monotonicNow, wallClockNow } from "../../src/time/read_time.ts";

Deno.test("monotonicNow() and wallClockNow() ask the globals that are there when they are asked", () => {
  const [ownPerformance, ownDate] = [Object.getOwnPropertyDescriptor(globalThis, "performance")!, Date];
  try {
    Object.defineProperty(globalThis, "performance", { value: { now: () => 5 }, configurable: true });
    globalThis.Date = class extends ownDate {
      static override now(): number {
        return 7;
      }
    } as DateConstructor;
    assertEquals([monotonicNow(), wallClockNow()], [5, 7]);
  } finally {
    Object.defineProperty(globalThis, "performance", ownPerformance);
    globalThis.Date = ownDate;
  }
});
