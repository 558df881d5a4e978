import { assertEquals } from "@std/assert";
import { ItemFeed } from "../../src/cli/item_feed.ts";
import type { ReadItem } from "../../src/cli/item_reader.ts";

function itemAt(index: number, fault?: Error): ReadItem {
  return { index, line: index + 1, value: index * 10, fault };
}

async function* from(items: readonly ReadItem[]): AsyncGenerator<ReadItem> {
  yield* items;
}

Deno.test("ItemFeed hands on good items, and keeps all until they come out", async () => {
  const feed = new ItemFeed(from([itemAt(0), itemAt(1, new Error("bad")), itemAt(2)]));
  assertEquals(await Array.fromAsync(feed.items()), [0, 20]);
  assertEquals([feed.read, feed.isAtEnd], [3, true]);
  assertEquals([feed.given(0)?.index, feed.given(1)?.index, feed.given(2)], [0, 2, undefined]);
  assertEquals(feed.peek()?.index, 0);
  assertEquals([feed.take()?.index, feed.take()?.index], [0, 1]);
  assertEquals([feed.given(0), feed.given(1)?.index], [undefined, 2]);
  assertEquals([feed.take()?.index, feed.take()], [2, undefined]);
});

Deno.test("ItemFeed.stop() ends a feed that waits for its source", async () => {
  async function* endless(): AsyncGenerator<ReadItem> {
    yield itemAt(0);
    await new Promise(() => {});
  }
  const feed = new ItemFeed(endless());
  const items = feed.items();
  assertEquals((await items.next()).value, 0);
  const next = items.next();
  feed.stop();
  assertEquals(await next, { done: true, value: undefined });
  assertEquals([feed.read, feed.isAtEnd], [1, false]);
});
