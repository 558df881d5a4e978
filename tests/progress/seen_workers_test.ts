import { assertEquals } from "@std/assert";
import { SeenWorkers } from "../../src/progress/seen_workers.ts";

Deno.test("SeenWorkers counts by name, and shows who was heard of in the last 6 seconds", () => {
  const workers = new SeenWorkers();
  workers.see("b", 3, 0);
  workers.see("a", 1, 1_000);
  workers.see("b", 4, 2_000);
  assertEquals(workers.shown(2_000), [{ name: "a", done: 1 }, { name: "b", done: 7 }]);
  assertEquals(workers.shown(7_001), [{ name: "b", done: 7 }]);
  assertEquals(workers.shown(8_001), []);
  workers.see("a", 1, 9_000);
  assertEquals(workers.shown(9_000), [{ name: "a", done: 2 }]);
});

Deno.test("SeenWorkers keeps a thousand names, those that were heard of last", () => {
  const workers = new SeenWorkers();
  for (let i = 0; i < 5_000; i++) {
    workers.see("busy", 1, i);
    workers.see(`w${i}`, 1, i);
  }
  const names = workers.shown(4_999).map(({ name }) => name);
  assertEquals([names.length, names.includes("busy"), names.includes("w4999")], [1_000, true, true]);
  assertEquals(names.includes("w10"), false);
});
