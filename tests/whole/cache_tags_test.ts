import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import Keyv from "keyv";
import {
  type CacheBackend,
  CacheError,
  ConfigurationError,
  createOpero,
  diskCache,
  fromKeyv,
  memoryCache,
  type OperoOptions,
  sqliteCache,
  tiered,
} from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { printSeed } from "../support/seed.ts";

/** Makes the backend of each of two processes, which share what is in `directory` or `common`. */
type OpenTwo = (directory: string) => readonly [CacheBackend, CacheBackend];

function answeringLater(backend: CacheBackend): CacheBackend {
  return {
    get: async (key) => await backend.get(key),
    set: async (key, entry) => await backend.set(key, entry),
    delete: async (key) => await backend.delete(key),
    clear: async (prefix) => await backend.clear(prefix),
  };
}

const BACKENDS: Record<string, OpenTwo> = {
  "memoryCache()": () => {
    const common = memoryCache();
    return [common, common];
  },
  "an object of the user's": () => {
    const common = memoryCache();
    return [answeringLater(common), answeringLater(common)];
  },
  "sqliteCache()": (directory) => [
    sqliteCache({ path: `${directory}/cache.sqlite` }),
    sqliteCache({ path: `${directory}/cache.sqlite` }),
  ],
  "diskCache()": (directory) => [diskCache({ cacheDir: directory }), diskCache({ cacheDir: directory })],
  "a Keyv": () => {
    const store = new Map();
    return [fromKeyv(new Keyv({ store })), fromKeyv(new Keyv({ store }))];
  },
  "two tiers": () => {
    const common = memoryCache();
    return [tiered(memoryCache(), common), tiered(memoryCache(), answeringLater(common))];
  },
};

/** A process whose function answers how often it was called, with the tags `all` and `of:<argument>`. */
function processWith(cacheBackend: OperoOptions["cacheBackend"], options: OperoOptions = {}, clock = new FakeClock()) {
  const instance = createOpero({ clock, random: () => 0.5, retries: 0 });
  const state = { calls: 0, version: 0 };
  const fn = instance.opero((_of: string) => {
    state.calls++;
    return state.version;
  }, {
    cache: true,
    ...cacheBackend === undefined ? {} : { cacheBackend, cacheId: "f" },
    cacheTags: (_, of) => ["all", `of:${of}`],
    ...options as object,
  });
  const metaOf = async (of: string) => (await fn.withMeta(of)).meta.cache;
  return { ...instance, clock, fn, state, metaOf };
}

for (const [name, openTwo] of Object.entries(BACKENDS)) {
  Deno.test(`invalidateTags() reaches every process that shares ${name}, and what starts later`, async () => {
    const directory = await Deno.makeTempDir();
    const backends = openTwo(directory);
    try {
      const clock = new FakeClock();
      const [one, two] = [processWith(backends[0], {}, clock), processWith(backends[1], {}, clock)];
      assertEquals([await one.metaOf("a"), await one.metaOf("b")], ["miss", "miss"]);
      assertEquals([await two.metaOf("a"), await two.metaOf("b"), await one.metaOf("a")], ["hit", "hit", "hit"]);
      await two.invalidateTags("of:a");
      assertEquals([await one.metaOf("b"), await two.metaOf("b")], ["hit", "hit"]);
      // The first tier of the other process holds the old entry, which hides the new one until it is replaced.
      const other = name === "two tiers" ? "miss" : "hit";
      assertEquals([await one.metaOf("a"), await one.metaOf("a"), await two.metaOf("a")], ["miss", "hit", other]);
      const later = processWith(backends[1], {}, clock);
      assertEquals([await later.metaOf("a"), await later.metaOf("b")], ["hit", "hit"]);
      await one.invalidateTags("all", "unknown");
      const restarted = processWith(backends[1], {}, clock);
      assertEquals([await restarted.metaOf("a"), await two.metaOf("b")], ["miss", "miss"]);
      assertEquals(await one.fn.cache.has("a"), name !== "two tiers");
      await Promise.all([one, two, later, restarted].map((each) => each.close()));
    } finally {
      for (const backend of new Set(backends)) await backend.close?.();
      await Deno.remove(directory, { recursive: true });
    }
  });
}

Deno.test("invalidateTags() of another instance has no effect in memory, whose results nobody shares", async () => {
  const [one, two] = [processWith(undefined), processWith(undefined)];
  await one.metaOf("a");
  await two.invalidateTags("all");
  assertEquals(await one.metaOf("a"), "hit");
  await one.invalidateTags();
  assertEquals(await one.metaOf("a"), "hit");
  await one.invalidateTags("all");
  assertEquals([await one.metaOf("a"), await one.metaOf("a")], ["miss", "hit"]);
});

Deno.test("invalidateTags() reaches all functions, namespaces and shared results of its instance", async () => {
  const { opero, invalidateTags } = createOpero();
  const options = { cache: true, cacheTags: () => ["t"] };
  const load = (id: string) => id;
  const functions = [
    opero(load, options),
    opero(load, { ...options, cacheNamespace: "other" }),
    opero(load, { ...options, cacheId: "shared" }),
    opero(load, { ...options, cacheBackend: memoryCache(), cacheId: "beyond", cacheNamespace: "third" }),
  ];
  for (const fn of functions) await fn("a");
  await invalidateTags("t");
  for (const fn of functions) assertEquals(await fn.cache.has("a"), false);
});

Deno.test("invalidateTags() refuses what is no tag, without its text", async () => {
  const { invalidateTags } = createOpero();
  for (const [wrong, kind] of [["", "a string"], [5, "a number"], [["a"], "an array"], [undefined, "undefined"]]) {
    await assertRejects(
      () => invalidateTags("right", wrong as string),
      ConfigurationError,
      `Cannot invalidate as 'tag' must be a non-empty string: received ${kind}`,
    );
  }
});

for (const cacheBackend of [undefined, memoryCache(), answeringLater(memoryCache())]) {
  const where = cacheBackend === undefined ? "in memory" : cacheBackend.close ? "beyond it" : "where it answers later";

  Deno.test(`a run under way is neither joined nor kept after an invalidation of a tag that it bears, ${where}`, async () => {
    const clock = new FakeClock();
    const { opero, invalidateTags } = createOpero({ clock });
    const backend = cacheBackend && { cacheBackend, cacheId: "run" };
    let version = 1;
    let calls = 0;
    const fn = opero(async (tag: string) => {
      calls++;
      const seen = version;
      await clock.sleep(1_000);
      return { tag, seen };
    }, { cache: true, ...backend, cacheTags: ({ tag }) => [tag] });
    const before = [fn("a"), fn("a"), fn("b")];
    await clock.tick("500ms");
    version = 2;
    await invalidateTags("a");
    const after = fn("a");
    await clock.tick("500ms");
    assertEquals((await Promise.all(before)).map(({ seen }) => seen), [1, 1, 1]);
    assertEquals([await fn.cache.has("a"), await fn.cache.has("b")], [false, true]);
    await clock.tick("500ms");
    assertEquals([(await after).seen, (await fn("a")).seen, calls], [2, 2, 3]);
  });
}

for (const cacheBackend of [undefined, memoryCache(), tiered(memoryCache(), memoryCache())]) {
  Deno.test("what was invalidated is not served stale, on error, or by a refresh ahead", async () => {
    const options: OperoOptions = { cacheTtl: "10s", cacheStale: "1h", cacheStaleIfError: "1h", cacheRefreshAhead: 1 };
    const { fn, state, clock, metaOf, invalidateTags } = processWith(cacheBackend, options);
    await fn("a");
    await clock.tick("20s");
    assertEquals(await metaOf("a"), "stale");
    await clock.tick(0);
    await clock.tick("20s");
    state.version = 1;
    await invalidateTags("of:a");
    assertEquals([await metaOf("a"), await fn("a")], ["miss", 1]);
  });
}

Deno.test("invalidateTags() and clearCache() reach a backend that was passed in also after a close", async () => {
  const { fn, close, invalidateTags, clearCache } = processWith(memoryCache());
  await fn("a");
  await close();
  assertEquals(await fn.cache.has("a"), true);
  await invalidateTags("all");
  assertEquals(await fn.cache.has("a"), false);
  await fn("a");
  await clearCache();
  assertEquals(await fn.cache.has("a"), false);
});

Deno.test("a refresh under way does not serve what another process has invalidated", async () => {
  const clock = new FakeClock();
  const cacheBackend = memoryCache();
  const open = () => {
    const instance = createOpero({ clock });
    const state = { calls: 0 };
    const fn = instance.opero(async () => {
      const mine = ++state.calls;
      if (mine > 1) await clock.sleep(5_000);
      return mine;
    }, { cache: true, cacheId: "f", cacheBackend, cacheTtl: "1s", cacheStale: "1h", cacheTags: () => ["t"] });
    return { ...instance, fn, state };
  };
  const [one, two] = [open(), open()];
  await one.fn();
  await clock.tick("2s");
  assertEquals([await one.fn(), await one.fn(), one.state.calls], [1, 1, 2]);
  await two.invalidateTags("t");
  const after = one.fn();
  await clock.tick("10s");
  assert(await after > 1);
});

Deno.test("a lookup that has read a version before its invalidation is not joined after it", async () => {
  const inner = memoryCache();
  let held: (() => void)[] | undefined;
  const isTag = (value: unknown) => typeof value === "string";
  const cacheBackend: CacheBackend = {
    ...answeringLater(inner),
    get: async (key) => {
      const found = await inner.get(key);
      if (held !== undefined && isTag(found?.value)) await new Promise<void>((resolve) => held!.push(resolve));
      return found;
    },
    set: async (key, entry) => {
      // The version of the invalidation lands once a call has looked up the old one.
      if (held !== undefined && isTag(entry.value)) {
        while (held.length === 0) await new Promise((next) => setTimeout(next));
      }
      await inner.set(key, entry);
    },
  };
  const { opero, invalidateTags } = createOpero();
  let calls = 0;
  const fn = opero(() => ++calls, {
    cache: true,
    cacheId: "f",
    cacheBackend,
    cacheTimeout: "1m",
    cacheTags: () => ["t"],
  });
  assertEquals(await fn(), 1);
  held = [];
  const invalidating = invalidateTags("t");
  const during = fn();
  while (held.length < 2) await new Promise((next) => setTimeout(next));
  held.pop()!();
  await invalidating;
  const after = fn();
  const first = held;
  held = undefined;
  first.forEach((answer) => answer());
  assertEquals([await during, await after], [1, 2]);
});

Deno.test("a backend whose answers throw when they are read makes misses", async () => {
  const inner = memoryCache();
  let isHostile = false;
  const hostile = Object.defineProperty({ value: 1, tags: [] }, "tookMs", {
    get() {
      throw new Error("a trap");
    },
  });
  const { metaOf } = processWith({
    ...answeringLater(inner),
    get: async (key) => {
      const found = await inner.get(key);
      return isHostile && found !== undefined ? { ...found, value: hostile } : found;
    },
  });
  assertEquals([await metaOf("a"), await metaOf("a")], ["miss", "hit"]);
  isHostile = true;
  assertEquals(await metaOf("a"), "miss");
});

Deno.test("a backend that fails makes tagged results misses, which are not kept, and fails invalidateTags()", async () => {
  const inner = memoryCache();
  let isDown = false;
  const isTag = new Set<string>();
  const guard = <R>(key: string, act: () => R): R => {
    if (isDown && isTag.has(key)) throw new Error("s3cret: down");
    return act();
  };
  const backend: CacheBackend = {
    get: (key) => guard(key, () => inner.get(key)),
    set: (key, entry) => {
      if (typeof entry.value === "string") isTag.add(key);
      return guard(key, () => inner.set(key, entry));
    },
    delete: (key) => inner.delete(key),
    clear: (prefix) => inner.clear(prefix),
  };
  const { fn, metaOf, invalidateTags } = processWith(backend);
  await fn("a");
  assertEquals(await metaOf("a"), "hit");
  isDown = true;
  assertEquals([await metaOf("a"), await metaOf("a")], ["miss", "miss"]);
  const error = await assertRejects(() => invalidateTags("all"), CacheError);
  assert(error.message.startsWith("Cannot invalidate tags as a cache backend failed: "), error.message);
  assert(!error.message.includes("s3cret"));
  isDown = false;
  await fn.cache.delete("a");
  await fn("a");
  assertEquals(await metaOf("a"), "hit");
});

Deno.test("results with and without tags of one cacheId stay apart in a backend", async () => {
  const cacheBackend = memoryCache();
  const { opero } = createOpero();
  const options = { cache: true, cacheBackend, cacheId: "f" };
  const plain = opero((id: string) => `plain ${id}`, options);
  const tagged = opero((id: string) => `tagged ${id}`, { ...options, cacheTags: () => ["t"] });
  assertEquals([await plain("a"), await tagged("a"), await plain("a"), await tagged("a")], [
    ...["plain a", "tagged a"],
    ...["plain a", "tagged a"],
  ]);
  await tagged.cache.clear();
  assertEquals([await plain.cache.has("a"), await tagged.cache.has("a")], [false, false]);
});

Deno.test("a memory store forgets the tags of what leaves it", async () => {
  const { fn, invalidateTags, metaOf } = processWith(undefined, { cacheBackendConfig: { maxEntries: 2 } });
  for (const id of ["a", "b", "c"]) await fn(id);
  const keeps = (...all: string[]) => Promise.all(all.map((id) => fn.cache.has(id)));
  assertEquals(await keeps("a", "b", "c"), [false, true, true]);
  await invalidateTags("of:a");
  assertEquals(await keeps("b", "c"), [true, true]);
  await fn.cache.delete("b");
  await fn.cache.set(7, "a");
  await invalidateTags("of:b");
  assertEquals(await keeps("a", "c"), [true, true]);
  await invalidateTags("of:a");
  assertEquals([await metaOf("c"), await metaOf("a")], ["hit", "miss"]);
});

const ARGS = ["a", "b", "c"];
const TAGS = ["all", "of:a", "of:b", "of:c"];

type Step = { readonly call: string } | { readonly invalidate: string } | { readonly wait: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ call: fc.constantFrom(...ARGS) }) },
  { weight: 2, arbitrary: fc.record({ invalidate: fc.constantFrom(...TAGS) }) },
  { weight: 1, arbitrary: fc.record({ wait: fc.integer({ min: 0, max: 1_500 }) }) },
);

Deno.test("what was invalidated is never served: a model, with runs, processes and refreshes in any order", async () => {
  const places = [() => undefined, () => memoryCache(), () => answeringLater(memoryCache())];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...places),
      fc.array(fc.tuple(fc.nat({ max: 1 }), step), { maxLength: 40 }),
      fc.boolean(),
      async (place, steps, isStale) => {
        const clock = new FakeClock();
        const backend = place();
        // The source: what an argument stands for changes with each invalidation of its tags.
        const source = new Map(ARGS.map((of) => [of, 0]));
        const open = () => {
          const { opero, invalidateTags } = createOpero({ clock, random: () => 0.5, retries: 0 });
          const fn = opero(async (of: string) => {
            const value = source.get(of)!;
            await clock.sleep(300);
            return value;
          }, {
            cache: true,
            cacheTtl: "1s",
            ...isStale ? { cacheStale: "1h", cacheRefreshAhead: 1 } : {},
            ...backend === undefined ? {} : { cacheBackend: backend, cacheId: "f" },
            cacheTags: (_, of) => ["all", `of:${of}`],
          });
          return { fn, invalidateTags };
        };
        const first = open();
        // Without a backend nobody shares anything.
        const processes = [first, backend === undefined ? first : open()];
        const calls: Promise<void>[] = [];
        for (const [i, step] of steps) {
          const { fn, invalidateTags } = processes[i]!;
          if ("wait" in step) await clock.tick(`${step.wait}ms`);
          else if ("invalidate" in step) {
            for (const id of ARGS) {
              if (step.invalidate === "all" || step.invalidate === `of:${id}`) source.set(id, source.get(id)! + 1);
            }
            await invalidateTags(step.invalidate);
          } else {
            const least = source.get(step.call)!;
            // A run of another process that began before is joined there by callers of that process alone.
            const isOwn = processes[0] === processes[1];
            calls.push(fn(step.call).then((value) => assert(!isOwn || value >= least, `${value} < ${least}`)));
          }
        }
        await clock.tick("10s");
        await Promise.all(calls);
        // Once no run is under way, no process serves what was invalidated.
        for (const { fn } of processes) {
          for (const id of ARGS) {
            const last = fn(id);
            await clock.tick("1s");
            assertEquals(await last, source.get(id));
          }
        }
      },
    ),
    { seed: printSeed(), numRuns: 300 },
  );
});
