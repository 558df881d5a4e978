import { assert, assertEquals, assertRejects } from "@std/assert";
import type { CacheBackend, CacheEntry } from "@opero/core";
import { redisCache, RedisError } from "@opero/core/redis";
import { FaultProxy } from "../../support/fault_proxy.ts";
import { hasRedisServer, PATIENT, RedisServer } from "../../support/redis_server.ts";
import { isNightly } from "../../support/runs.ts";
import { printSeed } from "../../support/seed.ts";
import { seededRandom } from "../../../src/testing/seeded_random.ts";

/** How often each fault comes in the midst of a load. */
const ROUNDS = isNightly ? 150 : 10;
const WORKERS = 20;
/** Far more than anything here takes, as the machine may be busy. */
const PATIENCE_MS = 15_000;

const SHORT = { connectTimeout: "100ms", replyTimeout: "100ms" } as const;

const FAULTS: Record<string, (server: RedisServer) => Promise<void>> = {
  "is killed and started again": async (server) => {
    await server.kill();
    await pause(40);
    await server.restart();
  },
  "is killed and at once started again": async (server) => {
    await server.kill();
    await server.restart();
  },
  "is paused": async (server) => {
    server.pause();
    await pause(250);
    server.resume();
  },
};

function test(name: string, run: () => Promise<void>): void {
  Deno.test({ name, fn: run, ignore: !hasRedisServer });
}

for (const [name, strike] of Object.entries(FAULTS)) {
  test(`redisCache() loses no call and answers nothing wrong when its server ${name} in mid-run`, async () => {
    const random = seededRandom(printSeed());
    await using server = await RedisServer.start();
    const cache = redisCache({ url: server.url, ...SHORT });
    const load = new Load(cache);
    for (let round = 0; round < ROUNDS; round++) {
      await pause(random() * 10);
      await strike(server);
      await load.assertRecovers();
    }
    await load.end();
    await cache.close?.();
  });
}

/** Many readers and writers of a few keys. Every value tells its key and was written before it is read. */
class Load {
  readonly #cache: CacheBackend;
  readonly #workers: Promise<void>[];
  #isOver = false;
  #written = 0;
  #successes = 0;

  constructor(cache: CacheBackend) {
    this.#cache = cache;
    this.#workers = Array.from({ length: WORKERS }, (_, worker) => this.#work(`key${worker % 5}`));
  }

  async assertRecovers(): Promise<void> {
    const before = this.#successes;
    const endMs = performance.now() + PATIENCE_MS;
    while (this.#successes < before + WORKERS) {
      assert(performance.now() < endMs, "the cache must recover");
      await pause(5);
    }
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#workers);
  }

  async #work(key: string): Promise<void> {
    while (!this.#isOver) {
      const startMs = performance.now();
      try {
        await this.#cache.set(key, entryOf(`${key}:${++this.#written}`));
        const value = (await this.#cache.get(key))?.value;
        if (value !== undefined) this.#assertWritten(key, String(value));
        this.#successes++;
      } catch (error) {
        if (!(error instanceof RedisError)) throw error;
        // A server that is gone refuses at once.
        await pause(1);
      }
      assert(performance.now() - startMs < PATIENCE_MS, "no call may hang");
    }
  }

  #assertWritten(key: string, value: string): void {
    const [writtenTo, number] = value.split(":");
    assertEquals(writtenTo, key);
    assert(Number(number) <= this.#written);
  }
}

test("redisCache() fails within its limits when its server is paused before it connects", async () => {
  await using server = await RedisServer.start();
  server.pause();
  const cache = redisCache({ url: server.url, ...SHORT });
  const startMs = performance.now();
  const error = await assertRejects(async () => await cache.get("key"), RedisError);
  assertEquals(error.message, "Redis command GET failed with ETIMEDOUT");
  assert(performance.now() - startMs < PATIENCE_MS);
  server.resume();
  assertEquals(await cache.get("key"), undefined);
  await cache.close?.();
});

test("redisCache() finds the new master by its next command when its own becomes a replica", async () => {
  await using old = await RedisServer.start();
  await using next = await RedisServer.start();
  await using proxy = new FaultProxy(old.port);
  const cache = redisCache({ ...PATIENT, port: proxy.port });
  await cache.set("key", entryOf("old"));
  await old.command(`REPLICAOF 127.0.0.1 ${next.port}`);
  proxy.leadTo(next.port);
  const { message } = await assertRejects(async () => await cache.set("key", entryOf("lost")), RedisError);
  assertEquals(message, "Redis command SET failed with READONLY");
  await cache.set("key", entryOf("new"));
  assertEquals((await cache.get("key"))?.value, "new");
  assertEquals(await next.command("EXISTS opero:key"), ":1\r\n");
  await cache.close?.();
});

test("redisCache() closes at once, and fails what waits, when its server is paused", async () => {
  await using server = await RedisServer.start();
  const cache = redisCache({ ...PATIENT, url: server.url });
  await cache.set("key", entryOf("value"));
  server.pause();
  const waiting = Promise.resolve(cache.get("key"));
  const failed = assertRejects(() => waiting, RedisError);
  await pause(10);
  const startMs = performance.now();
  await cache.close?.();
  assertEquals((await failed).message, "Redis command GET failed with CLOSED");
  assert(performance.now() - startMs < PATIENCE_MS);
});

test("redisCache() fails what waits for a connection when it is closed meanwhile", async () => {
  await using server = await RedisServer.start();
  const cache = redisCache({ ...PATIENT, url: server.url });
  const failed = assertRejects(async () => await cache.get("key"), RedisError);
  await cache.close?.();
  assertEquals((await failed).code, "CLOSED");
  assertEquals((await assertRejects(async () => await cache.get("key"), RedisError)).code, "CLOSED");
});

test("redisCache() fails at once and queues nothing when there is no server", async () => {
  await using server = await RedisServer.start();
  await server.kill();
  const cache = redisCache({ ...PATIENT, url: server.url });
  const outcomes = await Promise.all(
    Array.from(
      { length: 100 },
      (_, i) => assertRejects(async () => await cache.set(`key${i}`, entryOf("value")), RedisError),
    ),
  );
  assertEquals(
    new Set(outcomes.map(({ message }: RedisError) => message)),
    new Set(["Redis command CONNECT failed with ECONNREFUSED"]),
  );
  await server.restart();
  assertEquals(await server.command("DBSIZE"), ":0\r\n");
  await cache.set("key", entryOf("value"));
  assertEquals(await server.command("DBSIZE"), ":1\r\n");
  await cache.close?.();
});

test("redisCache() connects once for many commands at once", async () => {
  await using server = await RedisServer.start();
  const cache = redisCache({ ...PATIENT, url: server.url });
  await Promise.all(Array.from({ length: 100 }, (_, i) => cache.set(`key${i}`, entryOf("value"))));
  // Of the two connections received one asks for the number.
  const stats = await server.command("INFO stats");
  await cache.close?.();
  const probes = 2;
  assert(Number(/total_connections_received:(\d+)/.exec(stats)?.[1]) <= probes + 1);
});

function entryOf(value: string): CacheEntry {
  return { value, createdAt: 0, expiresAt: Infinity, staleUntil: Date.now() + 60_000 };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
