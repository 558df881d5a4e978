import { assertEquals } from "@std/assert";
import { FailureGroups } from "../../src/run_stats/failure_groups.ts";

function fail(groups: FailureGroups, label: string, atMs: number, message = "refused ann"): void {
  groups.add({ name: { index: atMs }, failure: { label, message }, atMs, item: "ann" });
}

Deno.test("FailureGroups has the largest group first, with its times and its first three examples", () => {
  const groups = new FailureGroups(false);
  fail(groups, "A", 5);
  for (const atMs of [20, 10, 40, 30]) fail(groups, "B", atMs);
  const example = (index: number) => ({ index, message: "refused •••" });
  assertEquals(groups.report(), [
    { label: "B", count: 4, firstMs: 10, lastMs: 40, examples: [20, 10, 40].map(example) },
    { label: "A", count: 1, firstMs: 5, lastMs: 5, examples: [example(5)] },
  ]);
});

Deno.test("FailureGroups shows messages as they are where values may be shown, on one line and not without end", () => {
  const groups = new FailureGroups(true);
  fail(groups, "A", 1, "refused\nann");
  fail(groups, "A", 2, "x".repeat(201));
  fail(groups, "A", 3, "x".repeat(200));
  const messages = groups.report()[0]!.examples.map(({ message }) => message);
  assertEquals(messages, ["refused\\nann", `${"x".repeat(200)}…`, "x".repeat(200)]);
});

Deno.test("FailureGroups keeps thirty kinds apart, and counts all others as one", () => {
  const groups = new FailureGroups(false);
  for (let i = 0; i < 40; i++) fail(groups, `E${i}`, i);
  fail(groups, "E3", 100);
  const counts = new Map(groups.report().map(({ label, count }) => [label, count]));
  assertEquals([counts.size, counts.get("other errors"), counts.get("E3"), counts.get("E30")], [31, 10, 2, undefined]);
});
