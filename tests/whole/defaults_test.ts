import { SystemClock } from "../../src/time/system_clock.ts";
import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  AllFailedError,
  type CacheBackend,
  ConfigurationError,
  createOpero,
  currentCall,
  type JitterName,
  type Logger,
  MapError,
  opmap,
  registerCacheBackend,
} from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { Registry } from "../../src/engine/registry.ts";
import { poolOf } from "../../src/map/pool_of.ts";
import { OPMAP_TABLE } from "../../src/map/opmap_table.ts";
import { WorkerPool } from "../../src/pool/worker_pool.ts";
import { parseDuration } from "../../src/time/duration.ts";

/*
 * Each default has one place in the code, where its policy is defined. Here each is asserted by what it does, in the
 * types' `@default` and in the tables of docs/options.md; `tests/engine/shown_options_test.ts` has them as `.options` does.
 */

const DEFAULTS = OPMAP_TABLE.defaults;
const read = (path: string) => Deno.readTextFileSync(new URL(`../../${path}`, import.meta.url));

/** The options with a doc comment in `path`, and what its `@default` says. */
function documented(path: string): [name: string, value: string | undefined][] {
  const code = read(path);
  const fields = code.matchAll(/\/\*\*((?:[^*]|\*(?!\/))*)\*\/\s+readonly (\w+)\?:/g);
  return [...fields].map(([, comment, name]) => [name!, comment!.match(/@default (.+)/)?.[1]?.trim()]);
}

Deno.test("the doc comment of every option says what its default is, or has no '@default'", () => {
  const layers = [...Deno.readDirSync(new URL("../../src/layers", import.meta.url))].map(({ name }) =>
    `layers/${name}`
  );
  const paths = [...layers, "engine/opero_options.ts", "policy/custom_layers.ts", "map/opmap_options.ts"];
  const options = new Map(
    paths.flatMap((path) => documented(`src/${path}`)).filter(([name]) => name in OPMAP_TABLE.rules),
  );
  assertEquals([...options.keys()].sort(), Object.keys(OPMAP_TABLE.rules).sort());
  for (const [name, value] of options) {
    assertEquals(value, name in DEFAULTS ? JSON.stringify(DEFAULTS[name]) : undefined, name);
  }
});

Deno.test("by default worker threads without work are kept for 30 s, as the doc comment and docs/options.md say", async () => {
  const options = new Map(documented("src/engine/instance_options.ts"));
  assertEquals([...options].filter(([, value]) => value !== undefined), [["idleTimeout", '"30s"']]);
  assertMatch(read("docs/options.md"), /`maxThreads` and\s+`idleTimeout` \(`"30s"`\)/);
  for (const [idleTimeout, expectedMs] of [[undefined, 30_000], ["2m", 120_000]] as const) {
    let idleMs: number | undefined;
    await using pool = poolOf(new Registry({ defaults: {}, clock: new SystemClock(), idleTimeout }), {}, (options) => {
      idleMs = options.idleMs;
      return new WorkerPool(options);
    });
    assertEquals([idleMs, pool.size], [expectedMs, 0]);
  }
});

/** The rows of the tables of options: the names in the first cell, and the values in the second. */
function rowsOfOptions(): [name: string, value: string][] {
  const rows = read("docs/options.md").matchAll(/^\| (`\w+`(?:, `\w+`)*) +\| ([^|]+?) +\| [^|]+\|$/gm);
  return [...rows].flatMap(([, names, values]) => {
    const each = [...names!.matchAll(/\w+/g)].map(([name]) => name);
    const shown = each.length === 1 ? [values!] : values!.split(", ");
    return each.map((name, i): [string, string] => [name, shown[i]!]);
  });
}

Deno.test("the tables of docs/options.md have every option, with its default, and no other", () => {
  const rows = new Map(rowsOfOptions());
  const known = new Set(Object.keys(OPMAP_TABLE.rules));
  assertEquals([...rows.keys()].filter((name) => !known.has(name)), []);
  for (const name of known) {
    assert(rows.has(name), name);
    const value = DEFAULTS[name];
    const shown = rows.get(name)!.replaceAll("`", "");
    const isDuration = OPMAP_TABLE.rules[name]!.isDuration && value !== undefined && shown !== "0";
    if (isDuration) assertEquals(parseDuration(JSON.parse(shown)), parseDuration(value), name);
    else if (value !== undefined) assertEquals(shown, JSON.stringify(value), name);
  }
});

/** The delays, in seconds, before the rounds of a call that fails throughout. */
async function delaysOf(options: object): Promise<number[]> {
  const clock = new FakeClock();
  const { opero, events } = createOpero({ clock, random: () => 0.5, ...options });
  const delays: number[] = [];
  events.on("retry", ({ delay }) => void delays.push(delay));
  const failed = assertRejects(opero(() => Promise.reject(new Error("busy"))), AllFailedError);
  await clock.tick("1h");
  await failed;
  return delays;
}

Deno.test("by default there are 3 retries, 0.1 s and up to 30 s apart, each 1.5 times the last, with full jitter", async () => {
  const all = await delaysOf({ jitter: "none", retries: 16 });
  const rounded = all.map((delay) => Math.round(delay * 1e6) / 1e6);
  const expected = Array.from({ length: 16 }, (_, i) => Math.round(Math.min(30, 0.1 * 1.5 ** i) * 1e6) / 1e6);
  assertEquals([rounded, rounded[0], rounded[15]], [expected, 0.1, 30] as never);
  const jittered = await delaysOf({});
  assertEquals(jittered.map((delay) => Math.round(delay * 1e6)), [125_000, 162_500, 218_750]);
  for (const jitter of ["equal", "decorrelated", "none"] satisfies JitterName[]) {
    assertNotEquals(await delaysOf({ jitter }), jittered);
  }
});

Deno.test("by default a Retry-After of up to 60 s is waited out, a longer one ends the call", async () => {
  for (const [retryAfter, runs] of [[59, 2], [60, 2], [60.001, 1]] as const) {
    const clock = new FakeClock();
    let count = 0;
    const call = createOpero({ clock, jitter: "none" }).opero(() => {
      if (++count === 1) throw Object.assign(new Error("busy"), { retryAfter });
      return clock.now();
    })();
    const startedMs = clock.now();
    const ended = call.then((endMs) => endMs - startedMs, (error) => error.reason);
    await clock.tick("2m");
    assertEquals([await ended, count], [runs === 2 ? retryAfter * 1_000 : "retry_after", runs]);
  }
});

Deno.test("by default a call rejects with an AllFailedError, and nothing is cached", async () => {
  const { opero } = createOpero({ minDelay: 0, maxDelay: 0 });
  await assertRejects(opero(() => Promise.reject(new RangeError("no"))), AllFailedError);
  let runs = 0;
  const count = opero(() => ++runs);
  assertEquals([await count(), await count()], [1, 2]);
});

Deno.test("by default results are kept in memory, as they are, in the namespace 'opero'", async () => {
  const { opero, clearCache } = createOpero({ cache: true });
  const load = opero((id: string) => ({ id }));
  const kept = await load("a");
  assertStrictEquals(await load("a"), kept);
  await clearCache("other");
  assertStrictEquals(await load("a"), kept);
  for (const clear of [() => clearCache("opero"), () => clearCache()]) {
    const before = await load("a");
    await clear();
    assert(await load("a") !== before);
  }
});

/** A backend that never answers, and tells that it was asked. */
function silentBackend(onAsked: () => void): CacheBackend {
  const silent = () => (onAsked(), new Promise<never>(() => {}));
  return { get: silent, set: silent, delete: silent, clear: silent };
}

Deno.test("by default a backend is waited for 0.25 s, and 5 s where it has to be opened", async () => {
  const logger: Logger = { debug() {}, info() {}, warning() {}, error() {} };
  // To clear a namespace may take 120 times as long as an operation.
  for (const [isOpened, isCleared, limitMs] of [[false, false, 250], [true, false, 5_000], [false, true, 30_000]]) {
    const asked = Promise.withResolvers<void>();
    const backend = silentBackend(asked.resolve);
    registerCacheBackend("silent", () => backend);
    const clock = new FakeClock();
    const cacheBackend = isOpened ? "silent" : backend;
    const { opero, clearCache } = createOpero({ clock, cache: true, cacheBackend, logger });
    const load = opero(function load(id: string) {
      return id;
    });
    let isDone = false;
    const done = () => isDone = true;
    const waiting = (isCleared ? clearCache() : load("a")).then(done, done);
    // Keys are hashed by the platform, in its own time.
    await asked.promise;
    await clock.tick(Number(limitMs) / 1_000 - 0.001);
    assertEquals(isDone, false);
    await clock.tick("1ms");
    await waiting;
  }
});

/** When each of `calls` started, in milliseconds from now. */
async function startsOf(calls: (start: (name: string) => void, clock: FakeClock) => Promise<unknown>[]) {
  const clock = new FakeClock();
  const startedMs = clock.now();
  const starts: [string, number][] = [];
  const all = Promise.all(calls((name) => void starts.push([name, clock.now() - startedMs]), clock));
  await clock.tick("1m");
  await all;
  return starts;
}

Deno.test("by default a function has a bucket of its own, for a rate per second and without a burst", async () => {
  const starts = await startsOf((start, clock) => {
    const { opero } = createOpero({ clock });
    const [a, b] = ["a", "b"].map((name) => opero((_id: number) => start(name), { rateLimit: { limit: 2 } }));
    return [a!(1), a!(2), b!(1)];
  });
  assertEquals(starts, [["a", 0], ["b", 0], ["a", 500]]);
});

Deno.test("by default a limit by cost has all of it as its burst, and no window is strict", async () => {
  const starts = await startsOf((start, clock) => {
    const { opero } = createOpero({ clock });
    const use = opero((n: number) => start(String(n)), { rateLimit: { limit: 10, cost: (n) => n } });
    return [use(10), use(5), use(5)];
  });
  assertEquals(starts, [["10", 0], ["5", 500], ["5", 1_000]]);
});

Deno.test("by default a server that says how long to wait sets the pace of all calls that share the limit", async () => {
  const starts = await startsOf((start, clock) => {
    const { opero } = createOpero({ clock });
    const use = opero((name: string) => {
      start(name);
      if (name === "a") throw Object.assign(new Error("busy"), { retryAfter: 10 });
    }, { rateLimit: 1, retries: 0 });
    return [use("a").catch(() => {}), use("b")];
  });
  assertEquals(starts, [["a", 0], ["b", 10_000]]);
});

Deno.test("by default the next fallback value is tried at once", async () => {
  const starts = await startsOf((start, clock) => {
    const use = createOpero({ clock }).opero((keys: string[]) => {
      start(keys[0]!);
      if (keys[0] === "a") throw new Error("expired");
    }, { argFallback: "keys" });
    return [use(["a", "b"])];
  });
  assertEquals(starts, [["a", 0], ["b", 0]]);
});

Deno.test("by default a value that failed 3 times within 60 s cools down for 60 s, where values do, in their order", async () => {
  for (const options of [{ fallbackStrategy: "ordered" }, { cooldown: "60s" }] as const) {
    const clock = new FakeClock();
    const tried: string[] = [];
    const use = createOpero({ clock, retries: 0 }).opero((keys: string[]) => {
      tried.push(keys[0]!);
      if (keys[0] === "a") throw new Error("busy");
    }, { argFallback: "keys", ...options });
    for (const waitS of [30, 29.999, 0, 59.999, 0.001]) {
      await use(["a", "b"]);
      await clock.tick(waitS);
    }
    assertEquals([tried.join(""), use.options.fallbackStrategy], ["abababbb", "ordered"]);
    await use(["a", "b"]);
    assertEquals(tried.slice(-2).join(""), "ab");
  }
});

Deno.test("by default currentCall() answers before the first await alone", async () => {
  const { opero } = createOpero({ retries: 0, reraise: true });
  const late = opero(async () => {
    currentCall();
    await Promise.resolve();
    return currentCall();
  });
  await assertRejects(late, ConfigurationError);
});

Deno.test("by default a map runs sync functions on this thread, 4 items at a time, in their order, all of them", async () => {
  const clock = new FakeClock();
  const { opmap } = createOpero({ clock, retries: 0 });
  const ran: number[] = [];
  let [inFlight, most] = [0, 0];
  const load = opmap((item: number) => {
    ran.push(item);
    most = Math.max(most, ++inFlight);
    return clock.sleep(item === 1 ? 9_000 : 10).then(() => {
      inFlight--;
      if (item === 2) throw new RangeError("no");
      return -item;
    });
  });
  const items = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const run = assertRejects(() => load(items, { progress: false }), MapError);
  await clock.tick("10s");
  const { results } = await run;
  assertEquals([ran, most], [items, 4] as never);
  assertEquals(results.map((value: unknown) => Number(value) || 0), [-1, 0, -3, -4, -5, -6, -7, -8, -9]);
});

Deno.test("by default a worker has 16 items in flight, and an item is given up once it brought down 2", async () => {
  const options = { mode: "async_process", workers: 1, progress: false } as const;
  await using most = opmap(async (_item: number) => {
    const counts = globalThis as unknown as { inFlight?: number; most?: number };
    counts.inFlight = (counts.inFlight ?? 0) + 1;
    counts.most = Math.max(counts.most ?? 0, counts.inFlight);
    await new Promise((resolve) => setTimeout(resolve, 20));
    counts.inFlight--;
    return counts.most;
  }, options);
  assertEquals(Math.max(...await most(Array(64).fill(0))), 16);
  await using crash = opmap(
    (item: number) => {
      if (item === 1) (globalThis as unknown as { Deno: { exit(): never } }).Deno.exit();
      return item;
    },
    { ...options, mode: "process", minDelay: 0, retries: 8, onError: "return" },
  );
  const [first, second] = await crash([1, 2]);
  assertMatch(String(first), /ended 2 workers and is not run again/);
  assertEquals(second, 2);
});
