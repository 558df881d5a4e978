import { assertEquals } from "@std/assert";
import { TaggedItems } from "../../../src/cache/memory/tagged_items.ts";

Deno.test("TaggedItems answers the items of a tag, and keeps no tag that none bears", () => {
  const items = new TaggedItems<{ readonly tags: readonly string[] | undefined }>();
  const [one, two, none] = [{ tags: ["a", "b"] }, { tags: ["b"] }, { tags: undefined }];
  for (const item of [one, two, none]) items.add(item);
  assertEquals([items.of("a"), items.of("b"), items.of("c"), items.size], [[one], [one, two], [], 2] as never);
  items.remove(one);
  items.remove(none);
  items.remove({ tags: ["a", "c"] });
  assertEquals([items.of("a"), items.of("b"), items.size], [[], [two], 1] as never);
  items.clear();
  assertEquals([items.of("b"), items.size], [[], 0] as never);
});
