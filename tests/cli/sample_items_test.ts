import { assert, assertEquals } from "@std/assert";
import type { ReadItem } from "../../src/cli/item_reader.ts";
import { sampleItems } from "../../src/cli/sample_items.ts";

async function* items(count: number): AsyncGenerator<ReadItem> {
  for (let index = 0; index < count; index++) yield { index, line: index + 1, value: index, fault: undefined };
}

async function draw(of: number, count: number): Promise<number[]> {
  return (await Array.fromAsync(sampleItems(items(of), count))).map(({ index }) => index);
}

Deno.test("sampleItems() draws the same items each time, in their order, and spreads them", async () => {
  const drawn = await draw(10_000, 100);
  assertEquals(drawn, await draw(10_000, 100));
  assertEquals(drawn, drawn.toSorted((a, b) => a - b));
  assertEquals(new Set(drawn).size, 100);
  const mean = drawn.reduce((sum, index) => sum + index, 0) / 100;
  assert(mean > 4_000 && mean < 6_000, `${mean}`);
});

Deno.test("sampleItems() draws all of few items", async () => {
  assertEquals(await draw(3, 10), [0, 1, 2]);
});
