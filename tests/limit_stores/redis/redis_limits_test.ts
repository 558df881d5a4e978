import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ConfigurationError } from "@opero/core";
import { RedisError, redisLimits } from "@opero/core/redis";
import { testLimitStore } from "@opero/core/testing";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { compareLimits } from "../../support/compare_limits.ts";
import { hasRedisServer, PATIENT, RedisServer } from "../../support/redis_server.ts";

const server = hasRedisServer ? await RedisServer.start() : undefined;
addEventListener("unload", () => void server?.kill());

const url = Deno.env.get("REDIS_URL") ?? server?.url;
const ignore = url === undefined;
const test = (name: string, fn: () => Promise<void>) => Deno.test({ name, fn, ignore });

testLimitStore(() => redisLimits({ ...PATIENT, url, keyPrefix: "limits-test:" }), { test, name: "redisLimits()" });

const nodeRedis = ignore ? undefined : await createClient({ url: url! }).connect();
const ioRedis = ignore ? undefined : new Redis(url!, { keyPrefix: "io:" });
addEventListener("unload", () => (nodeRedis?.destroy(), ioRedis?.disconnect()));
await ioRedis?.ping();

for (const [name, client] of Object.entries({ nodeRedis, ioRedis })) {
  testLimitStore(() => redisLimits({ client: client! }), { test, name: `redisLimits() over ${name}` });
}

test("redisLimits() answers random bookings of two limits as the store in memory does", async () => {
  await using store = redisLimits({ ...PATIENT, url, keyPrefix: "compare-test:" });
  await compareLimits(store, 3_000);
});

test("redisLimits() goes on after SCRIPT FLUSH, and keeps what it knows", async () => {
  await using store = redisLimits({ ...PATIENT, url, keyPrefix: "flush-test:" });
  const client = await createClient({ url: url! }).connect();
  const booking = [{ key: "flush#0", intervalMs: 3_600_000, burst: 1, cost: 1 }];
  await store.book(booking, { slots: 1, client: "a" });
  await client.sendCommand(["SCRIPT", "FLUSH"]);
  const booked = await store.book(booking, { slots: 1, maxWaitMs: 0, client: "a" });
  assertEquals("refused" in booked && booked.refused, "wait");
  await store.reset("flush#0");
  client.destroy();
});

test("redisLimits() leaves no key behind that does not expire", async () => {
  await using store = redisLimits({ ...PATIENT, url, keyPrefix: "expire-test:" });
  const client = await createClient({ url: url! }).connect();
  await store.book([{ key: "a#0", intervalMs: 10, burst: 1, cost: 1 }], { slots: 1, client: "a" });
  await store.pause("a#0", 1_000);
  const keys = await client.keys("expire-test:*");
  assertEquals(keys.sort(), ["", ":clients", ":event"].map((end) => `expire-test:limits:{a}#0${end}`));
  for (const key of keys) assertEquals(await client.pTTL(key) > 0, true, key);
  await client.del(keys);
  client.destroy();
});

test("redisLimits() fails at once where there is no server, and after it is closed", async () => {
  const nowhere = redisLimits({ url: "redis://127.0.0.1:1" });
  const booking = [{ key: "a#0", intervalMs: 10, burst: 1, cost: 1 }];
  await assertRejects(() => nowhere.book(booking, { slots: 1, client: "a" }), RedisError, "ECONNREFUSED");
  await nowhere[Symbol.asyncDispose]();
  await assertRejects(() => nowhere.book(booking, { slots: 1, client: "a" }), RedisError, "CLOSED");
});

Deno.test("redisLimits() refuses wrong options", () => {
  const refused = (config: object, message: string) =>
    assertThrows(() => redisLimits(config), ConfigurationError, message);
  refused({ port: 0 }, "Cannot open the redis limits as 'port' must be an integer from 1 to 65535: received 0");
  refused({ maxEntryBytes: 1 }, "Cannot open the redis limits as 'maxEntryBytes' must be a known option");
  refused({ client: {} }, "Cannot open the redis limits as 'client' must be a connected client of node-redis");
  refused(
    { url: "redis://x", port: 1 },
    "Cannot open the redis limits as 'port' must be left out where 'url' is given",
  );
});
