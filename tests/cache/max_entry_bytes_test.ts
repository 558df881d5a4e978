import { isOverBytes } from "../../src/cache/max_entry_bytes.ts";
import { assertEquals } from "@std/assert";
import fc from "fast-check";

Deno.test("isOverBytes() counts a text as its UTF-8, for every text and limit", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 20 }), fc.nat(70), (text, maxBytes) => {
      assertEquals(isOverBytes(text, maxBytes), new TextEncoder().encode(text).length > maxBytes);
    }),
  );
});
