/** What is said of a backend in trouble: one line for what cannot work, one warning an outage, one word when it is over. */
import { toRedisError } from "../../../src/cache/redis/redis_error.ts";
import { assert, assertEquals } from "@std/assert";
import { type CacheBackend, ConfigurationError, configureLogging, createOpero, memoryCache } from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { uselessText } from "../../../src/cache/guard/backend_trouble.ts";

const TROUBLE = "a cache backend fails, calls continue without it";
const BACK = "a cache backend works again";

/** An instance on a backend that does as `fault` says at each read, and all that it warns and tells of. */
function watched(fault: (read: number) => boolean) {
  const restore = configureLogging({ level: "OFF" });
  const clock = new FakeClock();
  const lines: string[] = [];
  const line = (message: string) => void (message.includes("backend") && lines.push(message));
  const silent = () => {};
  const { opero } = createOpero({ clock, logger: { debug: silent, info: line, warning: line, error: silent } });
  const memory = memoryCache();
  let reads = 0;
  const cacheBackend: CacheBackend = {
    get: (key) => {
      if (fault(reads++)) throw new Error("secret");
      return memory.get(key);
    },
    set: (key, entry) => memory.set(key, entry),
    delete: (key) => memory.delete(key),
    clear: (prefix) => memory.clear(prefix),
  };
  const fn = opero(function load(id: number) {
    return id;
  }, { cache: true, cacheBackend });
  return { fn, clock, lines, [Symbol.dispose]: restore };
}

for (const everyMs of [0, 100, 1_000]) {
  Deno.test(`opero() warns once of reads that fail now and then, ${everyMs} ms apart, and counts them all`, async () => {
    using run = watched((read) => read % 50 === 49);
    const { fn } = run;
    for (let call = 0; call < 2_000; call++) {
      assertEquals(await fn(call % 10), call % 10);
      if (everyMs > 0) await run.clock.tick(everyMs / 1_000);
    }
    assertEquals([run.lines, fn.cache.stats().errors], [[TROUBLE, BACK], 40]);
  });
}

Deno.test("opero() warns again of an outage a while after the last, and tells each time when it is over", async () => {
  using run = watched((read) => (read >= 1 && read < 6) || (read >= 8 && read < 13));
  const { fn } = run;
  await fn(1);
  for (let outage = 0; outage < 2; outage++) {
    for (let call = 0; call < 8; call++) await fn(1);
    await run.clock.tick("2s");
    await fn(1);
    await fn(1);
    await run.clock.tick("2m");
  }
  assertEquals(run.lines, [TROUBLE, BACK, TROUBLE, BACK]);
});

Deno.test("opero() says once of a backend that never worked what is wrong, and nothing of what its error says", async () => {
  using run = watched(() => true);
  const { fn } = run;
  for (let call = 0; call < 20; call++) {
    await fn(call);
    await run.clock.tick("10s");
  }
  assertEquals(run.lines, [uselessText("Object", "get", new Error("secret"), "load")]);
});

Deno.test("uselessText() gives the runtime's own reason where that holds no secret, and the fix", () => {
  const named = (name: string, message: string, code?: string) =>
    Object.assign(new Error(message), { name }, code === undefined ? {} : { code });
  const end = ", or choose another 'cacheBackend'; calls continue without a cache";
  const start = 'nothing is cached for "load" as its cache backend "disk" cannot be written to: ';
  const cases: readonly [unknown, string][] = [
    [
      named("NotCapable", 'Requires write access to "x", run again with the --allow-write flag'),
      'NotCapable: Requires write access to "x", run again with the --allow-write flag. Give the process the permission',
    ],
    [
      toRedisError(
        "CONNECT",
        new Deno.errors.NotCapable('Requires net access to "x", run again with the --allow-net flag'),
      ),
      'RedisError: Redis command CONNECT failed with NotCapable: Requires net access to "x", run again with the ' +
      "--allow-net flag. Give the process the permission",
    ],
    [
      named("Error", "EACCES: permission denied, open '/secret'", "EACCES"),
      "Error: EACCES: permission denied. Give the process the permission",
    ],
    [
      named("Error", "connect ECONNREFUSED secret", "ECONNREFUSED"),
      "Error (ECONNREFUSED). Make sure that it is there and can be reached, as 'cacheBackendConfig' says",
    ],
    [new ConfigurationError("Cannot load it: install it"), "Cannot load it: install it. Do as it says"],
    [new Error("secret"), "Error. Look into 'cacheBackendConfig' and into the backend's own log"],
    ["secret", "string. Look into 'cacheBackendConfig' and into the backend's own log"],
  ];
  for (const [error, text] of cases) assertEquals(uselessText("disk", "set", error, "load"), start + text + end);
});

Deno.test("connectTimeout gives the first call time to open a backend that has a name, and no other call", async () => {
  using _ = watched(() => false);
  const { registerCacheBackend } = await import("@opero/core");
  const clock = new FakeClock();
  const memory = memoryCache();
  registerCacheBackend("slow to open", () => {
    let isFirst = true;
    return {
      get: async (key) => {
        const waitMs = isFirst ? 3_000 : 0;
        isFirst = false;
        if (waitMs > 0) await clock.sleep(waitMs);
        return memory.get(key);
      },
      set: (key, entry) => memory.set(key, entry),
      delete: (key) => memory.delete(key),
      clear: (prefix) => memory.clear(prefix),
    };
  });
  const statusOf = async (connectTimeout?: string) => {
    const options = {
      cache: true,
      cacheBackend: "slow to open",
      cacheId: "load",
      connectTimeout: connectTimeout as never,
    };
    const first = createOpero({ clock }).opero(() => 1, options).withMeta();
    await clock.tick("3s");
    return (await first).meta.cache;
  };
  assertEquals([await statusOf(), await statusOf(), await statusOf("1s")], ["miss", "hit", "miss"]);
});

Deno.test("a dead backend that has to be opened holds up the first call, and four more for cacheTimeout", async () => {
  using _ = watched(() => false);
  const { registerCacheBackend } = await import("@opero/core");
  const never = () => new Promise<never>(() => {});
  registerCacheBackend("dead", () => ({ get: never, set: never, delete: never, clear: never }));
  const clock = new FakeClock();
  const fn = createOpero({ clock }).opero((id: number) => id, { cache: true, cacheBackend: "dead" });
  const tookMs: number[] = [];
  for (let call = 0; call < 8; call++) {
    const sinceMs = clock.now();
    fn(call).then(() => tookMs.push(clock.now() - sinceMs));
    await clock.tick("250ms");
    if (call === 0) await clock.tick("4750ms");
    assert(tookMs.length === call + 1, `call ${call} waits on`);
  }
  assertEquals(tookMs, [5_000, 250, 250, 250, 250, 0, 0, 0]);
});
