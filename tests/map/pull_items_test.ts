import { assertEquals } from "@std/assert";
import { ItemSource } from "../../src/map/item_source.ts";
import { pullItems } from "../../src/map/pull_items.ts";

const isApart = (item: unknown) => item instanceof Promise;

Deno.test("pullItems() pulls no more than it may, and knows the end only where it meets it", () => {
  const source = new ItemSource(["a", "b", "c"]);
  assertEquals(pullItems(source, 2, isApart), {
    items: ["a", "b"],
    apart: undefined,
    isEnd: false,
    failure: undefined,
  });
  assertEquals(pullItems(source, 1, isApart), { items: ["c"], apart: undefined, isEnd: false, failure: undefined });
  assertEquals(pullItems(source, 1, isApart), { items: [], apart: undefined, isEnd: true, failure: undefined });
});

Deno.test("pullItems() ends at an item that cannot begin with others, which it has pulled", () => {
  const late = Promise.resolve(1);
  const source = new ItemSource([null, {}, late, "d"]);
  const pulled = pullItems(source, 9, isApart);
  assertEquals([pulled.items, pulled.apart?.item === late, pulled.isEnd], [[null, {}], true, false]);
  assertEquals(pullItems(source, 9, isApart).items, ["d"]);
});

Deno.test("pullItems() has what was pulled before the source threw", () => {
  function* items() {
    yield "a";
    throw undefined;
  }
  const pulled = pullItems(new ItemSource(items()), 9, isApart);
  assertEquals(pulled, { items: ["a"], apart: undefined, isEnd: true, failure: { reason: undefined } });
});

Deno.test("pullItems() asks no more of a source that is closed while it is asked", () => {
  let asked = 0;
  function* items(): Generator<number> {
    for (;;) {
      if (++asked === 2) void source.close();
      yield asked;
    }
  }
  const source: ItemSource = new ItemSource(items());
  assertEquals([pullItems(source, 9, isApart).items, asked], [[1], 2]);
});
