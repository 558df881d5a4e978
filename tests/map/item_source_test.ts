import { assertEquals, assertRejects } from "@std/assert";
import { countItems, isItems, ItemSource } from "../../src/map/item_source.ts";

Deno.test("countItems() knows the size of what has one, and goes through nothing", () => {
  assertEquals(countItems([1, 2]), 2);
  assertEquals(countItems(new Set([1])), 1);
  assertEquals(countItems(new Map([[1, 2]])), 1);
  assertEquals(countItems(new Uint8Array(3)), 3);
  assertEquals(countItems([1].values()), undefined);
  assertEquals(countItems("text"), undefined);
});

Deno.test("isItems() accepts iterables and async iterables only", () => {
  for (const items of [[], "", new Set(), [].values(), { async *[Symbol.asyncIterator]() {} }]) {
    assertEquals(isItems(items), true);
  }
  for (const value of [undefined, null, 5, {}, () => {}, Promise.resolve([])]) assertEquals(isItems(value), false);
});

Deno.test("ItemSource.close() closes what is not at its end, once", async () => {
  let closed = 0;
  const items = {
    [Symbol.iterator]: () => ({
      next: () => ({ done: false, value: 1 }),
      return: () => ({ done: true, value: closed++ }),
    }),
  };
  const source = new ItemSource(items);
  source.advance();
  await source.close();
  await source.close();
  assertEquals(closed, 1);
});

Deno.test("ItemSource.close() leaves what came to its end, or threw, alone", async () => {
  let closed = 0;
  const source = (next: () => Promise<IteratorResult<number>>) =>
    new ItemSource({
      [Symbol.asyncIterator]: () => ({
        next,
        return: () => {
          closed++;
          return Promise.resolve({ done: true, value: undefined });
        },
      }),
    });
  const ended = source(() => Promise.resolve({ done: true, value: undefined }));
  await ended.advanceAsync();
  await ended.close();
  const broken = source(() => Promise.reject(new RangeError("torn")));
  await assertRejects(() => broken.advanceAsync(), RangeError, "torn");
  await broken.close();
  assertEquals(closed, 0);
});

Deno.test("ItemSource goes through a list as its iterator does: to its end by then, holes included", () => {
  // deno-lint-ignore no-sparse-arrays -- a list may have holes
  const list: unknown[] = ["a", , "c"];
  const source = new ItemSource(list);
  const seen: unknown[] = [];
  while (source.advance()) {
    seen.push(source.item);
    if (seen.length === 3) list.push("d");
  }
  assertEquals(seen, ["a", undefined, "c", "d"]);
});

Deno.test("ItemSource asks the iterator of a list that has its own", () => {
  const list = Object.assign(["a", "b"], {
    *[Symbol.iterator]() {
      yield "own";
    },
  });
  const source = new ItemSource(list);
  assertEquals([source.advance(), source.item, source.advance()], [true, "own", false]);
});
