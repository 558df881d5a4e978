import { plainKey } from "../../../src/cache/backend/plain_key.ts";
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";

Deno.test("plainKey() leaves the engine's keys as they are", () => {
  const key = `${"0a".repeat(32)}.${"1b".repeat(32)}.${"2c".repeat(32)}`;
  assertStrictEquals(plainKey(key), key);
});

Deno.test("plainKey() escapes what is not printable ASCII, and its own escape", () => {
  assertEquals(plainKey("a\0 \\\ud800é"), "a\\0000\\0020\\005c\\d800\\00e9");
});

Deno.test("plainKey() keeps prefixes, and so tells all keys apart", () => {
  const unit = fc.constantFrom("a", "0", "\\", "\0", "\ud800", "\udc00", "é", "0000", "d800");
  const key = fc.array(unit, { maxLength: 6 }).map((units) => units.join(""));
  fc.assert(
    fc.property(key, key, (a, b) => {
      assertEquals(plainKey(a).startsWith(plainKey(b)), a.startsWith(b));
      assert(/^[!-~]*$/.test(plainKey(a)));
    }),
    { numRuns: 5_000 },
  );
});
