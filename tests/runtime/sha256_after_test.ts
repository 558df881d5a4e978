import { Sha256After } from "../../src/runtime/sha256_after.ts";
import { assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import fc from "fast-check";

const BLOCK = "0123456789abcdef".repeat(4);
const MAX_UNITS = 55;

const hashOf = (text: string) => createHash("sha256").update(text).digest("hex");

Deno.test("Sha256After is the SHA-256 of its block and any short text of ASCII", () => {
  const ascii = fc.string({ unit: "binary-ascii", maxLength: MAX_UNITS });
  fc.assert(fc.property(fc.string({ unit: "binary-ascii", minLength: 64, maxLength: 64 }), ascii, (block, text) => {
    assertEquals(new Sha256After(block).hexOf(text), hashOf(block + text));
  }));
});

Deno.test("Sha256After hashes texts of each length it takes, whatever it hashed before", () => {
  const after = new Sha256After(BLOCK);
  for (let length = MAX_UNITS; length >= 0; length--) {
    const text = "\x7f".repeat(length);
    assertEquals(after.hexOf(text), hashOf(BLOCK + text));
  }
});

Deno.test("Sha256After of one block knows nothing of another", () => {
  const blocks = [BLOCK, BLOCK.replace("0", "1")];
  const [first, second] = blocks.map((block) => new Sha256After(block));
  assertEquals([first!.hexOf("a"), second!.hexOf("a"), first!.hexOf("a")], [
    hashOf(`${blocks[0]}a`),
    hashOf(`${blocks[1]}a`),
    hashOf(`${blocks[0]}a`),
  ]);
});

Deno.test("Sha256After leaves what is longer or more than ASCII to others", () => {
  const after = new Sha256After(BLOCK);
  const texts = ["a".repeat(MAX_UNITS + 1), "\x80", "aé", "a\ud800", "\u{1f600}"];
  assertEquals(texts.map((text) => after.hexOf(text)), texts.map(() => undefined));
  assertEquals(after.hexOf("a"), hashOf(`${BLOCK}a`));
});
