import { assertEquals, assertRejects } from "@std/assert";
import {
  type CacheBackend,
  CacheError,
  ConfigurationError,
  configureLogging,
  createOpero,
  type LogFields,
  memoryCache,
  registerCacheBackend,
  tiered,
} from "../../mod.ts";
import { FakeClock } from "../../testing.ts";

function hanging(): CacheBackend {
  const never = () => new Promise<never>(() => {});
  return { get: never, set: never, delete: never, clear: never };
}

Deno.test("opero() keeps the first of two tiers in use while the second hangs", async () => {
  const lines: string[] = [];
  configureLogging({ level: "warning", sink: (_line, { message }) => lines.push(message) });
  const clock = new FakeClock();
  const instance = createOpero({ clock, cache: true, cacheBackend: tiered(memoryCache(), hanging()) });
  let runs = 0;
  const fn = instance.opero((x: number) => x + runs++);
  const first = fn(1);
  await clock.tick("700ms");
  assertEquals(await first, 1);
  const { value, meta } = await fn.withMeta(1);
  assertEquals([value, meta.cache, runs], [1, "hit", 1]);
  assertEquals(lines, [
    'nothing is cached for "anonymous" as its cache backend "Object" cannot be read: The cache took longer than ' +
    "250 ms. Look into 'cacheBackendConfig' and into the backend's own log, or choose another 'cacheBackend'; calls " +
    "continue without a cache",
  ]);
  await instance.close();
});

Deno.test("opero() waits for cacheTimeout alone where a backend is open already, whatever else was opened", async () => {
  const restore = configureLogging({ level: "OFF" });
  registerCacheBackend("open by name", () => memoryCache());
  const clock = new FakeClock();
  const { opero } = createOpero({ clock, cache: true });
  await opero(() => "named", { cacheBackend: "open by name" })();
  let settled: string | undefined;
  opero(() => "given", { cacheBackend: hanging() })().then((value) => settled = value);
  await clock.tick("249ms");
  assertEquals(settled, undefined);
  await clock.tick("1ms");
  assertEquals(settled, "given");
  restore();
});

/** What is written to stderr while `run` runs. */
function warningsOf(run: () => void): string[] {
  const { warn } = console;
  const lines: string[] = [];
  console.warn = (line: string) => void lines.push(line);
  try {
    run();
  } finally {
    console.warn = warn;
  }
  return lines;
}

Deno.test("opero() asks for a cacheId, once, where two functions of one text share a persistent cache", () => {
  const { opero } = createOpero({ cache: true, cacheBackend: memoryCache() });
  const scaled = (factor: number) => (x: number) => factor * x;
  const lines = warningsOf(() => {
    opero(scaled(2));
    opero(scaled(3));
    opero(scaled(4));
    opero(scaled(2), { cacheId: "double" });
    opero(scaled(3), { cacheId: "triple" });
  });
  assertEquals(lines, [
    `opero: two functions "anonymous" with the same text share their cached results: give each a 'cacheId' of its own`,
  ]);
});

Deno.test("opero() warns once an outage, and lets a backend rest after five failures in a row", async () => {
  const messages: string[] = [];
  configureLogging({ level: "info", sink: (_line, { message }) => messages.push(message) });
  const clock = new FakeClock();
  const memory = memoryCache();
  let asked = 0;
  let isDown = true;
  const backend: CacheBackend = {
    ...hanging(),
    get: (key) => {
      asked++;
      return isDown ? new Promise(() => {}) : memory.get(key);
    },
    set: (key, entry) => memory.set(key, entry),
  };
  const { opero } = createOpero({ clock, cache: true, cacheBackend: backend });
  const fn = opero((x: number) => x);
  for (let i = 0; i < 8; i++) {
    const startedMs = clock.now();
    const call = fn(i);
    await clock.tick("250ms");
    assertEquals([await call, clock.now() - startedMs], [i, 250]);
  }
  assertEquals([asked, fn.cache.stats().errors], [5, 5]);
  isDown = false;
  await clock.tick("1s");
  await fn(100);
  assertEquals((await fn.withMeta(100)).meta.cache, "hit");
  assertEquals(messages.filter((message) => message.includes("cache backend")), [
    'nothing is cached for "anonymous" as its cache backend "Object" cannot be read: The cache took longer than 250 ms. ' +
    "Look into 'cacheBackendConfig' and into the backend's own log, or choose another 'cacheBackend'; calls continue " +
    "without a cache",
    "a cache backend works again",
  ]);
});

Deno.test("opero() waits for a backend no longer than cacheTimeout, though its look was slow and its write hangs", async () => {
  const clock = new FakeClock();
  const cacheBackend = { ...hanging(), get: () => clock.sleep(200).then(() => undefined) };
  const { opero } = createOpero({ clock, cache: true });
  for (const [backend, limitMs] of [[cacheBackend, 250], [tiered(memoryCache(), hanging()), 300]] as const) {
    const startedMs = clock.now();
    let tookMs: number | undefined;
    opero((x: number) => x, { cacheBackend: backend })(1).then(() => tookMs = clock.now() - startedMs);
    await clock.tick("1s");
    assertEquals(tookMs, limitMs);
  }
});

Deno.test("opero() counts a write that came to its end behind the call", async () => {
  const clock = new FakeClock();
  const memory = memoryCache();
  const cacheBackend: CacheBackend = {
    ...hanging(),
    get: (key) => clock.sleep(200).then(() => memory.get(key)),
    set: (key, entry) => clock.sleep(200).then(() => memory.set(key, entry)),
  };
  const fn = createOpero({ clock }).opero((x: number) => x, { cache: true, cacheBackend });
  let hasAnswered = false;
  fn(1).then(() => hasAnswered = true);
  await clock.tick("250ms");
  assertEquals([hasAnswered, fn.cache.stats().writes], [true, 0]);
  await clock.tick("150ms");
  assertEquals(fn.cache.stats(), { hits: 0, misses: 1, stale: 0, coalesced: 0, writes: 1, errors: 0 });
});

Deno.test("clearCache() is not undone by a read of the second of two tiers that began before it", async () => {
  const clock = new FakeClock();
  const [near, far] = [memoryCache(), memoryCache()];
  const slow: CacheBackend = {
    ...far,
    get: async (key) => {
      const found = await far.get(key);
      await clock.sleep(10);
      return found;
    },
    set: (key, entry) => far.set(key, entry),
    clear: (prefix) => far.clear(prefix),
  };
  const { opero, clearCache } = createOpero({ clock });
  let version = 1;
  const fn = opero(() => version, { cache: true, cacheBackend: tiered(near, slow) });
  const call = async () => {
    const answer = fn();
    await clock.tick("10ms");
    return await answer;
  };
  assertEquals(await call(), 1);
  await near.clear("");
  version = 2;
  const before = fn();
  await clock.tick("5ms");
  await clearCache();
  await clock.tick("10ms");
  assertEquals([await before, await call()], [1, 2]);
});

Deno.test("opero() takes a backend without a prototype, such as a module", async () => {
  const memory = memoryCache();
  const cacheBackend: CacheBackend = Object.assign(Object.create(null), {
    get: (key: string) => memory.get(key),
    set: memory.set.bind(memory),
    delete: memory.delete.bind(memory),
    clear: memory.clear.bind(memory),
  });
  const fn = createOpero().opero((x: number) => x, { cache: true, cacheBackend });
  await fn(1);
  assertEquals((await fn.withMeta(1)).meta.cache, "hit");
});

Deno.test("opero() warns of a backend in trouble with what to do where that is known, and no other text", async () => {
  const warned: LogFields[] = [];
  const logger = { debug() {}, info() {}, error() {}, warning: (_: string, fields: LogFields) => warned.push(fields) };
  const { opero } = createOpero({ logger, cache: true });
  for (const error of [new ConfigurationError("Cannot open it"), new Error("secret")]) {
    const answers = [undefined, error];
    const get = () => {
      const answer = answers.shift();
      return answer === undefined ? Promise.resolve(undefined) : Promise.reject(answer);
    };
    const fn = opero((x: number) => x, { cacheBackend: { ...hanging(), get, set: () => {} } });
    await fn(1);
    await fn(2);
  }
  assertEquals(warned, [
    { backend: "Object", error: "ConfigurationError", reason: "Cannot open it" },
    { backend: "Object", error: "Error" },
  ]);
});

Deno.test("opero() warns of an outage also where a clear has failed before, and once", async () => {
  const messages: string[] = [];
  const warning = (message: string) => messages.push(message);
  const memory = memoryCache();
  let isDown = false;
  const failing = <R>(work: () => R): R => {
    if (isDown) throw new Error("down");
    return work();
  };
  const cacheBackend: CacheBackend = {
    get: (key) => failing(() => memory.get(key)),
    set: (key, entry) => failing(() => memory.set(key, entry)),
    delete: (key) => failing(() => memory.delete(key)),
    clear: () => Promise.reject(new Error("no iterator")),
  };
  const { opero, clearCache } = createOpero({ logger: { debug() {}, info() {}, error() {}, warning } });
  const fn = opero((x: number) => x, { cache: true, cacheBackend });
  for (let i = 0; i < 2; i++) {
    const error = await assertRejects(() => clearCache(), CacheError);
    assertEquals(error.message, 'Cannot clear the namespace "opero" as a cache backend failed: "Object": Error');
  }
  await fn(1);
  assertEquals(messages, []);
  isDown = true;
  for (let i = 0; i < 10; i++) await fn(i);
  assertEquals(messages, ["a cache backend fails, calls continue without it"]);
});

Deno.test("close() closes a backend that was opened after an earlier close", async () => {
  let closed = 0;
  registerCacheBackend("counted", () => Object.assign(memoryCache(), { close: () => void closed++ }));
  const { opero, close } = createOpero({ cache: true, cacheBackend: "counted" });
  opero((x: number) => x);
  await close();
  await opero((x: number) => x)(1);
  await close();
  await close();
  assertEquals(closed, 2);
});
