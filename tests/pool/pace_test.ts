import { assertEquals } from "@std/assert";
import { Pace } from "../../src/pool/pace.ts";

/** The chunks after each of `notes`, which are counts of items and what they took in milliseconds. */
function chunksAfter(...notes: [count: number, elapsedMs: number][]): number[] {
  const pace = new Pace(undefined);
  return notes.map(([count, elapsedMs]) => {
    pace.record(count, elapsedMs);
    return pace.chunk;
  });
}

Deno.test("Pace.chunk is one item at first, and no more than doubles at a time", () => {
  assertEquals(new Pace(undefined).chunk, 1);
  assertEquals(chunksAfter([1, 0.01], [1, 0.01], [1, 0.01]), [2, 4, 8]);
});

Deno.test("Pace.chunk holds work for two milliseconds, or one item that takes longer", () => {
  assertEquals(chunksAfter(...new Array(12).fill([10, 5])).at(-1), 4);
  assertEquals(chunksAfter([1, 500], [1, 500]), [1, 1]);
});

Deno.test("Pace.chunk is at most 1 024, and falls at once where two messages in a row are slower than thought", () => {
  const quick = new Array(12).fill([1_000, 0.1]);
  assertEquals(chunksAfter(...quick).at(-1), 1_024);
  assertEquals(chunksAfter(...quick, [1, 1], [1, 1]).at(-1), 2);
});

Deno.test("Pace.chunk stays where one message is slow, whose thread had to wait", () => {
  const quick = new Array(12).fill([1_000, 0.1]);
  assertEquals(chunksAfter(...quick, [3, 140], [1_000, 0.1], [1, 9], [1_000, 0.1]).slice(-4), new Array(4).fill(1_024));
});

Deno.test("Pace.chunk grows by and by where items are quicker than thought", () => {
  assertEquals(chunksAfter([1, 2], [1, 0], [1, 0], [1, 0]), [1, 2, 4, 8]);
  assertEquals(chunksAfter([1, 1], [1, 1], [1, 0.5]), [2, 2, 2]);
});

Deno.test("Pace.chunk is what was asked for, whatever the items take; a message without items says nothing", () => {
  const fixed = new Pace(7);
  fixed.record(1, 1_000);
  assertEquals([fixed.chunk, fixed.maxChunk], [7, 7]);
  const pace = new Pace(undefined);
  pace.record(0, 100);
  assertEquals([pace.chunk, pace.maxChunk, pace.itemMs], [1, 1_024, undefined]);
});
