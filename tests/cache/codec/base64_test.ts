import { decodeText, encodeInChunks, fromBase64, toBase64 } from "../../../src/cache/codec/base64.ts";
import { assertEquals } from "@std/assert";

Deno.test("toBase64() and fromBase64() agree with the forms for older runtimes at every length and chunk edge", () => {
  for (const length of [0, 1, 2, 3, 4, 255, 0x6000 - 1, 0x6000, 0x6000 + 1, 0x12001]) {
    const bytes = Uint8Array.from({ length }, (_, i) => i * 31);
    const text = toBase64(bytes);
    assertEquals(encodeInChunks(bytes), text);
    assertEquals(decodeText(text), bytes);
    assertEquals(fromBase64(text), bytes);
  }
});
