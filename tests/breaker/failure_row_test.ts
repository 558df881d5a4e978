import { assertEquals } from "@std/assert";
import { FakeClock } from "@opero/core/testing";
import { FailureRow } from "../../src/breaker/failure_row.ts";

Deno.test("FailureRow.record() counts failures and slow calls until one succeeds in time", async () => {
  const clock = new FakeClock();
  const row = new FailureRow(clock, 3);
  assertEquals([row.record(true, false), row.record(false, true)], [false, false]);
  assertEquals(row.metrics(), { calls: 2, failures: 1, slowCalls: 1, failureRatio: 0.5 });
  assertEquals([row.record(false, false), row.metrics().calls, row.isIdle], [false, 0, true]);
  assertEquals([1, 2, 3, 4].map(() => row.record(true, true)), [false, false, true, true]);
  assertEquals(row.isIdle, false);
  await clock.tick("10m");
  assertEquals(row.isIdle, true);
  row.clear();
  assertEquals(row.metrics(), { calls: 0, failures: 0, slowCalls: 0, failureRatio: 0 });
});
