import { assertEquals } from "@std/assert";
import { FrameSize } from "../../src/queue/frame_size.ts";

Deno.test("FrameSize.record() doubles the frames of quick items, up to 256", () => {
  const size = new FrameSize(undefined);
  const sizes = Array.from({ length: 10 }, () => (size.record(0.01), size.among(1_000)));
  assertEquals(sizes, [2, 4, 8, 16, 32, 64, 128, 256, 256, 256]);
});

Deno.test("FrameSize.record() fills about 20 ms, and believes what is slower at once", () => {
  const size = new FrameSize(undefined);
  for (let round = 0; round < 5; round++) size.record(2);
  assertEquals(size.among(1_000), 10);
  size.record(500);
  assertEquals(size.among(1_000), 1);
  size.record(2);
  assertEquals(size.among(1_000), 1);
  for (let round = 0; round < 20; round++) size.record(2);
  assertEquals(size.among(1_000), 9);
});

Deno.test("FrameSize.among() leaves some frames for other workers, but for few slots", () => {
  const size = new FrameSize(undefined);
  for (let round = 0; round < 10; round++) size.record(0.01);
  assertEquals([0, 8, 100, 256, 5_000].map((slots) => size.among(slots)), [64, 64, 100, 256, 256]);
});

Deno.test("FrameSize has a size that is given, but never over 256, and passes over what is no time", () => {
  const fixed = new FrameSize(1_000);
  fixed.record(500);
  assertEquals(fixed.among(1), 256);
  const size = new FrameSize(undefined);
  size.record(NaN);
  assertEquals(size.among(1_000), 1);
});
