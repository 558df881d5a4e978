import { assertEquals } from "@std/assert";
import { OutcomeTally } from "../../src/cli/outcome_tally.ts";

function fail(tally: OutcomeTally, line: number, error: unknown): void {
  const item = { index: line - 1, line, value: 0, fault: undefined };
  tally.count({ item, status: "failed", value: undefined, error, key: undefined, attempts: 1, durationMs: 1 });
}

Deno.test("OutcomeTally names what failed, the most frequent first, and where the first of it is", () => {
  const tally = new OutcomeTally();
  fail(tally, 3, new RangeError("too\nlarge"));
  fail(tally, 5, Object.assign(new Error("busy"), { status: 503 }));
  fail(tally, 8, Object.assign(new Error("very busy"), { status: 503 }));
  fail(tally, 9, new TypeError());
  assertEquals(tally.failures(), [
    "2 failed with Error (503), first in line 5: busy",
    "1 failed with RangeError, in line 3: too\\nlarge",
    "1 failed with TypeError, in line 9",
  ]);
});

Deno.test("OutcomeTally holds so many kinds, and shows fewer", () => {
  const tally = new OutcomeTally();
  for (let i = 0; i < 1_000; i++) fail(tally, i + 1, Object.assign(new Error("x"), { name: `E${i}` }));
  const lines = tally.failures();
  assertEquals([lines.length, lines.at(-1), tally.failed], [6, "16 failed with other errors", 1_000]);
});

Deno.test("OutcomeTally counts what succeeded, failed and was left alone, from none on", () => {
  const tally = new OutcomeTally();
  assertEquals([tally.ok, tally.failed, tally.skipped], [0, 0, 0]);
  const item = { index: 0, line: 1, value: 0, fault: undefined };
  const outcome = { item, value: 0, error: undefined, key: undefined, attempts: 1, durationMs: 1 };
  for (const status of ["ok", "ok", "ok", "skipped", "skipped"] as const) tally.count({ ...outcome, status });
  fail(tally, 2, new Error());
  assertEquals([tally.ok, tally.failed, tally.skipped], [3, 1, 2]);
});
