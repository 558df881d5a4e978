import { createOpero, currentCall, opmap, runAsync } from "@opero/core";
import { equal, match, rejection, thrown } from "./expect.ts";
import { everywhere, sleep, where } from "./everywhere_case.ts";

const quiet = { progress: false } as const;

for (const mode of ["thread", "async"] as const) {
  everywhere(`opmap() in mode "${mode}" maps in the order of the items`, async () => {
    const map = opmap(async (n: number) => (await sleep(5 - n), n * n), { mode, workers: 3, ...quiet });
    equal(await map([1, 2, 3, 4]), [1, 4, 9, 16]);
  });

  everywhere(`opmap() in mode "${mode}" streams`, async () => {
    const seen: number[] = [];
    for await (const n of opmap(async (n: number) => await n + 1, { mode, ...quiet }).stream([1, 2, 3])) seen.push(n);
    equal(seen.sort(), [2, 3, 4]);
  });
}

everywhere("opmap() takes iterables of all kinds, and an endless one is stopped", async () => {
  const map = opmap((n: number) => n * 2, { ...quiet, ordered: true });
  equal(await map(new Set([1, 2])), [2, 4]);
  async function* numbers() {
    for (let n = 0;; n++) yield await Promise.resolve(n);
  }
  const seen: number[] = [];
  for await (const n of map.stream(numbers())) {
    seen.push(n);
    if (seen.length === 5) break;
  }
  equal(seen, [0, 2, 4, 6, 8]);
});

everywhere("opmap() keeps what succeeded in its MapError", async () => {
  const map = opmap((n: number) => {
    if (n === 2) throw new RangeError("no");
    return n;
  }, { ...quiet, retries: 0 });
  const error = await rejection(map([1, 2, 3]), "MapError");
  equal(error.code, "MAP");
  equal(
    await opmap((n: number) => {
      if (n === 2) throw new RangeError("no");
      return n;
    }, { ...quiet, retries: 0, onError: "skip" })([1, 2, 3]),
    [1, 3],
  );
});

everywhere("opmap() retries items, with a cache and a rate limit", async () => {
  const failed = new Set<number>();
  const map = opmap((n: number) => {
    if (!failed.has(n)) {
      failed.add(n);
      throw new Error("busy");
    }
    return n;
  }, { ...quiet, minDelay: "1ms", maxDelay: "2ms", cache: true, rateLimit: 1_000 });
  equal(await map([1, 2, 1]), [1, 2, 1]);
});

everywhere("opmap() ends by a signal, and by close()", async () => {
  const controller = new AbortController();
  const waits = opmap(() => new Promise(() => {}), quiet);
  const aborted = rejection(waits([1], { signal: controller.signal }), "AbortError");
  controller.abort();
  await aborted;
  const instance = createOpero();
  const closed = rejection(instance.opmap(() => new Promise(() => {}), quiet)([1]), "AbortError");
  await instance.close();
  await closed;
});

everywhere("opmap() calls its progress", async () => {
  const done: number[] = [];
  await opmap((n: number) => n, { progress: (state) => void done.push(state.done) })([1, 2, 3]);
  equal(done.at(-1), 3);
});

function refusesPool(): void {
  const error = thrown(() => opmap((n: number) => n, { mode: "process" }), "ConfigurationError");
  match(error.message, /'mode' must be "thread" or "async" on a platform without workers/);
}

for (const mode of ["process", "async_process"] as const) {
  where("workers", `a pool in mode "${mode}" maps more items than it has workers`, async () => {
    const map = opmap((n: number) => n * n, { mode, workers: 2, ...quiet });
    equal(await map([1, 2, 3, 4, 5, 6, 7]), [1, 4, 9, 16, 25, 36, 49]);
    await map.close();
  }, refusesPool);

  where("workers", `a pool in mode "${mode}" brings errors back`, async () => {
    const map = opmap((n: number) => {
      if (n === 2) throw new RangeError(`no ${n}`);
      return n;
    }, { mode, workers: 1, retries: 0, ...quiet, onError: "return" });
    const [one, error] = await map([1, 2]) as [number, Error];
    equal([one, (error.cause as Error).name, (error.cause as Error).message], [1, "RangeError", "no 2"]);
    await map.close();
  }, refusesPool);

  where("workers", `a pool in mode "${mode}" ends an item that takes too long`, async () => {
    const map = opmap((n: number) => n === 1 ? new Promise(() => {}) : n, {
      ...{ mode, workers: 1, retries: 0, timeout: "300ms" },
      ...quiet,
      onError: "return",
    });
    const [error, two] = await map([1, 2]) as [Error, number];
    equal([(error.cause as Error).name, two], ["TimeoutError", 2]);
    await map.close();
  }, refusesPool);
}

/** Bun 1.3 cannot end a worker that is in a loop, and has no sign of it: the case has nothing to say there. */
where("loops", "a pool ends an item that is in a loop without an end", async () => {
  const map = opmap((n: number) => {
    while (n === 1);
    return n;
  }, { mode: "process", workers: 1, retries: 0, timeout: "500ms", ...quiet, onError: "return" });
  const [error, two] = await map([1, 2]) as [Error, number];
  equal([(error.cause as Error).name, two], ["TimeoutError", 2]);
  await map.close();
}, () => {});

where("workers", "a pool streams, and takes maps, dates and errors across", async () => {
  const map = opmap((value: unknown) => [value, new Map([[1, value]])], {
    mode: "process",
    workers: 1,
    ordered: true,
    ...quiet,
  });
  const seen: unknown[] = [];
  for await (const value of map.stream([new Date(3), new Set(["a"])])) seen.push(value);
  const [date, set] = [new Date(3), new Set(["a"])];
  equal(seen, [[date, new Map([[1, date]])], [set, new Map([[1, set]])]]);
  await map.close();
}, refusesPool);

where("workers", "a pool ends with its instance", async () => {
  const instance = createOpero();
  const map = instance.opmap(() => new Promise(() => {}), { mode: "process", workers: 1, ...quiet });
  const ended = rejection(map([1]), "AbortError");
  await sleep(20);
  await instance.close();
  await ended;
}, refusesPool);

// What a worker runs is found under the name that the library gives it, which a bundler may have changed.
where("workers", "a pool tells a function of variables around it before it starts", () => {
  const factor = Math.random();
  const error = thrown(() => opmap((n: number) => n * factor, { mode: "process" }), "ConfigurationError");
  match(error.message, /must refer to nothing outside of itself/);
}, refusesPool);

where("blocking", "runAsync() blocks until a function is done", () => {
  equal(runAsync.with({ timeout: "30s" })(async (n: number) => await Promise.resolve(n * 2), 21), 42);
}, () => {
  const error = thrown(() => runAsync(async (n: number) => await Promise.resolve(n), 1), "ConfigurationError");
  match(error.message, /must have 'node:worker_threads' to block on/);
});

everywhere("currentCall() says where a call is, first thing", async () => {
  const numbers: number[] = [];
  const map = opmap(() => {
    const { attempt } = currentCall();
    numbers.push(attempt);
    if (attempt < 2) throw new Error("busy");
  }, { ...quiet, minDelay: "1ms", maxDelay: "1ms" });
  await map([1]);
  equal(numbers, [1, 2]);
});
