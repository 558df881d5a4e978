import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { countLines, linesOf } from "../../src/cli/text_lines.ts";

async function* chunked(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

Deno.test("countLines() counts the lines of linesOf() that are not empty", async () => {
  const text = fc.array(fc.constantFrom("a", "é", " ", "\t", "\r\n", "\n", "\n\n"), { maxLength: 40 });
  await fc.assert(fc.asyncProperty(text, fc.integer({ min: 1, max: 9 }), async (parts, size) => {
    const lines = await Array.fromAsync(linesOf(chunked(parts.join(""), size)));
    const counted = await countLines(chunked(parts.join(""), size));
    assertEquals(counted, lines.filter((line) => line.trim() !== "").length);
  }));
});
