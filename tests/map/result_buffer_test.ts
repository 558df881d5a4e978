import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { ResultBuffer, SKIPPED } from "../../src/map/result_buffer.ts";

/** What `buffer` hands out until there is nothing more. */
function takeAll(buffer: ResultBuffer): unknown[] {
  const taken: unknown[] = [];
  while (buffer.hasNext) taken.push(buffer.take());
  return taken;
}

Deno.test("ResultBuffer hands results out in the order of their indexes, or as they arrive", () => {
  for (const [isOrdered, expected] of [[true, ["a", "b", "c"]], [false, ["c", "a", "b"]]] as const) {
    const buffer = new ResultBuffer(isOrdered);
    for (let item = 0; item < 3; item++) buffer.reserve();
    buffer.put(2, "c");
    assertEquals(buffer.hasNext, !isOrdered);
    buffer.put(0, "a");
    buffer.put(1, "b");
    assertEquals(takeAll(buffer), expected);
    assertEquals(buffer.held, 0);
  }
});

Deno.test("ResultBuffer passes over what is left out, and has its place again once it did", () => {
  for (const isOrdered of [true, false]) {
    const buffer = new ResultBuffer(isOrdered);
    for (let item = 0; item < 3; item++) buffer.reserve();
    buffer.put(0, SKIPPED);
    buffer.put(1, SKIPPED);
    assertEquals([buffer.held, buffer.hasNext, buffer.held], [3, false, 1]);
    buffer.put(2, undefined);
    assertEquals([takeAll(buffer), buffer.held], [[undefined], 0]);
  }
});

Deno.test("ResultBuffer drops all results when it is cleared, and hands nothing out then", () => {
  const buffer = new ResultBuffer(true);
  for (let item = 0; item < 20; item++) buffer.reserve();
  buffer.put(0, "a");
  buffer.put(9, "b");
  buffer.clear();
  assertEquals([buffer.hasNext, buffer.held], [false, 0]);
});

/** What happens to a buffer, in turn: an item begins, one that runs ends (or is left out), a reader takes what is there. */
const steps = fc.array(
  fc.oneof(
    fc.constant("reserve" as const),
    fc.constant("take" as const),
    fc.record({ ends: fc.nat(), isSkipped: fc.boolean() }),
  ),
  { maxLength: 400 },
);

Deno.test("ResultBuffer does what a list of everything would, however it grows and goes round", () => {
  fc.assert(fc.property(fc.boolean(), steps, (isOrdered, all) => {
    const buffer = new ResultBuffer(isOrdered);
    const running: number[] = [];
    const ended: number[] = [];
    const skipped = new Set<number>();
    let begun = 0;
    let passed = 0;
    for (const step of all) {
      if (step === "reserve") {
        buffer.reserve();
        running.push(begun++);
      } else if (step === "take") {
        const order = isOrdered ? Array.from({ length: begun }, (_, index) => index) : ended;
        while (skipped.has(order[passed]!) && ended.includes(order[passed]!)) passed++;
        const hasNext = passed < order.length && ended.includes(order[passed]!);
        assertEquals(buffer.hasNext, hasNext);
        if (hasNext) assertEquals(buffer.take(), order[passed++]);
      } else if (running.length > 0) {
        const [index] = running.splice(step.ends % running.length, 1);
        ended.push(index!);
        if (step.isSkipped) skipped.add(index!);
        buffer.put(index!, step.isSkipped ? SKIPPED : index);
      }
      assertEquals(buffer.held, begun - passed);
    }
  }));
});
