import { assertEquals } from "@std/assert";
import { WorkerShares } from "../../src/run_stats/worker_shares.ts";

Deno.test("WorkerShares sums what each worker did, the busiest first", () => {
  const shares = new WorkerShares();
  shares.add("a", 1_500, false);
  shares.add("b", 100, true);
  shares.add("b", 200, false);
  assertEquals(shares.report(), [
    { name: "b", done: 2, failed: 1, busySeconds: 0.3 },
    { name: "a", done: 1, failed: 0, busySeconds: 1.5 },
  ]);
});

Deno.test("WorkerShares keeps fifty workers apart, and counts all others as one", () => {
  const shares = new WorkerShares();
  for (let i = 0; i < 60; i++) shares.add(`w${i}`, 1, false);
  shares.add("w7", 1, false);
  const done = new Map(shares.report().map(({ name, done }) => [name, done]));
  assertEquals([done.size, done.get("other workers"), done.get("w7"), done.get("w50")], [51, 10, 2, undefined]);
});
