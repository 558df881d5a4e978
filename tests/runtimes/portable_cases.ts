import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { type AddressInfo, createServer } from "node:net";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { inspect } from "node:util";
import {
  AllFailedError,
  type CacheEntry,
  ConfigurationError,
  configureLogging,
  createOpero,
  currentCall,
  ensureAsync,
  getCorrelationId,
  isAsyncFunction,
  isOperoError,
  isTransient,
  JournalError,
  MapError,
  memoryCache,
  opero,
  opmap,
  RateLimitError,
  runAsync,
  TimeoutError,
  withCorrelationId,
} from "@opero/core";
import { FakeClock, memoryEngine } from "@opero/core/testing";

/** Something that has to hold on every runtime. */
export interface PortableCase {
  /** What holds, as the name of its test. */
  readonly name: string;
  /** Rejects where it does not. */
  readonly run: () => Promise<void>;
}

const cases: PortableCase[] = [];

/** All of them, for Deno, Node and Bun alike. */
export const PORTABLE_CASES: readonly PortableCase[] = cases;

function portable(name: string, run: () => Promise<void>): void {
  cases.push({ name, run });
}

/** An instance whose time goes on when it is told to, and whose chance is always one half. */
function fakeInstance(): ReturnType<typeof createOpero> & { clock: FakeClock } {
  const clock = new FakeClock();
  return { ...createOpero({ clock, random: () => 0.5 }), clock };
}

/** A function that fails until it is called for the `calls`-th time. */
function succeedsAt(calls: number, error: unknown = new Error("not yet")): () => Promise<number> {
  let made = 0;
  return () => ++made < calls ? Promise.reject(error) : Promise.resolve(made);
}

const { Bun } = globalThis as { Bun?: unknown };

function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(() => assert.fail("It must reject"), (error) => error);
}

portable("opero() retries by the clock of the runtime", async () => {
  assert.equal(await opero(succeedsAt(3), { minDelay: "1ms", maxDelay: "2ms" })(), 3);
});

portable("opero() waits as the backoff says", async () => {
  const { opero, clock } = fakeInstance();
  const startedMs = clock.now();
  const result = opero(succeedsAt(4), { jitter: "none", minDelay: "1s", backoffFactor: 2 })();
  await clock.tick("6999ms");
  assert.equal(clock.pending, 1);
  await clock.tick("1ms");
  assert.equal(await result, 4);
  assert.equal(clock.now() - startedMs, 7_000);
});

portable("opero() throws AllFailedError with every attempt when all fail", async () => {
  const failing = opero(() => Promise.reject(new RangeError("no")), { retries: 2, minDelay: 0, maxDelay: 0 });
  const error = await rejectionOf(failing());
  assert.ok(error instanceof AllFailedError && isOperoError(error));
  assert.deepEqual(error.attempts.map(({ number, retry }) => [number, retry]), [[1, 0], [2, 1], [3, 2]]);
  assert.deepEqual(Object.keys(error.errorsByType()), ["RangeError"]);
  assert.equal(error.reason, "attempts");
  assert.equal(error.cause, error.errors[2]);
});

portable("AllFailedError survives JSON and structuredClone", async () => {
  const error = await rejectionOf(opero(() => Promise.reject(new RangeError("no")), { retries: 0 })());
  assert.equal(JSON.parse(JSON.stringify(error)).attempts[0].error.name, "RangeError");
  const { message } = error as Error;
  assert.equal((structuredClone(error) as Error).message, message);
});

portable("opero() throws on what retryOn does not match", async () => {
  const bug = new TypeError("x is not a function");
  const run = opero(() => Promise.reject(bug), { retryOn: RangeError });
  assert.equal(await rejectionOf(run()), bug);
});

/** A local address that nobody listens at any more. */
function deadUrl(): Promise<string> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(`http://127.0.0.1:${port}/`));
    });
  });
}

portable("isTransient() knows the failed fetch of this runtime from a bug", async () => {
  assert.equal(isTransient(await rejectionOf(fetch(await deadUrl()))), true);
  assert.equal(isTransient(await rejectionOf(ensureAsync(() => (undefined as unknown as () => void)())())), false);
});

portable("opero() waits out the Retry-After of a thrown Response", async () => {
  const { opero, clock } = fakeInstance();
  const busy = new Response(null, { status: 429, headers: { "retry-after": "20" } });
  const result = opero(succeedsAt(2, busy), { retryOn: isTransient, jitter: "none" })();
  await clock.tick("19999ms");
  assert.equal(clock.pending, 1);
  await clock.tick("1ms");
  assert.equal(await result, 2);
});

portable("opero() ends an attempt that takes too long, and aborts its signal", async () => {
  const { opero, clock } = fakeInstance();
  let signal: AbortSignal | undefined;
  const hanging = opero(() => {
    signal = currentCall().signal;
    return new Promise<never>(() => {});
  }, { timeout: "2s", retries: 0 });
  const rejection = rejectionOf(hanging());
  await clock.tick("2s");
  const { cause } = await rejection as AllFailedError;
  assert.ok(cause instanceof TimeoutError);
  assert.equal(cause.timeout, 2);
  assert.equal(signal?.reason, cause);
});

portable("opero() gives up before a wait that would pass the deadline", async () => {
  const { opero, clock } = fakeInstance();
  const failing = opero(() => Promise.reject(new Error("no")), { deadline: "1s", jitter: "none", minDelay: "2s" });
  const rejection = rejectionOf(failing());
  await clock.tick();
  assert.equal((await rejection as AllFailedError).reason, "deadline");
  assert.equal(clock.pending, 0);
});

portable("opero() ends a wait with the reason of the signal", async () => {
  const { opero, clock } = fakeInstance();
  const controller = new AbortController();
  const failing = opero(() => Promise.reject(new Error("no")), { minDelay: "10s", signal: controller.signal });
  const rejection = rejectionOf(failing());
  await clock.tick("1ms");
  controller.abort("enough");
  assert.equal(await rejection, "enough");
  assert.equal(clock.pending, 0);
});

portable("with() gives one call a signal of its own", async () => {
  const run = opero(() => Promise.resolve(1));
  assert.equal(await rejectionOf(run.with({ signal: AbortSignal.abort("late") })()), "late");
  assert.equal(await run(), 1);
});

portable("opero() answers with the fallback when all attempts failed", async () => {
  const price = opero((_id: string): Promise<number> => Promise.reject(new Error("no")), {
    retries: 0,
    fallback: (error, id) => error.attempts.length + id.length,
  });
  assert.equal(await price("four"), 5);
});

portable("opero() cycles through the values of a named parameter", async () => {
  const tried: string[] = [];
  function ask(question: string, apiKey: readonly string[]): string {
    tried.push(apiKey[0]!);
    if (apiKey.length > 1) throw new Error("refused");
    return `${question}!`;
  }
  const { value, meta } = await opero(ask, { argFallback: "apiKey" }).withMeta("why", ["a", "b", "c"]);
  assert.equal(value, "why!");
  assert.deepEqual(tried, ["a", "b", "c"]);
  assert.equal(meta.fallbackIndex, 2);
});

portable("opero() cycles through a property of an options object and a default", async () => {
  const ask = ({ apiKey = ["a", "b"] }: { apiKey?: readonly string[] }): string => {
    if (apiKey[0] === "a") throw new Error("refused");
    return apiKey[0]!;
  };
  assert.equal(await opero(ask, { argFallback: "apiKey", retries: 0 })({}), "b");
});

portable("opero() starts no more calls than the rate limit allows", async () => {
  const { opero, clock } = fakeInstance();
  const starts: number[] = [];
  const beginMs = clock.now();
  const run = opero(() => void starts.push(clock.now() - beginMs), { rateLimit: 2 });
  const all = Promise.all([run(), run(), run(), run()]);
  await clock.tick("1500ms");
  await all;
  assert.deepEqual(starts, [0, 500, 1_000, 1_500]);
});

portable("opero() refuses a wait for the rate limit that is too long", async () => {
  const { opero } = fakeInstance();
  const run = opero(() => Promise.resolve(), { rateLimit: 1, rateLimitMaxWait: "100ms" });
  await run();
  const error = await rejectionOf(run());
  assert.ok(error instanceof RateLimitError);
  assert.equal(error.retryAfter, 1);
});

portable("opero() keeps results, undefined too, until their time is over", async () => {
  const { opero, clock } = fakeInstance();
  let calls = 0;
  const run = opero((_query: { a: number; b: number }) => void calls++, { cache: true, cacheTtl: "1m" });
  await run({ a: 1, b: 2 });
  assert.equal((await run.withMeta({ b: 2, a: 1 })).meta.cache, "hit");
  await clock.tick("1m");
  assert.equal((await run.withMeta({ a: 1, b: 2 })).meta.cache, "miss");
  assert.equal(calls, 2);
});

portable("opero() runs identical calls in flight once", async () => {
  let calls = 0;
  const run = opero((id: number) => Promise.resolve(id + calls++), { cache: true });
  assert.deepEqual(await Promise.all([run(1), run(1), run(1)]), [1, 1, 1]);
  assert.equal(calls, 1);
  assert.equal(run.cache.stats().coalesced, 2);
});

portable("opero() serves a stale value and refreshes it behind", async () => {
  const { opero, clock } = fakeInstance();
  let version = 0;
  const run = opero(() => Promise.resolve(++version), { cache: true, cacheTtl: "1m", cacheStale: "1m" });
  await run();
  await clock.tick("90s");
  assert.deepEqual(await run.withMeta(), {
    value: 1,
    meta: { cache: "stale", attempts: 0, waited: 0, fallbackIndex: undefined },
  });
  await clock.tick();
  assert.equal(await run(), 2);
});

portable(
  "opero() removes results by their tags, in memory and in a backend, and keeps errors for a while",
  async () => {
    const { opero, invalidateTags } = fakeInstance();
    const tagged = { cache: true, cacheTags: (id: string) => [`of:${id}`] };
    const functions = [
      opero((id: string) => id, tagged),
      opero((id: string) => id, { ...tagged, cacheId: "tagged", cacheBackend: memoryCache() }),
    ];
    for (const run of functions) await Promise.all([run("a"), run("b")]);
    await invalidateTags("of:a");
    for (const run of functions) assert.deepEqual([await run.cache.has("a"), await run.cache.has("b")], [false, true]);
    const gone = new Error("gone");
    const fail = opero(() => Promise.reject(gone), { cache: true, cacheErrors: "10s", retries: 0, reraise: true });
    for (let n = 0; n < 2; n++) await assert.rejects(() => fail(), (error) => error === gone);
    assert.equal(fail.cache.stats().hits, 1);
  },
);

portable("opero() serves a stale value when every attempt failed", async () => {
  const { opero, clock } = fakeInstance();
  let isUp = true;
  const run = opero(() => isUp ? Promise.resolve("value") : Promise.reject(new Error("down")), {
    cache: true,
    cacheTtl: "1m",
    cacheStaleIfError: "1h",
    retries: 0,
  });
  await run();
  isUp = false;
  await clock.tick("5m");
  assert.equal(await run(), "value");
});

portable(".cache looks up and removes single results", async () => {
  const run = opero((id: number) => id * 2, { cache: true });
  await run(1);
  assert.deepEqual([await run.cache.has(1), await run.cache.get(1), await run.cache.has(2)], [true, 2, false]);
  assert.deepEqual([await run.cache.delete(1), await run.cache.delete(1)], [true, false]);
});

portable("opero() keeps results in a backend of one's own", async () => {
  const entries = new Map<string, CacheEntry>();
  const cacheBackend = {
    get: (key: string) => entries.get(key),
    set: (key: string, entry: CacheEntry) => void entries.set(key, entry),
    delete: (key: string) => entries.delete(key),
    clear: () => entries.clear(),
  };
  let calls = 0;
  const run = opero((id: number) => id + calls++, { cache: true, cacheBackend, cacheId: "own" });
  assert.deepEqual([await run(1), await run(1)], [1, 1]);
  assert.equal(entries.size, 1);
});

portable("opero() keeps this, name and length, and decorates methods", async () => {
  class Greeter {
    readonly greeting: string = "Hello";
    greet(name: string): string {
      return `${this.greeting}, ${name}`;
    }
  }
  const context = { kind: "method", name: "greet", addInitializer() {} } as unknown as ClassMethodDecoratorContext;
  const greet = opero({ retries: 1 })(Greeter.prototype.greet, context);
  assert.deepEqual([greet.name, greet.length], ["greet", 1]);
  assert.equal(await greet.call(new Greeter(), "Ada"), "Hello, Ada");
});

portable("opero() refuses a wrong option where the function is wrapped", async () => {
  async function fetchUser(): Promise<void> {}
  const message = `Cannot wrap "fetchUser" as 'retries' must be a non-negative integer: received -1`;
  assert.throws(() => opero(fetchUser, { retries: -1 }), (error) => {
    assert.ok(error instanceof ConfigurationError);
    assert.equal(error.message, message);
    return true;
  });
  await fetchUser();
});

portable("currentCall() answers after an await with the asynchronous context", async () => {
  const attempts: number[] = [];
  const run = opero(async () => {
    await Promise.resolve();
    attempts.push(currentCall().attempt);
    if (attempts.length < 2) throw new Error("not yet");
  }, { context: "async", minDelay: "1ms" });
  await run();
  assert.deepEqual(attempts, [1, 2]);
});

portable("withCorrelationId() reaches what is awaited", async () => {
  const run = opero(() => currentCall().correlationId);
  const id = await withCorrelationId("order-17", async () => {
    await Promise.resolve();
    return await run();
  });
  assert.deepEqual([id, getCorrelationId()], ["order-17", undefined]);
});

portable("events tell of retries", async () => {
  const instance = createOpero({ minDelay: "1ms", maxDelay: "1ms" });
  const told: string[] = [];
  instance.events.on("retry", ({ retry, functionName }) => told.push(`${functionName} ${retry}`));
  const flaky = succeedsAt(3);
  await instance.opero(flaky)();
  await instance.close();
  assert.deepEqual(told, ["anonymous 1", "anonymous 2"]);
});

portable("configureLogging() writes the lines of a call, with its id and without its arguments", async () => {
  const lines: string[] = [];
  configureLogging({ level: "info", sink: (line) => lines.push(line) });
  try {
    await withCorrelationId("order-18", () => opero((password: string) => password.length)("s3cret-word"));
  } finally {
    configureLogging({ level: "error", sink: () => {} });
  }
  assert.equal(lines.length, 1);
  assert.match(lines[0]!, /INFO opero call succeeded .*correlationId=order-18/);
  assert.doesNotMatch(lines[0]!, /s3cret/);
});

portable("isAsyncFunction() knows async functions and wrapped ones", async () => {
  const plain = () => 1;
  assert.deepEqual([isAsyncFunction(plain), isAsyncFunction(async () => {}), isAsyncFunction(opero(plain))], [
    false,
    true,
    true,
  ]);
  assert.equal(await ensureAsync(plain)(), 1);
});

portable("opmap() maps on this thread, streams, and keeps what got through", async () => {
  const halve = opmap((n: number) => n % 2 === 0 ? Promise.resolve(n / 2) : Promise.reject(new RangeError("odd")), {
    retries: 0,
    progress: false,
  });
  const error = await rejectionOf(halve([2, 3, 4]));
  assert.ok(error instanceof MapError);
  assert.deepEqual(error.results, [1, undefined, 2]);
  const streamed: number[] = [];
  for await (const half of halve.stream([8, 6, 5], { onError: "skip" })) streamed.push(half);
  assert.deepEqual(streamed, [4, 3]);
});

portable("opmap() maps in a pool of worker threads, and retries by the class of an error", async () => {
  const square = opmap((n: number) => {
    if (currentCall().attempt < n) throw new RangeError("not yet");
    return n * n;
  }, { mode: "process", workers: 2, minDelay: "1ms", retryOn: RangeError, progress: false });
  assert.deepEqual(await square([1, 2, 3]), [1, 4, 9]);
  await square.close();
});

portable("runAsync() blocks until an asynchronous function is done", async () => {
  const later = async (value: number): Promise<number> => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    return value * 2;
  };
  assert.equal(await Promise.resolve(runAsync(later, 21)), 42);
});

portable("opero() and opmap() run a call that waited in the async context of its own caller", async () => {
  const tenant = new AsyncLocalStorage<string>();
  const tenants = ["ada", "ben", "cleo"];
  const { opero, opmap } = createOpero({ rateLimit: 200, retries: 1, minDelay: "1ms", maxDelay: "2ms", timeout: "5s" });
  const inEach = <R>(fn: (whose: string) => Promise<R>) =>
    Promise.all(tenants.map((whose) => tenant.run(whose, () => withCorrelationId(whose, () => fn(whose)))));
  const failed = new Set<string>();
  const seen = opero((whose: string) => {
    if (!failed.has(whose)) {
      failed.add(whose);
      throw new Error("busy");
    }
    return Promise.resolve(`${tenant.getStore()} ${getCorrelationId()}`);
  });
  const own = tenants.map((whose) => `${whose} ${whose}`);
  assert.deepEqual(await inEach((whose) => seen(whose)), own);
  const map = opmap(() => `${tenant.getStore()} ${getCorrelationId()}`, { progress: false });
  assert.deepEqual((await inEach((whose) => map([whose, whose]))).flat(), own.flatMap((each) => [each, each]));
  const streams = tenants.map((whose) => tenant.run(whose, () => map.stream([whose, whose, whose])));
  const read = await Promise.all(streams.map((stream) => Array.fromAsync(stream)));
  assert.deepEqual(read.flat().map((each) => each.split(" ")[0]), tenants.flatMap((each) => [each, each, each]));
});

portable("opero() keeps the caller in the stacks of errors, whatever it waited for", async () => {
  // Engines other than V8 follow less.
  if (!new Error().stack!.includes("    at ")) return;
  const { signal } = new AbortController();
  const variants = [{}, { timeout: "5s" }, { deadline: "5s" }, { signal }, { rateLimit: 200 }, { cache: true, signal }];
  for (const options of variants) {
    const parse = opero(async function parse(_turn: number): Promise<void> {
      await Promise.resolve();
      throw new SyntaxError("line 3");
    }, { retryOn: RangeError, ...options } as object);
    const importCatalogue = async (turn: number) => void await parse(turn);
    for (const turn of [1, 2]) {
      const error = await rejectionOf(importCatalogue(turn)) as Error;
      if (Bun === undefined) assert.match(error.stack!, /importCatalogue/, JSON.stringify(options));
    }
  }
});

portable("opero() rejects with an AbortError where a signal has no reason", async () => {
  const signal = Object.assign(new EventTarget(), { aborted: false });
  const wait = opero(() => new Promise(() => {}), { signal: signal as unknown as AbortSignal });
  const during = rejectionOf(wait());
  signal.aborted = true;
  signal.dispatchEvent(new Event("abort"));
  for (const error of [await during, await rejectionOf(wait())]) assert.equal((error as Error).name, "AbortError");
});

portable(
  "a wrapper has the function's own properties, a legacy decorator works, and .options hides secrets",
  async () => {
    const load = Object.assign(async (id: number): Promise<number> => await Promise.resolve(id), { unit: "kg" });
    const wrapped = opero(load, { fallback: 5, retries: 0 });
    load.unit = "g";
    assert.deepEqual([wrapped.unit, wrapped.bind(undefined).name, await wrapped(1)], ["g", "bound ", 1]);
    assert.match(inspect(wrapped.options), /fallback: \[hidden\]/);
    class Greeter {
      readonly word = "hi";
      greet(name: string): Promise<string> {
        return Promise.resolve(`${this.word} ${name}`);
      }
    }
    const descriptor = Object.getOwnPropertyDescriptor(Greeter.prototype, "greet")!;
    Object.defineProperty(Greeter.prototype, "greet", opero({ retries: 1 })(Greeter.prototype, "greet", descriptor));
    assert.equal(await new Greeter().greet("Ada"), "hi Ada");
  },
);

/** A map with a journal in a directory of its own, and the items that it ran. */
async function withJournal(
  work: (path: string, load: (ids: number[]) => Promise<unknown[]>, runs: number[]) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(`${tmpdir()}/opero-journal-`);
  const path = `${directory}/run.jsonl`;
  const runs: number[] = [];
  const load = opmap((id: number) => {
    runs.push(id);
    return new Map([[id, new Date(id)]]);
  }, { name: "load", journal: path, progress: false });
  try {
    await work(path, load, runs);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

portable(
  "a journal keeps what was done, for its user alone, and cuts what was torn",
  () =>
    withJournal(async (path, load, runs) => {
      const expected = [1, 2, 3].map((id) => new Map([[id, new Date(id)]]));
      assert.deepEqual(await load([1, 2]), expected.slice(0, 2));
      assert.equal(statSync(path).mode & 0o777, 0o600);
      writeFileSync(path, `${readFileSync(path, "utf8")}{"k":"torn`);
      assert.deepEqual(await load([3, 2, 1]), expected.toReversed());
      assert.deepEqual(runs, [1, 2, 3]);
      assert.equal(readFileSync(path, "utf8").trimEnd().split("\n").length, 4);
      assert.equal(existsSync(`${path}.lock`), false);
    }),
);

portable(
  "a run writes its page",
  () =>
    withJournal(async (path) => {
      const run = opmap((id: number) => id, { name: "load", journal: path, progress: false }).run([1, 2, 3]);
      await run;
      const html = `${path}.html`;
      const { totals } = await run.report({ html });
      assert.equal(totals.ok, 3);
      assert.match(readFileSync(html, "utf8"), /^<!DOCTYPE html>[^]*All 3 items succeeded/);
    }),
);

portable(
  "a journal is one run's at a time; the lock of a process that is gone is taken over",
  () =>
    withJournal(async (path, load) => {
      let [begin, end] = [() => {}, (_value: number) => {}];
      const begun = new Promise<void>((resolve) => begin = resolve);
      const ended = new Promise<number>((resolve) => end = resolve);
      const first = opmap((_id: number) => (begin(), ended), { name: "load", journal: path, progress: false });
      const running = first([1]);
      await begun;
      const error = await rejectionOf(load([1]));
      assert(error instanceof JournalError, String(error));
      assert.match(error.message, /a run of this process has it since 2/);
      end(1);
      assert.deepEqual(await running, [1]);
      const { pid } = spawnSync("true");
      const holder = { pid, host: hostname(), realm: "", start: "", since: "now", token: "left", system: false };
      // Where it ran is not known, and it has said nothing for long.
      writeFileSync(`${path}.lock`, JSON.stringify(holder));
      utimesSync(`${path}.lock`, 1, 1);
      await load([1, 2]);
      assert.equal(existsSync(`${path}.lock`), false);
    }),
);

portable("a map in the mode cluster runs its items where a worker serves them, inline and in threads", async () => {
  const engine = memoryEngine();
  const options = { mode: "cluster", engine, progress: false, minDelay: "1ms" } as const;
  const tenfold = opmap(async (n: number) => {
    const { attempt, index } = currentCall();
    if (n === 2 && attempt === 1) throw new RangeError("again");
    await new Promise((resolve) => setTimeout(resolve, 1));
    return [10 * n, attempt, index];
  }, { ...options, task: "tenfold" });
  const half = opmap((n: number) => n / 2, { ...options, task: "half" });
  const workers = [await engine.serve(tenfold, { slots: 4 }), await engine.serve(half, { threads: 1 })];
  assert.deepEqual(await tenfold([1, 2, 3]), [[10, 1, 0], [20, 2, 1], [30, 1, 2]]);
  assert.deepEqual(await half([2, 4]), [1, 2]);
  assert.deepEqual(workers.map(({ counts }) => counts.done), [4, 2]);
  await Promise.all([tenfold.close(), half.close()]);
  await engine.close();
});
