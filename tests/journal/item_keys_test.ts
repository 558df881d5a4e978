import { assert, assertEquals } from "@std/assert";
import { ItemKeys } from "../../src/journal/item_keys.ts";
import { RecordedPlaces } from "../../src/journal/recorded_places.ts";

const TEXTS = ["a", "b", "a", "c", "a", "b", "a"];

Deno.test("ItemKeys.next() counts equal texts, whether a journal knows some of them or not", () => {
  const plain = new ItemKeys();
  const keys = TEXTS.map((text) => plain.next(text));
  assert(keys.every((key) => /^[\w-]{22}(#\d)?$/.test(key)), keys.join());
  assertEquals(keys.map((key) => key.split("#")[1]), [undefined, undefined, "2", undefined, "3", "2", "4"]);
  assertEquals([...new Set(keys.map((key) => key.split("#")[0]))].length, 3);
  for (const known of [["a"], ["a", "b", "c"], ["x"]]) {
    const places = new RecordedPlaces();
    const own = new ItemKeys();
    for (const text of known) places.add({ key: own.next(text), status: "ok" }, 7);
    const seeing = new ItemKeys((key) => places.see(key));
    assertEquals(TEXTS.map((text) => seeing.next(text)), keys);
  }
});

Deno.test("RecordedPlaces keeps the latest place of an item, far into a file, and what was seen", () => {
  const [a, b, c] = ["a", "b", "c"].map((letter) => letter.repeat(22)) as [string, string, string];
  const places = new RecordedPlaces();
  const far = 2 ** 48 + 1;
  places.add({ key: a, status: "failed" }, 100);
  places.add({ key: a, status: "ok" }, far);
  places.add({ key: b, status: "failed" }, 300);
  assertEquals([places.find(a), places.find(b), places.find(c)], [
    { isOk: true, offset: far },
    { isOk: false, offset: 300 },
    undefined,
  ]);
  assertEquals([places.size, places.superseded], [2, 1]);
  assertEquals([a, a, b, c].map((key) => places.see(key)), [false, true, false, undefined]);
  assertEquals([places.find(a), places.find(b)], [{ isOk: true, offset: far }, { isOk: false, offset: 300 }]);
});
