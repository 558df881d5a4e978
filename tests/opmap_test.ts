// deno-lint-ignore-file no-explicit-any
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ConfigurationError,
  createOpero,
  currentCall,
  MapError,
  type Mapped,
  opmap,
  type OpmapOptions,
  type ProgressState,
} from "@opero/core";
import { FakeClock } from "@opero/core/testing";

const QUIET = { progress: false, retries: 0 } as const;

async function load(path: string): Promise<string> {
  return await Promise.resolve(path);
}

const outside = 1;

const WRONG: readonly [options: any, message: string][] = [
  [
    { mode: "invalid_mode" },
    `'mode' must be one of "thread", "async", "process", "async_process", "cluster": received "invalid_mode"`,
  ],
  [{ workers: 0 }, "'workers' must be a positive integer: received 0"],
  [{ workers: 1.5 }, "'workers' must be a positive integer: received 1.5"],
  [{ maxAhead: 0 }, "'maxAhead' must be a positive integer: received 0"],
  [{ chunkSize: 0 }, "'chunkSize' must be a positive integer: received 0"],
  [{ workerConcurrency: 0 }, "'workerConcurrency' must be a positive integer: received 0"],
  [{ maxCrashesPerItem: 0 }, "'maxCrashesPerItem' must be a positive integer: received 0"],
  ...[0, 1, 2, 15.9, -1, NaN, Infinity].map((memoryLimit): [object, string] => [
    { memoryLimit },
    `'memoryLimit' must be a number of mebibytes of at least 16, without which no worker starts: received ${memoryLimit}`,
  ]),
  [{ ordered: "yes" }, `'ordered' must be true or false: received "yes"`],
  [{ progress: 1 }, "'progress' must be true or false or a function: received 1"],
  [{ onError: "ignore" }, `'onError' must be one of "throw", "return", "skip", "abort": received "ignore"`],
  [{ errorClasses: [1] }, "'errorClasses' must be an array of error classes: received an array"],
  [{ retries: -1 }, "'retries' must be a non-negative integer: received -1"],
  [
    { concurrency: 50 },
    "'concurrency' must be given together with 'workers', which says how many items of a run are worked on at once, " +
    "and which you may have meant: received 50",
  ],
  [{ workerz: 1 }, "'workerz' must be a known option: received a number, did you mean 'workers'?"],
];

for (const [options, message] of WRONG) {
  Deno.test(`opmap() throws where ${message}`, () => {
    const error: Error = assertThrows(() => opmap(load, options), ConfigurationError);
    assertEquals(error.message, `Cannot wrap "load" as ${message}`);
  });
}

Deno.test("opmap() throws for a sync function in the async mode", () => {
  const error: Error = assertThrows(() => opmap((n: number) => n, { mode: "async" }), ConfigurationError);
  assertEquals(
    error.message,
    `Cannot wrap an anonymous function as 'mode' must be "thread" for a function that is not written as async: ` +
      `received "async"`,
  );
});

Deno.test("opmap() names the free variables of a function for a pool", () => {
  for (const mode of ["process", "async_process"] as const) {
    const error: Error = assertThrows(() => opmap((n: number) => n + outside, { mode }), ConfigurationError);
    assertEquals(
      error.message,
      "Cannot wrap an anonymous function as the function of a pool must refer to nothing outside of itself, or be found " +
        "with 'module: import.meta.url': received one that refers to 'outside'",
    );
  }
});

Deno.test("opmap() throws for a decorated method in a pool", () => {
  const error: Error = assertThrows(() => {
    class _Api {
      @opmap({ mode: "process" })
      load(path: any): any {
        return path;
      }
    }
  }, ConfigurationError);
  assertEquals(
    error.message,
    `Cannot wrap "load" as 'mode' must be "thread" or "async" for a decorated method, which cannot be sent to a worker: ` +
      `received "process"`,
  );
});

Deno.test("opmap() throws for what is no function", () => {
  assertEquals(
    (assertThrows(() => (opmap as any)(5), ConfigurationError) as Error).message,
    "Cannot wrap as 'fn' must be a function, as in opmap(fn, options), or options, as in opmap(options)(fn): received 5",
  );
});

Deno.test("a run rejects where its options or its items are wrong", async () => {
  const map = opmap(load, QUIET);
  const messageOf = async (run: () => Promise<unknown>) =>
    (await assertRejects(run, ConfigurationError) as Error).message;
  assertEquals(
    await messageOf(() => map(5 as any)),
    `Cannot map "load" as 'items' must be an iterable or an async iterable: received 5`,
  );
  assertEquals(
    await messageOf(() => map([], { workers: 0 })),
    `Cannot map "load" as 'workers' must be a positive integer: received 0`,
  );
  assertEquals(
    await messageOf(() => map([], { onErr: "skip" } as any)),
    `Cannot map "load" as 'onErr' must be a known option: received a string, did you mean 'onError'?`,
  );
  const pooled = opmap(load, { mode: "process", workers: 2 });
  assertEquals(
    await messageOf(() => pooled([], { workers: 3 })),
    `Cannot map "load" as 'workers' must be at most 2, as many as the pool has: received 3`,
  );
});

Deno.test("opmap() takes its options first, for functions and for methods", async () => {
  assertEquals(await opmap(QUIET)(load)(["a", "b"]), ["a", "b"]);
  class Api {
    readonly base = "/";
    @opmap(QUIET)
    load(path: any): any {
      return this.base + path;
    }
    @opmap
    plain(path: any): any {
      return this.base + path;
    }
  }
  const api = new Api();
  assertEquals(await api.load(["a", "b"]), ["/a", "/b"]);
  assertEquals(await api.plain(["c"]), ["/c"]);
});

Deno.test("a map keeps name and length, and shows its options", () => {
  const map = opmap(load, { timeout: "2s", onError: "skip" });
  assertEquals([map.name, map.length], ["load", 1]);
  const { mode, workers, ordered, onError, timeout, retries } = map.options;
  assertEquals({ mode, workers, ordered, onError, timeout, retries }, {
    mode: "thread",
    workers: 4,
    ordered: true,
    onError: "skip",
    timeout: 2,
    retries: 3,
  });
  assert(Object.isFrozen(map.options));
});

Deno.test("opmap() gives the function the item alone, and its place through currentCall()", async () => {
  const map = opmap((item: string, scale = "default") => [item, scale, currentCall().index], QUIET);
  assertEquals(await map(["a", "b"]), [["a", "default", 0], ["b", "default", 1]]);
});

Deno.test("opmap() runs as many at once as there are workers, and no more", async () => {
  let running = 0;
  let peak = 0;
  const map = opmap(async (n: number) => {
    peak = Math.max(peak, ++running);
    for (let turn = 0; turn < 20 + n % 7; turn++) await Promise.resolve();
    running--;
  }, { ...QUIET, workers: 5 });
  const numbers = Array.from({ length: 200 }, (_, n) => n);
  await map(numbers);
  assertEquals(peak, 5);
  peak = 0;
  await map(
    (async function* () {
      yield* numbers;
    })(),
    { workers: 3 },
  );
  assertEquals(peak, 3);
});

Deno.test("progress counts items, with those that failed, after each", async () => {
  const states: ProgressState[] = [];
  const map = opmap((n: number) => {
    if (n === 2) throw new Error("no");
    return n;
  }, { retries: 0, workers: 1, onError: "skip", progress: (state) => states.push(state) });
  await map([1, 2, 3]);
  assertEquals(states.map(({ done, failed, total }) => [done, failed, total]), [[1, 0, 3], [2, 1, 3], [3, 1, 3]]);
  states.length = 0;
  await map(new Set([1]).values());
  assertEquals(states.map(({ done, total, eta }) => [done, total, eta]), [[1, undefined, undefined]]);
});

Deno.test("progress that throws changes nothing, and one of a run takes the place of the option", async () => {
  const map = opmap((n: number) => n, {
    retries: 0,
    progress: () => {
      throw new Error("watcher");
    },
  });
  assertEquals(await map([1, 2]), [1, 2]);
  let calls = 0;
  await map([1, 2], { progress: () => calls++ });
  assertEquals(calls, 2);
});

Deno.test("the events tell of each item", async () => {
  const instance = createOpero(QUIET_DEFAULTS);
  const seen: unknown[] = [];
  instance.events.on("itemDone", ({ functionName, index, ok }) => seen.push([functionName, index, ok]));
  const map = instance.opmap(function half(n: number) {
    if (n % 2 === 1) throw new Error("odd");
    return n / 2;
  }, { progress: false, onError: "skip", workers: 1 });
  assertEquals(await map([4, 5]), [2]);
  assertEquals(seen, [["half", 0, true], ["half", 1, false]]);
});

const QUIET_DEFAULTS = { retries: 0 } as const;

Deno.test("a deadline is the item's own: it does not end the run", async () => {
  const clock = new FakeClock();
  const instance = createOpero({ clock });
  const map = instance.opmap(
    (n: number) => n === 1 ? new Promise<number>(() => {}) : clock.sleep(300).then(() => n),
    { ...QUIET, deadline: "500ms", workers: 2, onError: "return" },
  );
  const run = map([0, 1, 2, 3]);
  await clock.tick("2s");
  const results = await run;
  assertEquals(results.map((result) => result instanceof Error ? result.name : result), [0, "AllFailedError", 2, 3]);
  assertEquals(clock.pending, 0);
});

Deno.test("an abort ends waits between attempts at once, and leaves no timer and no listener", async () => {
  const clock = new FakeClock();
  const instance = createOpero({ clock });
  let calls = 0;
  const map = instance.opmap((_: number): number => {
    calls++;
    throw new Error("busy");
  }, { progress: false, retries: 9, minDelay: "1h", maxDelay: "1h", workers: 2 });
  const controller = new AbortController();
  let listeners = 0;
  const { signal } = controller;
  const [add, remove] = [signal.addEventListener, signal.removeEventListener];
  signal.addEventListener = (...args: any[]) => (listeners++, add.apply(signal, args as any));
  signal.removeEventListener = (...args: any[]) => (listeners--, remove.apply(signal, args as any));
  assertEquals(await opmap((n: number) => n, QUIET)([1, 2, 3], { signal }), [1, 2, 3]);
  assertEquals(listeners, 0);

  const run = map([1, 2, 3], { signal });
  await clock.tick("1ms");
  assertEquals([calls, clock.pending, listeners], [2, 2, 1]);
  controller.abort(new Error("enough"));
  await assertRejects(() => run, Error, "enough");
  await clock.tick("2h");
  assertEquals([calls, clock.pending], [2, 0]);
});

Deno.test("the signal of the options ends every run", async () => {
  const controller = new AbortController();
  const map = opmap((_: number) => new Promise<number>(() => {}), { ...QUIET, signal: controller.signal });
  const runs = [map([1]), map([2])];
  controller.abort(new Error("all"));
  for (const run of runs) await assertRejects(() => run, Error, "all");
  await assertRejects(() => map([3]), Error, "all");
});

Deno.test("an abort of one run leaves another that waits for the same cached result alone", async () => {
  const wait = Promise.withResolvers<number>();
  let calls = 0;
  const map = opmap((_: string) => (calls++, wait.promise), { ...QUIET, cache: true });
  const controller = new AbortController();
  const first = map(["a"], { signal: controller.signal });
  const second = map(["a"]);
  controller.abort(new Error("first only"));
  await assertRejects(() => first, Error, "first only");
  wait.resolve(5);
  assertEquals(await second, [5]);
  assertEquals(calls, 1);
});

Deno.test("anything may be thrown, and stands among the results as an error", async () => {
  const map = opmap((item: unknown): number => {
    throw item;
  }, { ...QUIET, retryOn: () => false, onError: "return" });
  const results = await map([undefined, "text", new RangeError("kept")]);
  assert(results.every((result) => result instanceof Error));
  assertEquals(results.map((result) => [(result as Error).message, (result as Error).cause]), [
    ["The item failed with a value that is no error", undefined],
    ["The item failed with a value that is no error", "text"],
    ["kept", undefined],
  ]);
});

Deno.test("a message of a MapError holds neither items nor messages", async () => {
  const map = opmap((item: string): string => {
    throw new TypeError(`secret ${item}`);
  }, QUIET);
  for (const onError of ["throw", "abort"] as const) {
    const error: MapError = await assertRejects(() => map(["key-123"], { onError }), MapError);
    assert(!/secret|key-123/.test(error.message), error.message);
  }
});

Deno.test("a source that throws ends the run with what it threw, and is not closed", async () => {
  let returned = 0;
  const source: Iterable<number> = {
    [Symbol.iterator]: () => ({
      next: () => {
        throw new RangeError("torn");
      },
      return: () => (returned++, { done: true, value: undefined }),
    }),
  };
  await assertRejects(() => opmap((n: number) => n, QUIET)(source), RangeError, "torn");
  assertEquals(returned, 0);
});

Deno.test("a map of a function that never waits lets timers have their turn", async () => {
  const map = opmap((_: number) => {
    const untilMs = performance.now() + 5;
    while (performance.now() < untilMs);
  }, QUIET);
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error("in time")), 30);
  await assertRejects(
    () => map(Array.from({ length: 1_000 }, (_, n) => n), { signal: controller.signal }),
    Error,
    "in time",
  );
  clearTimeout(timer);
});

Deno.test("close() ends what runs, and the map can be used again", async () => {
  const map = opmap((n: number) => n === 0 ? new Promise<number>(() => {}) : n, QUIET);
  const run = map([0]);
  await map.close();
  await assertRejects(() => run, DOMException, "The map was closed");
  assertEquals(await map([1]), [1]);
});

Deno.test("the types of a map say what its results are", async () => {
  const shared: OpmapOptions<number, string, "return"> = { ...QUIET, onError: "return" };
  const throwing = opmap((n: number) => `${n}`, QUIET);
  const returning = opmap((n: number) => `${n}`, shared);
  const strings: string[] = await throwing([1]);
  const mixed: (string | Error)[] = await returning([1]);
  const overridden: (string | Error)[] = await throwing([1], { onError: "return" });
  const skipped: string[] = await returning([1], { onError: "skip" });
  const curried: Mapped<unknown, number, string, "throw"> = opmap({ retries: 0, progress: false })((n: number) =>
    `${n}`
  );
  const metas: { value: string; meta: { attempts: number } }[] = await throwing.withMeta([1]);
  for await (const text of throwing.stream([1])) text.length;
  // @ts-expect-error: an error may stand among these
  const wrong: string[] = await returning([1]);
  // @ts-expect-error: the items are numbers
  await throwing(["1"]);
  // @ts-expect-error: the key is made of the item, a number
  opmap((n: number) => n, { cache: true, cacheKey: (text: string) => text });
  assertEquals([strings, mixed, overridden, skipped, wrong].flat(), ["1", "1", "1", "1", "1"]);
  assertEquals(metas[0]!.value, "1");
  assertEquals(await curried([1]), ["1"]);
});

Deno.test("what runs is stopped with an error of its own where another item ends the run", async () => {
  const reasons: unknown[] = [];
  const map = opmap((n: number): Promise<number> | number => {
    if (n === 1) throw new TypeError("no");
    currentCall().signal.addEventListener("abort", (event) => reasons.push((event.target as AbortSignal).reason));
    return new Promise(() => {});
  }, { ...QUIET, onError: "abort" });
  await assertRejects(() => map([0, 1, 2]), MapError);
  assertEquals(reasons.map((reason) => [(reason as Error).name, (reason as Error).message]), [
    ["AbortError", "Item 1 of the map failed"],
    ["AbortError", "Item 1 of the map failed"],
  ]);
});

for (const mode of ["async", "process"] as const) {
  Deno.test(`a list in mode "${mode}" that gets shorter or longer in mid-run ends with as many results as items began`, async () => {
    await using map = opmap(async (n: number) => await Promise.resolve(2 * n), {
      ...QUIET,
      mode,
      workers: 1,
      chunkSize: 2,
    });
    const [shorter, longer] = [[1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 4, 5, 6, 7, 8]];
    const runs = [map(shorter), map(longer)];
    shorter.length = 1;
    longer.push(9);
    const [few, many] = await Promise.all(runs);
    assert(few!.length < 9 && few!.every((result, place) => result === 2 * (place + 1)), `${few}`);
    assertEquals(many, [2, 4, 6, 8, 10, 12, 14, 16, 18]);
  });

  Deno.test(`a run in mode "${mode}" that is aborted by an item has the results of the items that began, and no more`, async () => {
    const options = { ...QUIET, mode, workers: 1, chunkSize: 1, onError: "abort" } as const;
    await using map = opmap(
      async (n: number) => await (n === 3 ? Promise.reject(new Error("three")) : Promise.resolve(n)),
      options,
    );
    const error: MapError = await assertRejects(() => map(Array.from({ length: 100 }, (_, n) => n)), MapError);
    assertEquals(error.results.slice(0, 3), [0, 1, 2]);
    assert(error.results.length < 50, `${error.results.length} results`);
  });
}

Deno.test("a list with holes has an item for each, whether or not somebody listens", async () => {
  await using instance = createOpero();
  const map = instance.opmap((n?: number) => n ?? "none", { ...QUIET, mode: "process", workers: 1 });
  // deno-lint-ignore no-sparse-arrays
  const items = [1, , 3, ,];
  assertEquals(await map(items), [1, "none", 3, "none"]);
  instance.events.on("itemDone", () => {});
  assertEquals(await map(items), [1, "none", 3, "none"]);
});
