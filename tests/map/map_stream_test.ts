import { assert, assertEquals, assertRejects } from "@std/assert";
import { currentCall, MapError, opmap } from "@opero/core";
import { processorMsOfAsync } from "../support/processor_time.ts";

const OPTIONS = { retries: 0, progress: false, workers: 2 } as const;

/** Items that are done when they are told to be. */
function gate(): { wait(id: number): Promise<number>; open(id: number): void; readonly begun: number[] } {
  const gates = new Map<number, PromiseWithResolvers<number>>();
  const begun: number[] = [];
  const at = (id: number) => gates.get(id) ?? gates.set(id, Promise.withResolvers()).get(id)!;
  return {
    begun,
    open: (id) => at(id).resolve(id),
    wait(id) {
      begun.push(id);
      return at(id).promise;
    },
  };
}

/** Lets everything run that is ready to run. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** The same source as one that answers with promises. */
async function* toAsync<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  yield* items;
}

function* counted(source: { pulled: number; isClosed: boolean }): Generator<number> {
  try {
    for (;;) yield source.pulled++;
  } finally {
    source.isClosed = true;
  }
}

Deno.test("stream() pulls nothing before the first result is asked for", async () => {
  const source = { pulled: 0, isClosed: false };
  const stream = opmap((n: number) => n, OPTIONS).stream(counted(source));
  await settle();
  assertEquals(source.pulled, 0);
  assertEquals(await stream.next(), { done: false, value: 0 });
  await stream.return();
});

Deno.test("stream() runs maxAhead items more than run at once while one of them is slow", async () => {
  const { begun, wait, open } = gate();
  const stream = opmap(wait, { ...OPTIONS, maxAhead: 5 }).stream(Array.from({ length: 100 }, (_, id) => id));
  const first = stream.next();
  for (let id = 1; id < 100; id++) open(id);
  await settle();
  assertEquals(begun, [0, 1, 2, 3, 4, 5, 6]);
  open(0);
  assertEquals(await first, { done: false, value: 0 });
  const rest = [];
  for await (const id of stream) rest.push(id);
  assertEquals(rest, Array.from({ length: 99 }, (_, id) => id + 1));
});

for (const ordered of [true, false]) {
  Deno.test(`stream() holds no more than a window where nobody reads on, ${ordered ? "ordered" : "unordered"}`, async () => {
    const source = { pulled: 0, isClosed: false };
    const stream = opmap((n: number) => n, { ...OPTIONS, ordered }).stream(counted(source));
    for (let taken = 1; taken <= 20; taken++) {
      await stream.next();
      await settle();
      assert(source.pulled <= taken + 4, `${source.pulled} pulled, ${taken} taken`);
    }
    await stream.return();
    assert(source.isClosed);
  });
}

Deno.test("stream() waits for the first in order, and begins no more than the window meanwhile", async () => {
  const { wait, open, begun } = gate();
  const stream = opmap(wait, OPTIONS).stream([0, 1, 2, 3, 4, 5, 6]);
  const first = stream.next();
  for (const id of [1, 2, 3, 4, 5, 6]) open(id);
  await settle();
  assertEquals(begun, [0, 1, 2, 3]);
  open(0);
  assertEquals(await first, { done: false, value: 0 });
  const rest: number[] = [];
  for await (const value of stream) rest.push(value);
  assertEquals(rest, [1, 2, 3, 4, 5, 6]);
});

Deno.test("stream() gives what is done first where order does not matter", async () => {
  const { wait, open } = gate();
  const stream = opmap(wait, { ...OPTIONS, ordered: false }).stream([0, 1, 2]);
  const first = stream.next();
  open(1);
  assertEquals(await first, { done: false, value: 1 });
  open(2);
  assertEquals(await stream.next(), { done: false, value: 2 });
  open(0);
  assertEquals(await stream.next(), { done: false, value: 0 });
  assertEquals(await stream.next(), { done: true, value: undefined });
});

Deno.test("stream() answers those who ask at the same time in turn", async () => {
  const stream = opmap((n: number) => n * 2, OPTIONS).stream([1, 2]);
  const answers = await Promise.all([stream.next(), stream.next(), stream.next()]);
  assertEquals(answers.map(({ value }) => value), [2, 4, undefined]);
});

Deno.test("stream() closes the source and stops what runs when the loop is left", async () => {
  for (const leave of ["break", "throw"]) {
    const source = { pulled: 0, isClosed: false };
    const signals: AbortSignal[] = [];
    const map = opmap((n: number): number | Promise<number> => {
      signals.push(currentCall().signal);
      return n === 0 ? n : new Promise(() => {});
    }, OPTIONS);
    try {
      for await (const _ of map.stream(counted(source))) {
        if (leave === "break") break;
        throw new Error("left");
      }
    } catch (error) {
      assertEquals((error as Error).message, "left");
    }
    assert(source.isClosed);
    assertEquals(signals.map(({ aborted }) => aborted), [false, ...signals.slice(1).map(() => true)]);
    assertEquals(signals.at(-1)!.reason.message, "The stream was closed");
  }
});

Deno.test("stream() does not wait for an async source that does not answer", async () => {
  let isAsked = false;
  const source: AsyncIterable<number> = {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        isAsked = true;
        return new Promise(() => {});
      },
      return: () => new Promise(() => {}),
    }),
  };
  const stream = opmap((n: number) => n, OPTIONS).stream(source);
  const next = stream.next();
  assert(isAsked);
  assertEquals(await stream.return(), { done: true, value: undefined });
  assertEquals(await next, { done: true, value: undefined });
});

Deno.test("stream() waits until an async source has cleaned up", async () => {
  let isClosed = false;
  async function* slow() {
    try {
      for (let n = 0;; n++) yield n;
    } finally {
      await settle();
      isClosed = true;
    }
  }
  for await (const value of opmap((n: number) => n, OPTIONS).stream(slow())) if (value === 3) break;
  assert(isClosed);
});

Deno.test("stream() rejects with the signal's reason, once", async () => {
  const controller = new AbortController();
  const source = { pulled: 0, isClosed: false };
  const stream = opmap((_: number) => new Promise<number>(() => {}), OPTIONS)
    .stream(counted(source), { signal: controller.signal });
  const next = stream.next();
  controller.abort(new Error("enough"));
  await assertRejects(() => next, Error, "enough");
  assert(source.isClosed);
  assertEquals(await stream.next(), { done: true, value: undefined });
});

for (const kind of ["sync", "async"] as const) {
  Deno.test(`stream() gives the results of all that began before it throws what its ${kind} source threw`, async () => {
    const { wait, open, begun } = gate();
    function* broken() {
      yield* [0, 1];
      throw new RangeError("torn");
    }
    const source = kind === "sync" ? broken() : toAsync(broken());
    const stream = opmap(wait, { ...OPTIONS, workers: 4 }).stream(source);
    const results = [stream.next(), stream.next()];
    const end = stream.next();
    await settle();
    assertEquals(begun, [0, 1]);
    open(1);
    open(0);
    assertEquals((await Promise.all(results)).map(({ value }) => value), [0, 1]);
    await assertRejects(() => end, RangeError, "torn");
    assertEquals(await stream.next(), { done: true, value: undefined });
  });
}

Deno.test("stream() gives all results before it throws for those that failed", async () => {
  const map = opmap((n: number) => {
    if (n % 2 === 1) throw new TypeError("odd");
    return n;
  }, { ...OPTIONS, workers: 1 });
  const stream = map.stream([0, 1, 2, 3, 4, 5]);
  const seen: number[] = [];
  const error: MapError = await assertRejects(async () => {
    for await (const value of stream) seen.push(value);
  }, MapError);
  assertEquals(seen, [0, 2, 4]);
  assertEquals(error.message, '3 of 6 items of "anonymous" failed: 3 × TypeError (items 1, 3, 5)');
  assertEquals(error.results, []);
  assertEquals(error.errors.map(({ index }) => index), [1, 3, 5]);
});

Deno.test("stream() holds a thousand errors at most, and counts them all", async () => {
  const map = opmap((_: number): number => {
    throw new TypeError("no");
  }, OPTIONS);
  const stream = map.stream(Array.from({ length: 1_100 }, (_, n) => n));
  const error: MapError = await assertRejects(() => stream.next(), MapError);
  assertEquals(error.errors.length, 1_000);
  assert(error.message.startsWith("1100 of 1100 items") || error.message.startsWith("1,100 of 1,100"), error.message);
});

Deno.test("stream() goes on where every item is left out", async () => {
  const source = { pulled: 0, isClosed: false };
  const map = opmap((n: number) => {
    if (n < 100) throw new TypeError("no");
    return n;
  }, { ...OPTIONS, onError: "skip" });
  const stream = map.stream(counted(source));
  assertEquals(await stream.next(), { done: false, value: 100 });
  await stream[Symbol.asyncDispose]();
  assert(source.isClosed);
});

Deno.test("close() ends a stream that was left alone", async () => {
  const source = { pulled: 0, isClosed: false };
  const map = opmap((n: number) => n, OPTIONS);
  const stream = map.stream(counted(source));
  await stream.next();
  await map.close();
  assert(source.isClosed);
  const error: DOMException = await assertRejects(() => stream.next(), DOMException);
  assertEquals([error.name, error.message], ["AbortError", "The map was closed"]);
});

Deno.test("stream() takes no more than some times the time of a list, in whose context ever it is read", async () => {
  const map = opmap((n: number) => Promise.resolve(n), { ...OPTIONS, workers: 50 });
  const items = Array.from({ length: 20_000 }, (_, n) => n);
  const readAll = async () => {
    for await (const _ of map.stream(items));
  };
  // Other tests may have had the list's code compiled already, and not the stream's.
  for (let round = 0; round < 3; round++) await readAll();
  const ratios: number[] = [];
  for (let round = 0; round < 7; round++) {
    const listMs = await processorMsOfAsync(() => map(items));
    ratios.push(await processorMsOfAsync(readAll) / listMs);
  }
  const ratio = ratios.toSorted((one, other) => one - other)[3]!;
  assert(ratio < 4, `${ratio} times`);
});
