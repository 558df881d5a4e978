import { type CacheBackend, clearCache, createOpero, memoryCache, opero, tiered } from "@opero/core";
import { equal, match, rejection } from "./expect.ts";
import { everywhere, fakeInstance, sleep } from "./everywhere_case.ts";

/** A function that answers with the number of its runs. */
function counter(): () => Promise<number> {
  let runs = 0;
  return () => Promise.resolve(++runs);
}

const PLACES: readonly (readonly [string, () => "memory" | CacheBackend])[] = [
  ["memory", () => "memory"],
  ["memoryCache()", () => memoryCache()],
  ["tiered()", () => tiered(memoryCache(), memoryCache())],
];

for (const [place, open] of PLACES) {
  everywhere(`a cache in ${place} keeps a result until its time is over`, async () => {
    const { opero, clock } = fakeInstance();
    const fn = opero(counter(), { cache: true, cacheBackend: open(), cacheTtl: "1s", name: "fn" });
    equal([await fn(), await fn(), (await fn.withMeta()).meta.cache], [1, 1, "hit"]);
    await clock.tick("1s");
    equal(await fn(), 2);
  });

  everywhere(`a cache in ${place} runs identical calls in flight once`, async () => {
    const fn = createOpero().opero(
      (key: string) => sleep(5).then(() => ({ key })),
      { cache: true, cacheBackend: open(), name: "fn" },
    );
    const results = await Promise.all(["a", "a", "b"].map((key) => fn(key)));
    equal(results.map(({ key }) => key), ["a", "a", "b"]);
    equal([fn.cache.stats().misses, fn.cache.stats().coalesced], [2, 1]);
  });

  everywhere(`a cache in ${place} keeps undefined, dates and maps`, async () => {
    const values = [undefined, new Date(5), new Map([["a", new Set([1])]])];
    const fn = createOpero().opero((at: number) => values[at], { cache: true, cacheBackend: open(), name: "fn" });
    for (const at of [0, 1, 2, 0, 1, 2]) equal(await fn(at), values[at]);
    equal(fn.cache.stats().hits, 3);
  });

  everywhere(`a cache in ${place} serves a stale value where the source fails`, async () => {
    const { opero, clock } = fakeInstance();
    let isDown = false;
    const fn = opero(() => {
      if (isDown) throw new Error("down");
      return "old";
    }, { cache: true, cacheBackend: open(), cacheTtl: "1s", cacheStaleIfError: "1h", retries: 0, name: "fn" });
    equal(await fn(), "old");
    await clock.tick("2s");
    isDown = true;
    equal((await fn.withMeta()).meta.cache, "stale");
  });

  everywhere(`a cache in ${place} has a new value after a stale one, by waitUntil`, async () => {
    const { opero, clock } = fakeInstance();
    const behind: Promise<unknown>[] = [];
    const waitUntil = (promise: Promise<unknown>) => behind.push(promise);
    const options = { cache: true, cacheBackend: open(), cacheTtl: "1s", cacheStale: "1h", name: "fn" } as const;
    const fn = opero(counter(), { ...options, waitUntil });
    equal(await fn(), 1);
    await clock.tick("2s");
    equal(await fn(), 1);
    await Promise.all(behind);
    equal(await fn(), 2);
  });

  everywhere(`a cache in ${place} loses what bears an invalid tag`, async () => {
    const instance = createOpero();
    const options = { cache: true, cacheBackend: open(), cacheTags: () => ["orders"], name: "fn" } as const;
    const fn = instance.opero(counter(), options);
    equal([await fn(), await fn()], [1, 1]);
    await instance.invalidateTags("orders");
    equal(await fn(), 2);
  });

  everywhere(`a cache in ${place} is looked into, set and emptied by its handle`, async () => {
    const fn = createOpero().opero((n: number) => n, { cache: true, cacheBackend: open(), name: "fn" });
    await fn.cache.set(7, 1);
    equal([await fn.cache.has(1), await fn.cache.get(1), await fn(1)], [true, 7, 7]);
    equal([await fn.cache.delete(1), await fn.cache.has(1), await fn(1)], [true, false, 1]);
    await fn.cache.clear();
    equal(await fn.cache.has(1), false);
  });
}

everywhere("cacheTtl works by the time of the platform", async () => {
  const fn = opero(counter(), { cache: true, cacheTtl: "30ms" });
  equal([await fn(), await fn()], [1, 1]);
  await sleep(60);
  // The time is read once a turn, and that of the first call may have lasted until here.
  await sleep(1);
  equal(await fn(), 2);
});

everywhere("cacheErrors keeps an error for a while", async () => {
  const { opero, clock } = fakeInstance();
  let runs = 0;
  const fn = opero(() => Promise.reject(new Error(`${++runs}`)), { cache: true, cacheErrors: "1s", retries: 0 });
  for (let call = 0; call < 2; call++) await rejection(fn(), "AllFailedError");
  equal(runs, 1);
  await clock.tick("1s");
  await rejection(fn(), "AllFailedError");
  equal(runs, 2);
});

everywhere("cacheIf leaves results out", async () => {
  const fn = opero(counter(), { cache: true, cacheIf: (value) => value > 1 });
  equal([await fn(), await fn(), await fn()], [1, 2, 2]);
});

everywhere("keys are made of all arguments, by value", async () => {
  const fn = opero((...args: unknown[]) => args, { cache: true });
  await fn({ a: 1, b: [new Date(0)] }, "x");
  equal((await fn.withMeta({ b: [new Date(0)], a: 1 }, "x")).meta.cache, "hit");
  equal((await fn.withMeta({ b: [new Date(1)], a: 1 }, "x")).meta.cache, "miss");
});

everywhere("with() bypasses and refreshes", async () => {
  const fn = opero(counter(), { cache: true });
  equal(await fn(), 1);
  equal(await fn.with({ cache: "bypass" })(), 2);
  equal(await fn(), 1);
  equal([await fn.with({ cache: "refresh" })(), await fn()], [3, 3]);
});

everywhere("clearCache() empties one namespace", async () => {
  const [a, b] = ["one", "two"].map((cacheNamespace) => opero(counter(), { cache: true, cacheNamespace }));
  await Promise.all([a!(), b!()]);
  await clearCache("one");
  equal([await a!(), await b!()], [2, 1]);
});

everywhere("a Response is not kept, and each caller gets one", async () => {
  const fn = createOpero({ logger: { debug() {}, info() {}, warning() {}, error() {} } })
    .opero(() => sleep(2).then(() => new Response("body")), { cache: true });
  const texts = await Promise.all([fn(), fn()].map(async (response) => await (await response).text()));
  equal(texts, ["body", "body"]);
});

everywhere("keys of a backend are hashes", async () => {
  const keys: string[] = [];
  const backend: CacheBackend = { get: (key) => void keys.push(key), set() {}, delete: () => false, clear() {} };
  await createOpero().opero((secret: string) => secret, { cache: true, cacheBackend: backend, name: "load" })(
    "hunter2",
  );
  equal(keys.length > 0 && !keys[0]!.includes("hunter2"), true);
  match(keys[0], /^[0-9a-f.]{60,}$/);
});
