import { assertEquals } from "@std/assert";
import { ItemSource } from "../../src/map/item_source.ts";
import { pullItems } from "../../src/map/pull_items.ts";

const rule = { isApart: (item: unknown) => item instanceof Promise, isOfObjects: true };

Deno.test("pullItems() pulls no more than it may, and knows the end only where it meets it", () => {
  const source = new ItemSource(["a", "b", "c"]);
  assertEquals(pullItems(source, 2, rule), {
    items: ["a", "b"],
    apart: undefined,
    isEnd: false,
    failure: undefined,
  });
  assertEquals(pullItems(source, 1, rule), { items: ["c"], apart: undefined, isEnd: false, failure: undefined });
  assertEquals(pullItems(source, 1, rule), { items: [], apart: undefined, isEnd: true, failure: undefined });
});

Deno.test("pullItems() ends at an item that cannot begin with others, which it has pulled", () => {
  const late = Promise.resolve(1);
  const source = new ItemSource([null, {}, late, "d"]);
  const pulled = pullItems(source, 9, rule);
  assertEquals([pulled.items, pulled.apart?.item === late, pulled.isEnd], [[null, {}], true, false]);
  assertEquals(pullItems(source, 9, rule).items, ["d"]);
});

Deno.test("pullItems() has what was pulled before the source threw", () => {
  function* items() {
    yield "a";
    throw undefined;
  }
  const pulled = pullItems(new ItemSource(items()), 9, rule);
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
  assertEquals([pullItems(source, 9, rule).items, asked], [[1], 2]);
});

Deno.test("pullItems() takes what is left of a list at once, up to an item that cannot begin with others", () => {
  const late = Promise.resolve(1);
  const list = ["a", "b", late, "c", , "d"];
  const source = new ItemSource(list);
  assertEquals(pullItems(source, 1, rule).items, ["a"]);
  list.push("e");
  const pulled = pullItems(source, 9, rule);
  assertEquals([pulled.items, pulled.apart?.item === late, source.expected], [["b"], true, 6]);
  const last = pullItems(source, 4, rule);
  assertEquals([[...last.items], last.isEnd], [["c", undefined, "d", "e"], false]);
  assertEquals(Object.keys(last.items).length, 4);
  assertEquals(pullItems(source, 4, rule), { items: [], apart: undefined, isEnd: true, failure: undefined });
});

Deno.test("pullItems() asks a list of another class, or with an iterator of its own, for one item after the other", () => {
  class Reversed<T> extends Array<T> {
    override *[Symbol.iterator](): ArrayIterator<T> {
      for (let place = this.length - 1; place >= 0; place--) yield this[place]!;
    }
  }
  class Named<T> extends Array<T> {}
  assertEquals(pullItems(new ItemSource(Reversed.from([1, 2, 3])), 9, rule).items, [3, 2, 1]);
  const { items } = pullItems(new ItemSource(Named.from([1, 2, 3])), 9, rule);
  assertEquals([items, Object.getPrototypeOf(items) === Array.prototype], [[1, 2, 3], true]);
});

Deno.test("pullItems() asks of numbers whether they can begin with others where the rule is of more than objects", () => {
  const places: number[] = [];
  const odd = { isApart: (item: unknown, place: number) => (places.push(place), item === 3), isOfObjects: false };
  for (const items of [[1, 2, 3, 4], new Set([1, 2, 3, 4])]) {
    const source = new ItemSource(items);
    assertEquals(pullItems(source, 9, odd).items, [1, 2]);
    assertEquals(pullItems(source, 9, odd).items, [4]);
  }
  assertEquals(places, [0, 1, 2, 0, 0, 1, 2, 0]);
});
