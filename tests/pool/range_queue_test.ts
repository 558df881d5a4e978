import { assertEquals } from "@std/assert";
import type { ItemClient } from "../../src/pool/item_job.ts";
import { ItemRange } from "../../src/pool/item_range.ts";
import { RangeQueue } from "../../src/pool/range_queue.ts";

const OWNER = { stop: () => {}, onSettled: () => {} };
const CLIENT = { onOwnJob: () => {} } as unknown as ItemClient;

/** The items from `firstIndex` to before `end`, each its own index. */
function range(firstIndex: number, end: number, { startedMs = 0, client = CLIENT } = {}): ItemRange {
  const items = Array.from({ length: end - firstIndex }, (_, place) => firstIndex + place);
  return new ItemRange({ items, firstIndex, startedMs, client, owner: OWNER });
}

function queueOf(...ranges: ItemRange[]): RangeQueue {
  const queue = new RangeQueue();
  for (const each of ranges) queue.push(each);
  return queue;
}

/** What is taken by and by, `count` items at most each time. */
function takenFrom(queue: RangeQueue, count: number): unknown[][] {
  const taken: unknown[][] = [];
  while (queue.length > 0) {
    const { items, firstIndex } = queue.take(count);
    assertEquals(items[0], firstIndex);
    taken.push(items);
  }
  return taken;
}

Deno.test("RangeQueue.take() takes items that follow each other, whatever ranges they came in", () => {
  assertEquals(takenFrom(queueOf(range(0, 5)), 2), [[0, 1], [2, 3], [4]]);
  assertEquals(takenFrom(queueOf(range(0, 3), range(3, 4), range(4, 8)), 5), [[0, 1, 2, 3, 4], [5, 6, 7]]);
  assertEquals(takenFrom(queueOf(range(0, 2), range(2, 4)), 9), [[0, 1, 2, 3]]);
});

Deno.test("RangeQueue.take() leaves apart what does not follow, is another's, or began at another time", () => {
  const other = { onOwnJob: () => {} } as unknown as ItemClient;
  for (const next of [range(3, 4), range(2, 4, { client: other }), range(2, 4, { startedMs: 6 })]) {
    assertEquals(takenFrom(queueOf(range(0, 2), next), 9), [[0, 1], next.items]);
  }
  assertEquals(takenFrom(queueOf(range(0, 2), range(2, 3, { startedMs: 5 })), 9), [[0, 1, 2]]);
});

Deno.test("RangeQueue.takeAll() takes what is left, and the length says how many items wait", () => {
  const queue = queueOf(range(0, 3), range(3, 5), range(9, 10));
  assertEquals(queue.length, 6);
  queue.take(4);
  assertEquals(queue.length, 2);
  assertEquals(queue.takeAll().map(({ items }) => items), [[4], [9]]);
  assertEquals([queue.length, queue.takeAll()], [0, []]);
});

Deno.test("ItemRange.jobs() has the items, places and times of a part that was taken from several", () => {
  const made: number[] = [];
  const client = { onOwnJob: ({ index }: { index: number }) => made.push(index) } as unknown as ItemClient;
  const queue = queueOf(range(0, 3, { startedMs: 7, client }), range(3, 6, { startedMs: 7, client }));
  queue.take(1);
  const jobs = queue.take(4).jobs(1);
  assertEquals(jobs.map(({ item, index, startedMs }) => [item, index, startedMs]), [[2, 2, 7], [3, 3, 7], [4, 4, 7]]);
  assertEquals(made, [2, 3, 4]);
});
