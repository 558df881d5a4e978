import { assertEquals } from "@std/assert";
import { type CacheBackend, configureLogging, createOpero, memoryCache, tiered } from "../../mod.ts";
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
  assertEquals(lines, ["a cache backend is in trouble, calls go on without it"]);
  await instance.close();
});

Deno.test("opero() asks for a cacheId where two functions of one text share a persistent cache", () => {
  const lines: string[] = [];
  configureLogging({ level: "warning", sink: (_line, { message }) => lines.push(message) });
  const { opero } = createOpero({ cache: true, cacheBackend: memoryCache() });
  const scaled = (factor: number) => (x: number) => factor * x;
  opero(scaled(2));
  assertEquals(lines, []);
  opero(scaled(3));
  assertEquals(lines, ["two functions share their cached results, give each a cacheId"]);
  opero(scaled(2), { cacheId: "double" });
  opero(scaled(3), { cacheId: "triple" });
  assertEquals(lines.length, 1);
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
    "a cache backend is in trouble, calls go on without it",
    "a cache backend answers again",
  ]);
});
