/** Items that were sent to a worker together, and of which something else than success happens to one. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { createOpero, currentCall, MapError, opmap } from "../../mod.ts";

const QUIET = { mode: "process", workers: 2, progress: false, retries: 0 } as const;
const COUNT = 3_000;
const items = Array.from({ length: COUNT }, (_, n) => n);
const doubled = items.map((n) => n * 2);

/** The numbers from 0 on, each after `before` was called with it. */
function* endless(before: (n: number) => unknown): Generator<number> {
  for (let n = 0;; n++) {
    before(n);
    yield n;
  }
}

/** The function over many items with what it learnt from a first run: its messages are long from then on. */
async function warm<Map extends (items: number[]) => Promise<unknown>>(map: Map): Promise<Map> {
  for (let round = 0; round < 3; round++) await map(items.map(() => 0));
  return map;
}

Deno.test("opmap() in a pool fails the items alone that fail, wherever they stand in a message", async () => {
  await using map = await warm(opmap((n: number) => {
    if (n % 700 === 3) throw new RangeError(`no ${n}`);
    return n * 2;
  }, QUIET));
  const error: MapError = await assertRejects(() => map(items), MapError);
  assertEquals(error.errors.map(({ index }) => index), [3, 703, 1403, 2103, 2803]);
  assertEquals(error.results, doubled.map((value, n) => n % 700 === 3 ? undefined : value));
});

Deno.test("opmap() in a pool runs each item once, whether it ends at once, later, or its worker with it", async () => {
  await using map = await warm(opmap((n: number) => {
    const { index, attempt } = n % 617 === 0 ? currentCall() : { index: n, attempt: 1 };
    if (n === 1_234 && attempt === 1) (globalThis as unknown as { process: { exit(): void } }).process.exit();
    const value = [n * 2, index];
    return n % 3 === 0 ? Promise.resolve(value) : value;
  }, { ...QUIET, retries: 1, jitter: "none", minDelay: "1ms" }));
  assertEquals(await map(items), items.map((n) => [n * 2, n]));
});

Deno.test("opmap() in a pool tells each item of a message to progress and to listeners", async () => {
  await using instance = createOpero();
  const { opmap, events } = instance;
  await using map = await warm(opmap((n: number) => n * 2, QUIET));
  const counts: number[] = [];
  const heard: number[] = [];
  const takeOff = events.on("itemDone", ({ index }) => heard.push(index));
  assertEquals(await map(items, { progress: ({ done }) => counts.push(done) }), doubled);
  takeOff();
  assertEquals(counts, items.map((n) => n + 1));
  assertEquals(heard.toSorted((one, other) => one - other), items);
});

Deno.test("opmap() in a pool goes on after a run that was aborted in the middle of its messages", async () => {
  await using map = await warm(opmap((n: number) => n * 2, QUIET));
  for (let round = 0; round < 5; round++) {
    const controller = new AbortController();
    const source = endless((n) => n === 5_000 + 37 * round && controller.abort(new Error("enough")));
    await assertRejects(() => map(source, { signal: controller.signal }), Error, "enough");
    assertEquals(await map(items), doubled);
  }
});

Deno.test("opmap() in a pool hands a stream on in order, in bounded memory, where its source has no end", async () => {
  await using map = await warm(opmap((n: number) => n * 2, QUIET));
  let pulled = 0;
  const seen: number[] = [];
  for await (const value of map.stream(endless((n) => pulled = n))) {
    if (seen.push(value) === COUNT) break;
    assert(pulled - seen.length <= 8 * 1_024, "more is held than twice what may run");
  }
  assertEquals(seen, doubled);
});

Deno.test("opmap() in a pool ends a run that is closed with all of its messages under way", async () => {
  await using map = await warm(opmap((n: number) => n * 2, QUIET));
  const run = assertRejects(() => map(endless(() => {})), DOMException, "The map was closed");
  await new Promise((resolve) => setTimeout(resolve, 20));
  await map.close();
  await run;
  assertEquals(await map([1, 2]), [2, 4]);
});

Deno.test("opmap() in a pool fails the items alone that cannot be sent, or whose results cannot, run after run", async () => {
  await using map = await warm(opmap((n: unknown) => n === 5 ? () => {} : typeof n, { ...QUIET, onError: "return" }));
  const given = items.map((n) => n % 3 === 0 ? () => n : n % 7 === 0 ? 5 : n);
  const expected = given.map((n) => n === 5 || typeof n === "function" ? "failed" : "number");
  for (let round = 0; round < 4; round++) {
    assertEquals((await map(given)).map((value) => value instanceof Error ? "failed" : value), expected);
  }
});
