import { isOverBytes } from "../../../src/cache/backend/max_entry_bytes.ts";
import { assertEquals } from "@std/assert";
import fc from "fast-check";

Deno.test("isOverBytes() counts a text as its UTF-8, for every text and limit", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 20 }), fc.nat(70), (text, maxBytes) => {
      assertEquals(isOverBytes(text, maxBytes), new TextEncoder().encode(text).length > maxBytes);
    }),
  );
});

Deno.test("isOverBytes() counts to the byte at the bounds between lengths of code points", () => {
  for (const codePoint of [0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff]) {
    const text = String.fromCodePoint(codePoint);
    const { length } = new TextEncoder().encode(text);
    const hex = codePoint.toString(16);
    assertEquals([isOverBytes(text, length - 1), isOverBytes(text, length)], [true, false], hex);
  }
});
