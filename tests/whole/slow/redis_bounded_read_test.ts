import { assert, assertEquals } from "@std/assert";
import type { CacheBackend, CacheEntry } from "@opero/core";
import { redisCache, type RedisCacheConfig } from "@opero/core/redis";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { hasRedisServer, PATIENT, RedisServer } from "../../support/redis_server.ts";

const PASSWORD = "password";
const FIRST_BYTES = 4 * 2 ** 20;
/** What is moved beside the values that are looked at. */
const BESIDE_BYTES = 20_000;

function test(name: string, run: () => Promise<void>): void {
  Deno.test({ name, fn: run, ignore: !hasRedisServer });
}

function entryOf(value: unknown): CacheEntry {
  const now = Date.now();
  return { value, createdAt: now, expiresAt: Infinity, staleUntil: Infinity };
}

async function withCache(config: RedisCacheConfig, run: (cache: CacheBackend) => Promise<void>): Promise<void> {
  const cache = redisCache(config.client === undefined ? { ...PATIENT, ...config } : config);
  try {
    await run(cache);
  } finally {
    await cache.close?.();
  }
}

/** Puts a value of so many bytes where the cache would keep an entry. */
async function putForeign(server: RedisServer, key: string, bytes: number): Promise<void> {
  await server.command(`SETRANGE opero:${key} ${bytes - 1} x`);
}

async function bytesSent(server: RedisServer, run: () => Promise<unknown>): Promise<number> {
  const sent = async () => Number(/total_net_output_bytes:(\d+)/.exec(await server.command("INFO stats"))![1]);
  const before = await sent();
  await run();
  return await sent() - before;
}

async function callsOf(server: RedisServer, command: string): Promise<number> {
  const stats = await server.command("INFO commandstats");
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
}

test("redisCache() moves no more of a foreign value than an entry may have", async () => {
  await using server = await RedisServer.start();
  await putForeign(server, "large", 100_000_000);
  await putForeign(server, "middle", 50_000_000);
  for (const key of ["large", "middle"]) {
    for (const maxEntryBytes of [1, 1_000, FIRST_BYTES - 1, FIRST_BYTES, 20_000_000]) {
      await withCache({ url: server.url, maxEntryBytes }, async (cache) => {
        const bytes = await bytesSent(server, async () => assertEquals(await cache.get(key), undefined));
        assert(bytes <= Math.min(maxEntryBytes, FIRST_BYTES) + BESIDE_BYTES, `${bytes} for ${maxEntryBytes}`);
      });
    }
  }
});

test("redisCache() moves no more than that over clients that are handed in", async () => {
  await using server = await RedisServer.start();
  await putForeign(server, "large", 100_000_000);
  const nodeRedis = createClient({ url: server.url, disableClientInfo: true, maintNotifications: "disabled" });
  await nodeRedis.connect();
  const ioRedis = new Redis(server.port, { keyPrefix: "opero:" });
  const denoRedis = {
    isConnected: true,
    sendCommand: (command: string, args: string[] = []) => nodeRedis.sendCommand([command, ...args]),
  };
  const cases: RedisCacheConfig[] = [{ client: nodeRedis }, { client: ioRedis, keyPrefix: "la" }, {
    client: denoRedis,
  }];
  for (const config of cases) {
    await withCache(config, async (cache) => {
      const bytes = await bytesSent(server, async () => {
        assertEquals(await cache.get(config.client === ioRedis ? "rge" : "large"), undefined);
      });
      assert(bytes <= FIRST_BYTES + BESIDE_BYTES && bytes >= FIRST_BYTES, String(bytes));
    });
  }
  await nodeRedis.close();
  await ioRedis.quit();
});

test("redisCache() reads all of a large entry, whatever its characters", async () => {
  await using server = await RedisServer.start();
  await withCache({ url: server.url }, async (cache) => {
    for (const [unit, unitBytes] of [["x", 1], ["€", 3], ["😀", 4]] as const) {
      // What is asked for at first ends at each place of a character.
      for (let shift = 0; shift < unitBytes; shift++) {
        const value = "x".repeat(shift) + unit.repeat(FIRST_BYTES / unitBytes);
        await cache.set("key", entryOf(value));
        assert((await cache.get("key"))?.value === value, `${unit} ${shift}`);
      }
    }
  });
});

test("redisCache() reads an entry of exactly maxEntryBytes, and none of a byte more", async () => {
  await using server = await RedisServer.start();
  for (const value of ["é".repeat(500), "é".repeat(3_000_000)]) {
    await withCache({ url: server.url }, (cache) => Promise.resolve(cache.set("key", entryOf(value))));
    const bytes = Number((await server.command("STRLEN opero:key")).slice(1));
    await withCache({ url: server.url, maxEntryBytes: bytes }, async (cache) => {
      assert((await cache.get("key"))?.value === value);
    });
    await withCache({ url: server.url, maxEntryBytes: bytes - 1 }, async (cache) => {
      assertEquals(await cache.get("key"), undefined);
    });
  }
});

test("redisCache() reads many at once with a bound, from the first read on", async () => {
  await using server = await RedisServer.start();
  await withCache({ url: server.url, maxEntryBytes: 10_000 }, async (cache) => {
    await Promise.all(["a", "b"].map((key) => cache.set(key, entryOf(key))));
    await putForeign(server, "large", 10_000_000);
    const read = () => Promise.all(["a", "large", "b"].map(async (key) => (await cache.get(key))?.value));
    for (let round = 0; round < 3; round++) {
      const bytes = await bytesSent(server, async () => assertEquals(await read(), ["a", undefined, "b"]));
      assert(bytes <= 10_000 + BESIDE_BYTES, `${bytes} in round ${round}`);
    }
    // One question each within the script, and one more for what is too large for that.
    for (const [command, calls] of [["getrange", 12], ["strlen", 0], ["get", 0], ["mget", 0]] as const) {
      assertEquals(await callsOf(server, command), calls);
    }
  });
});

test("redisCache() asks once for entries of up to a megabyte, and moves those of up to 4 MB once", async () => {
  await using server = await RedisServer.start();
  await withCache({ url: server.url }, async (cache) => {
    await cache.set("key", entryOf("x".repeat(1_000_000)));
    for (const key of ["key", "missing"]) await cache.get(key);
    assertEquals(await callsOf(server, "getrange"), 2);
    for (const command of ["get", "strlen", "mget"]) assertEquals(await callsOf(server, command), 0);
    await cache.set("key", entryOf("x".repeat(4_000_000)));
    const bytes = await bytesSent(server, async () => assert(await cache.get("key") !== undefined));
    assert(bytes >= 4_000_000 && bytes <= 4_000_000 + BESIDE_BYTES, String(bytes));
  });
});

test("redisCache() works with whatever a user may read by", async () => {
  const value = "x".repeat(FIRST_BYTES);
  for (const rights of [["get"], ["get", "mget"], ["getrange"], ["getrange", "strlen"], ["getrange", "mget"]]) {
    const args = ["--user", "worker", "on", `>${PASSWORD}`, "~*", "+set", ...rights.map((right) => `+${right}`)];
    await using server = await RedisServer.start({ args });
    await withCache({ port: server.port, username: "worker", password: PASSWORD }, async (cache) => {
      await Promise.all([cache.set("a", entryOf("a")), cache.set("large", entryOf(value))]);
      for (let round = 0; round < 2; round++) {
        assertEquals((await cache.get("a"))?.value, "a");
        assert((await cache.get("large"))?.value === value, rights.join());
        assertEquals(await cache.get("missing"), undefined);
        const [a, large, missing] = await Promise.all(["a", "large", "missing"].map((key) => cache.get(key)));
        assert(a?.value === "a" && large?.value === value && missing === undefined, rights.join());
      }
    });
    // Asked in vain once, not each time.
    if (rights[0] === "get") assertEquals(await callsOf(server, "getrange"), 0);
    const refused = Number(
      /cmdstat_getrange:.*rejected_calls=(\d+)/.exec(await server.command("INFO commandstats"))?.[1],
    );
    if (rights[0] === "get") assertEquals(refused, 1);
  }
});

test("redisCache() goes on with bounded reads when it may not read one key", async () => {
  const args = ["--user", "worker", "on", `>${PASSWORD}`, "~opero:mine*", "+set", "+get", "+getrange"];
  await using server = await RedisServer.start({ args });
  await withCache({ port: server.port, username: "worker", password: PASSWORD }, async (cache) => {
    await cache.set("mine", entryOf(1));
    const failure = await Promise.resolve(cache.get("other")).catch((error) => error.message);
    assertEquals(failure, "Redis command GET failed with NOPERM");
    assertEquals((await cache.get("mine"))?.value, 1);
    assertEquals(await callsOf(server, "get"), 0);
    assertEquals(await callsOf(server, "getrange"), 1);
  });
});
