import { assertEquals, assertNotStrictEquals } from "@std/assert";
import { listOf, objectList } from "../../src/runtime/object_list.ts";

Deno.test("objectList() is a new list each time, and empty whatever was put into those before it", () => {
  const first = objectList<unknown>();
  first.push(1, undefined);
  const second = objectList<unknown>();
  assertNotStrictEquals(first, second);
  assertEquals([first, second, second.length], [[1, undefined], [], 0]);
});

Deno.test("listOf() is a new list of its arguments, an only number included", () => {
  assertEquals([listOf(), listOf(3), listOf("a", undefined)], [[], [3], ["a", undefined]]);
  assertNotStrictEquals(listOf(1), listOf(1));
});
