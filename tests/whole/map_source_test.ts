import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { AllFailedError, createOpero, opmap } from "@opero/core";
import { FakeClock } from "@opero/core/testing";

const QUIET = { retries: 0, progress: false } as const;
const MODES = ["thread", "async", "process", "async_process"] as const;

/** An iterable whose iterator answers with `steps`, in turn, the last of them for ever. */
function stepping(steps: readonly (() => unknown)[], isAsync: boolean): Iterable<number> {
  let turn = 0;
  const next = () => steps[Math.min(turn++, steps.length - 1)]!();
  const iterator = { next: isAsync ? async () => await next() : next };
  return { [isAsync ? Symbol.asyncIterator : Symbol.iterator]: () => iterator } as unknown as Iterable<number>;
}

function throwing(name: "done" | "value"): object {
  return Object.defineProperty({ done: false, value: 1 }, name, {
    get: () => {
      throw new RangeError(`no ${name}`);
    },
  });
}

for (const isAsync of [false, true]) {
  const kind = isAsync ? "an async source" : "a source";
  for (
    const [name, step, message] of [
      ["throws where 'done' is read", () => throwing("done"), "no done"],
      ["throws where 'value' is read", () => throwing("value"), "no value"],
      ["answers with a number", () => 5, "The source of the items answered with what is no object"],
      ["answers with nothing", () => undefined, "The source of the items answered with what is no object"],
    ] as const
  ) {
    Deno.test(`opmap() ends with the error of ${kind} that ${name}, as a list and as a stream`, async () => {
      const done: number[] = [];
      const map = opmap((n: number) => void done.push(n), QUIET);
      const source = () => stepping([() => ({ done: false, value: 0 }), step], isAsync);
      await assertRejects(async () => await map(source()), Error, message);
      const stream = map.stream(source());
      assertEquals(await stream.next(), { done: false, value: undefined });
      await assertRejects(() => stream.next(), Error, message);
      assertEquals(done, [0, 0]);
    });
  }

  Deno.test(`opmap() begins nothing once ${kind} has aborted its own run, and closes it`, async () => {
    const controller = new AbortController();
    const started: number[] = [];
    let isClosed = false;
    function* seats(): Generator<number> {
      try {
        yield 1;
        controller.abort(new Error("sold out"));
        yield 2;
        yield 3;
      } finally {
        isClosed = true;
      }
    }
    async function* later() {
      yield* seats();
    }
    const book = opmap((seat: number) => void started.push(seat), { ...QUIET, workers: 2 });
    const run = book(isAsync ? later() : seats(), { signal: controller.signal });
    await assertRejects(() => run, Error, "sold out");
    await new Promise((resolve) => setTimeout(resolve, 0));
    assertEquals([started, isClosed], [[1], true]);
  });
}

for (const mode of MODES) {
  Deno.test(`opmap() awaits items that are promises, in the mode "${mode}"`, async () => {
    await using map = opmap(async (n: number) => await Promise.resolve(2 * n), { ...QUIET, mode, workers: 1 });
    const late = new Promise<number>((resolve) => setTimeout(resolve, 5, 3));
    const thenable = { then: (resolve: (value: number) => void) => resolve(4) } as PromiseLike<number>;
    assertEquals(await map([Promise.resolve(1), 2, late, thenable]), [2, 4, 6, 8]);
    const seen: number[] = [];
    for await (const value of map.stream(new Set([Promise.resolve(1), 2]))) seen.push(value);
    assertEquals(seen, [2, 4]);
  });
}

Deno.test("opmap() fails the item alone whose promise rejects, without running it, and nothing is unhandled", async () => {
  let runs = 0;
  const map = opmap((n: number) => {
    runs++;
    return new Promise<number>((resolve) => setTimeout(resolve, 5, n));
  }, { progress: false, workers: 1, onError: "return" });
  const hostile = Object.defineProperty({}, "then", {
    get: () => {
      throw new RangeError("no then");
    },
  }) as PromiseLike<number>;
  const results = await map([0, 1, Promise.reject(new RangeError("not loaded")), hostile, 4]);
  assertEquals(results.map((result) => result instanceof Error ? result.message : result), [
    0,
    1,
    "not loaded",
    "no then",
    4,
  ]);
  assertEquals(runs, 3);
});

Deno.test("opmap() begins no item that was awaited once its run is over", async () => {
  const controller = new AbortController();
  const item = Promise.withResolvers<number>();
  let runs = 0;
  const run = opmap(() => runs++, QUIET)([item.promise], { signal: controller.signal });
  controller.abort(new Error("enough"));
  await assertRejects(() => run, Error, "enough");
  item.resolve(1);
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(runs, 0);
});

Deno.test("opmap() asks an async source for the next item while it works on the one before", async () => {
  const clock = new FakeClock();
  const { opmap } = createOpero({ clock });
  async function* pages() {
    for (let page = 0; page < 8; page++) {
      await clock.sleep(100);
      yield page;
    }
  }
  let isOver = false;
  const run = opmap(async (page: number) => {
    await clock.sleep(100);
    return page;
  }, { ...QUIET, workers: 1 })(pages()).then((pages) => (isOver = true, pages));
  let ticks = 0;
  for (; !isOver && ticks < 40; ticks++) await clock.tick("50ms");
  assertEquals(await run, [0, 1, 2, 3, 4, 5, 6, 7]);
  assert(ticks <= 20, `${ticks} ticks of 50 ms`);
});

Deno.test("opmap() holds one item of an async source ahead and no more", async () => {
  let pulled = 0;
  async function* endless() {
    for (;;) yield await Promise.resolve(pulled++);
  }
  const controller = new AbortController();
  const run = opmap(() => new Promise<void>(() => {}), { ...QUIET, workers: 3 })(endless(), {
    signal: controller.signal,
  });
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(pulled, 4);
  controller.abort();
  await run.catch(() => {});
});

Deno.test("progress never tells more done than there are, where the source grows meanwhile", async () => {
  const pages = [0, 1];
  const seen: string[] = [];
  const visit = opmap((page: number) => {
    if (pages.length < 6) pages.push(pages.length);
    return page;
  }, { ...QUIET, workers: 1, progress: ({ done, total }) => seen.push(`${done}/${total}`) });
  assertEquals(await visit(pages), [0, 1, 2, 3, 4, 5]);
  assertEquals(seen, ["1/3", "2/4", "3/5", "4/6", "5/6", "6/6"]);
});

Deno.test("progress that rejects changes nothing, and ends no process", async () => {
  const map = opmap((n: number) => n, {
    ...QUIET,
    progress: () => Promise.reject(new Error("no display")) as unknown as void,
  });
  assertEquals(await map([1, 2]), [1, 2]);
});

Deno.test("a failing item of a list does not hide what the source threw", async () => {
  function* broken() {
    yield 1;
    throw new RangeError("torn");
  }
  const map = opmap((): number => {
    throw new TypeError("no");
  }, QUIET);
  const error = await assertRejects(async () => await map(broken()));
  assertInstanceOf(error, RangeError);
  assert(!(error instanceof AllFailedError));
});
