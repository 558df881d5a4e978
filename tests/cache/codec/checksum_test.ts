import { checksum } from "../../../src/cache/codec/checksum.ts";
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";

Deno.test("checksum() is a whole number of 53 bits, the same for the same text", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.maxSafeNat(), (text, seed) => {
    const sum = checksum(text, seed);
    assert(Number.isSafeInteger(sum) && sum >= 0);
    assertEquals(checksum(text, seed), sum);
  }));
});

Deno.test("checksum() of 200 000 texts that differ by a little is never the same", () => {
  const sums = new Set(Array.from({ length: 200_000 }, (_, i) => checksum(`key${i}`)));
  assertEquals(sums.size, 200_000);
});

Deno.test("checksum() sees a change anywhere in a text of many chunks, and in its seed", () => {
  const text = "x\u{1f4a5}".repeat(20_000);
  const sum = checksum(text);
  for (const at of [0, 16_382, 16_383, 16_384, 16_386, 32_769, text.length - 3]) {
    const start = at - at % 3;
    assertNotEquals(checksum(`${text.slice(0, start)}y${text.slice(start + 1)}`), sum);
  }
  assertNotEquals(checksum(text, 1), sum);
  assertNotEquals(checksum(text, 2 ** 32), sum);
});
