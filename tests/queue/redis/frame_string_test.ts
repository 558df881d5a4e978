import { assertEquals } from "@std/assert";
import { frameOfString, frameToString } from "../../../src/queue/redis/frame_string.ts";

const text = (value: string) => new TextEncoder().encode(value);

Deno.test("frameOfString() gives back any bytes that frameToString() took", () => {
  const frames = [text(""), text("plain"), text("\ufeffmark äöü 😀\0"), Uint8Array.of(0xff, 0xfe, 0), text("b64")];
  for (const frame of frames) assertEquals(frameOfString(frameToString(frame)), frame);
});

Deno.test("frameToString() leaves texts as they are", () => {
  assertEquals([frameToString(text("j[1]")), frameToString(Uint8Array.of(0xff))], ["tj[1]", "b/w=="]);
});

Deno.test("frameOfString() has no bytes for what was made elsewhere", () => {
  assertEquals(["", "x", "b%"].map((each) => frameOfString(each).length), [0, 0, 0]);
});
