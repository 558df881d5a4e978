import { hashWithWebCrypto, sha256Hex } from "../../src/runtime/sha256.ts";
import { assertEquals, assertNotEquals } from "@std/assert";
import { createHash } from "node:crypto";
import fc from "fast-check";

Deno.test("sha256Hex() is the SHA-256 of the text's UTF-8", () => {
  // FIPS 180-4's own example, and the empty text.
  assertEquals(sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assertEquals(sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
});

Deno.test("hashWithWebCrypto() agrees with sha256Hex() for every well-formed text", async () => {
  await fc.assert(fc.asyncProperty(fc.string({ unit: "grapheme" }), async (text) => {
    assertEquals(await hashWithWebCrypto(text), await sha256Hex(text));
  }));
});

Deno.test("sha256Hex() tells lone surrogates apart", async () => {
  const texts = ["\ud800", "\ud801", "\udc00", "\ufffd", "\udc00\ud800", "\ud800x", "\xff\0\xd8"];
  assertEquals(new Set(await Promise.all(texts.map(sha256Hex))).size, texts.length);
  assertNotEquals(sha256Hex("\ud800"), sha256Hex("\ufffd"));
});

Deno.test("sha256Hex() hashes all of a text with a lone surrogate: the byte FF, and its UTF-16", () => {
  const texts = ["\ud800", "\ud800ab", "ab\udc00", "\u1234\ud800\uabcd"];
  for (const text of texts) {
    const bytes = [0xff, ...Array.from(text, (_, i) => [text.charCodeAt(i) & 0xff, text.charCodeAt(i) >> 8]).flat()];
    assertEquals(sha256Hex(text), createHash("sha256").update(Uint8Array.from(bytes)).digest("hex"));
  }
});
