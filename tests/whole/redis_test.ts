import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { type CacheBackend, type CacheEntry, ConfigurationError, fromKeyv, SerializationError } from "@opero/core";
import { redisCache, type RedisCacheConfig, RedisError } from "@opero/core/redis";
import { testCacheBackend } from "@opero/core/testing";
import { createKeyv } from "@keyv/redis";
import { Cluster, Redis } from "ioredis";
import { createClient, createCluster } from "redis";
import { hasOpenssl, hasRedisServer, makeCertificate, PATIENT, RedisServer } from "../support/redis_server.ts";

const PASSWORD = "canary-password";
const ANYTHING = "canary-value";

const server = hasRedisServer ? await RedisServer.start() : undefined;
addEventListener("unload", () => void server?.kill());

function entryOf(value: unknown, lifetimeMs = Infinity): CacheEntry {
  const now = Date.now();
  return { value, createdAt: now, expiresAt: now + lifetimeMs, staleUntil: now + lifetimeMs };
}

function test(name: string, run: () => Promise<void>, ignore = false): void {
  Deno.test({ name, fn: run, ignore: !hasRedisServer || ignore });
}

/** Runs with a cache that is closed in the end. */
async function withCache(config: RedisCacheConfig, run: (cache: CacheBackend) => Promise<void>): Promise<void> {
  const cache = redisCache(config.client === undefined ? { ...PATIENT, ...config } : config);
  try {
    await run(cache);
  } finally {
    await cache.close?.();
  }
}

async function assertWorks(config: RedisCacheConfig): Promise<void> {
  await withCache(config, async (cache) => {
    await cache.set("key", entryOf(ANYTHING));
    assertEquals((await cache.get("key"))?.value, ANYTHING);
    await cache.clear("");
    assertEquals(await cache.get("key"), undefined);
  });
}

async function assertFails(config: RedisCacheConfig, message: string): Promise<void> {
  await withCache(config, async (cache) => {
    const error = await assertRejects(async () => await cache.set("key", entryOf(ANYTHING)), Error);
    assertEquals(error.message, message);
    for (const secret of [PASSWORD, ANYTHING]) assert(!Deno.inspect(error).includes(secret));
  });
}

const url = Deno.env.get("REDIS_URL") ?? server?.url;

testCacheBackend((store) => redisCache({ ...PATIENT, url, keyPrefix: `${store}:` }), {
  test: (name, run) => Deno.test({ name, fn: run, ignore: !hasRedisServer && Deno.env.get("REDIS_URL") === undefined }),
  name: "redisCache()",
  isPersistent: true,
  keepsEverything: true,
  hasLocks: true,
});

test("redisCache() signs in with a password, and as an ACL user", async () => {
  await using locked = await RedisServer.start({
    args: ["--requirepass", PASSWORD, "--user", "worker", "on", `>${PASSWORD}2`, "~opero:*", "+@all"],
  });
  const { port } = locked;
  await assertWorks({ port, password: PASSWORD });
  await assertWorks({ port, username: "worker", password: `${PASSWORD}2`, db: 3 });
  await assertWorks({ url: `redis://:${PASSWORD}@127.0.0.1:${port}` });
  await assertWorks({ url: `redis://worker:${PASSWORD}2@127.0.0.1:${port}/3` });
  await assertFails({ port }, "Redis command SET failed with NOAUTH");
  await assertFails({ port, password: `${PASSWORD}3` }, "Redis command CONNECT failed with WRONGPASS");
  await assertFails({ url: `redis://u:${PASSWORD}@127.0.0.1:${port}` }, "Redis command CONNECT failed with WRONGPASS");
  const stranger = { port, username: "worker", password: `${PASSWORD}2`, keyPrefix: "other:" };
  await assertFails(stranger, "Redis command SET failed with NOPERM");
});

test("redisCache() connects with TLS, and only to whom it can trust", async () => {
  const certificate = await makeCertificate();
  await using secure = await RedisServer.start({ certificate, args: ["--requirepass", PASSWORD] });
  const ca = await Deno.readTextFile(`${certificate}/cert.pem`);
  const url = `rediss://:${PASSWORD}@localhost:${secure.port}`;
  await assertWorks({ url, tls: { ca } });
  await assertWorks({ host: "localhost", port: secure.port, password: PASSWORD, tls: { ca } });
  await withCache({ url }, async (cache) => {
    const { message } = await assertRejects(async () => await cache.get("key"), RedisError);
    assertMatch(message, /^Redis command CONNECT failed with [A-Z_]+$/);
  });
  await Deno.remove(certificate, { recursive: true });
}, !hasOpenssl);

test("redisCache() lets the server remove an entry at its staleUntil", async () => {
  await withCache({ url: server!.url, keyPrefix: "expiry:" }, async (cache) => {
    await cache.set("key", { ...entryOf(1), expiresAt: Date.now() + 1, staleUntil: Date.now() + 60_000 });
    const lifetimeMs = Number((await server!.command("PTTL expiry:key")).slice(1));
    assert(lifetimeMs > 50_000 && lifetimeMs <= 60_000);
    await cache.set("key", entryOf(1));
    assertEquals(await server!.command("PTTL expiry:key"), ":-1\r\n");
    await cache.set("key", entryOf(1, -1));
    assertEquals(await server!.command("EXISTS expiry:key"), ":0\r\n");
  });
});

test("redisCache() misses what another program keeps under its key, and takes the place of it", async () => {
  await withCache({ url: server!.url, keyPrefix: "foreign:" }, async (cache) => {
    for (const command of ["LPUSH foreign:key a", "SET foreign:key a", 'SET foreign:key ""']) {
      await server!.command(command);
      assertEquals(await cache.get("key"), undefined);
      await cache.set("key", entryOf(1));
      assertEquals((await cache.get("key"))?.value, 1);
      assertEquals(await cache.delete("key"), true);
    }
  });
});

test("redisCache() reads what is asked for at once by one script, and by itself what that leaves out", async () => {
  await using own = await RedisServer.start();
  await withCache({ url: own.url }, async (cache) => {
    const keys = Array.from({ length: 100 }, (_, i) => `key${i}`);
    await Promise.all(keys.map((key) => cache.set(key, entryOf(key))));
    await own.command("DEL opero:key7");
    await own.command("DEL opero:key8");
    await own.command("LPUSH opero:key8 a");
    const found = await Promise.all(keys.map(async (key) => (await cache.get(key))?.value));
    assertEquals(found, keys.map((key) => ["key7", "key8"].includes(key) ? undefined : key));
    const statistics = await own.command("INFO commandstats");
    assertMatch(statistics, /cmdstat_eval:calls=1,/);
    // What is no text is read once more.
    assertMatch(statistics, /cmdstat_getrange:calls=101,/);
  });
});

test("redisCache() reads one by one where the user may do no more", async () => {
  await using own = await RedisServer.start({
    args: ["--user", "worker", "on", `>${PASSWORD}`, "~*", "+get", "+set", "+unlink", "+scan"],
  });
  await withCache({ port: own.port, username: "worker", password: PASSWORD }, async (cache) => {
    await Promise.all(["a", "b"].map((key) => cache.set(key, entryOf(key))));
    for (let round = 0; round < 2; round++) {
      const found = await Promise.all(["a", "b"].map(async (key) => (await cache.get(key))?.value));
      assertEquals(found, ["a", "b"]);
    }
  });
});

test("redisCache() touches nothing outside of its key prefix when it clears", async () => {
  const prefixes = ["p*:", "p?:", "p[a-z]:", "p\\*:", "p:", "pa:"];
  for (const keyPrefix of prefixes) {
    await withCache({ url: server!.url, keyPrefix }, (cache) => Promise.resolve(cache.set("key", entryOf(keyPrefix))));
  }
  for (const [i, keyPrefix] of prefixes.entries()) {
    await withCache({ url: server!.url, keyPrefix }, (cache) => Promise.resolve(cache.clear("")));
    const left = prefixes.slice(i + 1).map((keyPrefix) => ({ url: server!.url, keyPrefix }));
    for (const config of left) {
      await withCache(config, async (cache) => assertEquals((await cache.get("key"))?.value, config.keyPrefix));
    }
  }
});

test("redisCache() clears 100 000 keys and no others", async () => {
  await using own = await RedisServer.start({ args: ["--enable-debug-command", "yes"] });
  await own.command("DEBUG POPULATE 100000 many:opero");
  await own.command("DEBUG POPULATE 1000 few:opero");
  await withCache({ url: own.url, keyPrefix: "many:" }, async (cache) => await cache.clear("opero"));
  assertEquals(await own.command("DBSIZE"), ":1000\r\n");
});

test("redisCache() keeps a value of 20 MB", async () => {
  const value = "0123456789abcdef".repeat(20 * 2 ** 16);
  await withCache({ url: server!.url }, async (cache) => {
    await cache.set("key", entryOf(value));
    assert((await cache.get("key"))?.value === value);
    await cache.clear("");
  });
});

test("redisCache() neither writes nor reads an entry of more than maxEntryBytes", async () => {
  const keyPrefix = "bounded:";
  const value = "é".repeat(500);
  await withCache({ url: server!.url, keyPrefix, maxEntryBytes: 1_000 }, async (cache) => {
    const error = await assertRejects(async () => await cache.set("key", entryOf(value)), SerializationError);
    assertEquals(error.message, "Cannot keep the value as it takes more than the 1000 bytes of 'maxEntryBytes'");
    assertEquals(await server!.command("EXISTS bounded:key"), ":0\r\n");
    await withCache({ url: server!.url, keyPrefix }, async (other) => {
      await other.set("key", entryOf(value));
      assertEquals((await other.get("key"))?.value, value);
    });
    assertEquals(await cache.get("key"), undefined);
    assertEquals(await Promise.all([cache.get("key"), cache.get("key2")]), [undefined, undefined]);
    await cache.set("key", entryOf(value.slice(100)));
    assertEquals((await cache.get("key"))?.value, value.slice(100));
    await cache.clear("");
  });
});

test("redisCache() rejects with the server's code when it refuses to write", async () => {
  await using full = await RedisServer.start({ args: ["--maxmemory", "1"] });
  await assertFails({ url: full.url }, "Redis command SET failed with OOM");
  await using replica = await RedisServer.start({ args: ["--replicaof", "127.0.0.1", String(full.port)] });
  await assertFails({ url: replica.url }, "Redis command SET failed with READONLY");
});

test("redisCache() takes a client of node-redis and leaves it open", async () => {
  const client = createClient({ url: server!.url, disableClientInfo: true, maintNotifications: "disabled" });
  await client.connect();
  await assertWorks({ client });
  assertEquals(await client.ping(), "PONG");
  await client.close();
});

test("redisCache() takes a client of ioredis, its own key prefix included, and leaves it open", async () => {
  for (const keyPrefix of ["", "app*:"]) {
    const client = new Redis(server!.port, { keyPrefix });
    await server!.command("SET opero:foreign 1");
    await assertWorks({ client, keyPrefix: "mine:" });
    assertEquals(await client.ping(), "PONG");
    assertEquals(await server!.command("DBSIZE"), ":1\r\n");
    await client.quit();
  }
  await server!.command("FLUSHALL");
});

test("redisCache() takes a client of deno.land/x/redis and leaves it open", async () => {
  const redis = new Redis(server!.port);
  const client = {
    isConnected: true,
    isClosed: false,
    sendCommand: (command: string, args: string[] = []) => redis.call(command, ...args),
    close: () => redis.disconnect(),
  };
  await assertWorks({ client });
  assertEquals(await redis.ping(), "PONG");
  await redis.quit();
});

test("redisCache() takes a client of a cluster, and sends no command about keys of two slots", async () => {
  const directory = await Deno.makeTempDir();
  await using cluster = await RedisServer.start({ clusterDirectory: directory });
  await cluster.command("CLUSTER ADDSLOTSRANGE 0 16383");
  await untilClusterIsUp(cluster);
  const clients = [
    createCluster({ rootNodes: [{ url: cluster.url }], defaults: { maintNotifications: "disabled" } }),
    new Cluster([{ port: cluster.port, host: "127.0.0.1" }]),
  ] as const;
  await clients[0].connect();
  for (const client of clients) {
    await withCache({ client }, async (cache) => {
      const keys = Array.from({ length: 200 }, (_, i) => `key${i}`);
      await Promise.all(keys.map((key) => cache.set(key, entryOf(key))));
      assertEquals((await cache.get("key7"))?.value, "key7");
      await cache.clear("key1");
      assertEquals(await cluster.command("DBSIZE"), ":89\r\n");
      await cache.clear("");
      assertEquals(await cluster.command("DBSIZE"), ":0\r\n");
    });
  }
  await clients[0].close();
  await clients[1].quit();
  await Deno.remove(directory, { recursive: true });
});

async function untilClusterIsUp(cluster: RedisServer): Promise<void> {
  for (let tries = 0; tries < 3_000; tries++) {
    if ((await cluster.command("CLUSTER INFO")).includes("cluster_state:ok")) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("fromKeyv() keeps entries in a Redis behind Keyv", async () => {
  const keyv = createKeyv(server!.url, { namespace: "keyv" });
  const cache = fromKeyv(keyv);
  await cache.set("a.1", entryOf(new Set([1])));
  await cache.set("b.1", entryOf(2, 60_000));
  assertEquals((await cache.get("a.1"))?.value, new Set([1]));
  await cache.clear("a.");
  assertEquals(await cache.get("a.1"), undefined);
  assertEquals((await cache.get("b.1"))?.value, 2);
  await cache.clear("");
  await keyv.disconnect();
});

test("redisCache() serves the next process what the one before kept, in the example", async () => {
  const run = async () => {
    const args = [
      "run",
      "--allow-net=127.0.0.1",
      "--allow-env=REDIS_URL",
      "--no-prompt",
      "--config=deno.json",
      "examples/redis_cache.ts",
    ];
    const env = { REDIS_URL: server!.url, NO_COLOR: "1" };
    const { stdout } = await new Deno.Command(Deno.execPath(), { args, env, cwd: new URL("../../", import.meta.url) })
      .output();
    return new TextDecoder().decode(stdout).trim().split("\n");
  };
  assertEquals(await run(), ["3 * 3 = 9 (miss)", "4 * 4 = 16 (miss)", "3 * 3 = 9 (hit)"]);
  assertEquals(await run(), ["3 * 3 = 9 (hit)", "4 * 4 = 16 (hit)", "3 * 3 = 9 (hit)"]);
});

test("redisCache() lets a script end by itself, with its connection open or its server gone", async () => {
  await using own = await RedisServer.start();
  const script = (after: string) => `
    import { redisCache } from ${JSON.stringify(import.meta.resolve("../../redis.ts"))};
    const cache = redisCache({ url: "${own.url}", connectTimeout: "1m", replyTimeout: "1m" });
    const entry = { value: 1, createdAt: 0, expiresAt: Infinity, staleUntil: Infinity };
    await cache.set("key", entry);
    ${after}
    console.log((await cache.get("key").catch((error) => error.code))?.value ?? "gone");`;
  assertEquals(await runScript(script("")), "1");
  const killing = runScript(
    script(`Deno.kill(${own.pid}, "SIGKILL"); await new Promise((end) => setTimeout(end, 50));`),
  );
  assertEquals(await killing, "gone");
});

async function runScript(code: string): Promise<string> {
  const args = ["run", "-A", "--ext=ts", "--no-check", "-"];
  const child = new Deno.Command(Deno.execPath(), { args, stdin: "piped", stdout: "piped", stderr: "inherit" }).spawn();
  const timer = setTimeout(() => child.kill(), 60_000);
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(code));
  await writer.close();
  const { stdout, success } = await child.output();
  clearTimeout(timer);
  assert(success, "the script must end by itself");
  return new TextDecoder().decode(stdout).trim();
}

Deno.test("redisCache() loads no package where a client is handed in", async () => {
  const cacheDirectory = await Deno.makeTempDir();
  const code = `
    const { redisCache } = await import(${JSON.stringify(import.meta.resolve("../../redis.ts"))});
    const client = { isConnected: true, sendCommand: () => Promise.resolve(null) };
    console.log(await redisCache({ client }).get("key"));`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-config", "--no-lock", code],
    env: { DENO_DIR: cacheDirectory, NO_COLOR: "1" },
  }).output();
  assertEquals(new TextDecoder().decode(stdout).trim(), "undefined");
  const packages = await Array.fromAsync(Deno.readDir(`${cacheDirectory}/npm`)).catch(() => []);
  assertEquals(packages, []);
  await Deno.remove(cacheDirectory, { recursive: true });
});

Deno.test("redisCache() throws a ConfigurationError when an option is wrong, without a secret in it", () => {
  const client = { isConnected: true, sendCommand: () => Promise.resolve(null) };
  const URL_FORM = "a URL of the form redis://user:password@host:port/db, or rediss:// for TLS";
  const cases: [object, string][] = [
    [{ url: `http://:${PASSWORD}@host` }, `'url' must be ${URL_FORM}: received a string`],
    [{ url: `redis://:${PASSWORD}@host/one` }, `'url' must be ${URL_FORM}: received a string`],
    [{ url: `redis://:%E0@host` }, `'url' must be ${URL_FORM}: received a string`],
    [{ url: PASSWORD }, `'url' must be ${URL_FORM}: received a string`],
    [{ port: 0 }, "'port' must be an integer from 1 to 65535: received 0"],
    [{ db: -1 }, "'db' must be a non-negative integer: received -1"],
    [{ password: 1234 }, "'password' must be a non-empty string: received a number"],
    [{ keyPrefix: "" }, `'keyPrefix' must be a non-empty string: received ""`],
    [{ maxEntryBytes: 0 }, "'maxEntryBytes' must be a positive integer: received a number"],
    [{ pasword: PASSWORD }, "'pasword' must be a known option: received a string, did you mean 'password'?"],
    [
      { url: "redis://host", password: PASSWORD },
      "'password' must be left out where 'url' is given: received a string",
    ],
    [{ client, url: "redis://host" }, "'url' must be left out where 'client' is given: received a string"],
    [
      { url: "rediss://host", tls: false },
      "'tls' must be left out or true where 'url' begins with rediss://: received false",
    ],
    [
      { client: new Map() },
      "'client' must be a connected client of node-redis (npm:redis), ioredis or deno.land/x/redis: received a Map",
    ],
    [
      { client: { sendCommand() {} } },
      "'client' must be a connected client of node-redis (npm:redis), ioredis or deno.land/x/redis: received an object",
    ],
  ];
  for (const [config, message] of cases) {
    const error = assertThrows(() => redisCache(config), ConfigurationError);
    assertEquals(error.message, `Cannot open the redis cache as ${message}`);
  }
});
