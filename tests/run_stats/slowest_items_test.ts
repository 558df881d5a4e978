import { assertEquals } from "@std/assert";
import { SlowestItems } from "../../src/run_stats/slowest_items.ts";

Deno.test("SlowestItems wants any of the first twenty, and then what is slower than the last of them", () => {
  const items = new SlowestItems();
  for (let i = 20; i >= 1; i--) {
    assertEquals(items.wants(0), true);
    items.add({ index: i, seconds: i, attempts: 1 });
  }
  assertEquals([items.wants(1), items.wants(1.5), items.wants(30)], [false, true, true]);
  items.add({ index: 99, seconds: 1.5, attempts: 1 });
  assertEquals(items.report().map(({ index }) => index), [...Array.from({ length: 19 }, (_, i) => 20 - i), 99]);
});
