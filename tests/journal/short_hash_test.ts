import { shortHash } from "../../src/journal/short_hash.ts";
import { sha256Base64Url } from "../../src/runtime/sha256.ts";
import { assertEquals } from "@std/assert";
import fc from "fast-check";

Deno.test("shortHash() is the beginning of the SHA-256 of each short text of ASCII", () => {
  const ascii = fc.string({ unit: "binary-ascii", maxLength: 55 });
  fc.assert(fc.property(ascii, (text) => {
    assertEquals(shortHash(text), sha256Base64Url(text).slice(0, 22));
  }));
  for (let length = 0; length <= 55; length++) {
    const text = "\x7f".repeat(length);
    assertEquals(shortHash(text), sha256Base64Url(text).slice(0, 22));
  }
});

Deno.test("shortHash() leaves longer texts and other letters to the runtime", () => {
  const others = ["a".repeat(56), "a".repeat(1_000), "\x80", "abc\u00e9", "\u1234".repeat(9), "\ud800", "x\udc00y"];
  assertEquals(others.map(shortHash), others.map(() => undefined));
});
