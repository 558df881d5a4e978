/** A Redis Cluster of three servers: what is over a client of the cluster passes the same suites as over one server. */
import { opmap } from "@opero/core";
import { redisCache, redisEngine, RedisError, redisLimits } from "@opero/core/redis";
import { testCacheBackend, testEngine, testLimitStore } from "@opero/core/testing";
import { serve } from "@opero/core/worker";
import { Cluster } from "ioredis";
import { createCluster } from "redis";
import { assert, assertEquals } from "@std/assert";
import { RedisCluster } from "../../support/redis_cluster.ts";
import { hasRedisServer } from "../../support/redis_server.ts";

const cluster = hasRedisServer ? await RedisCluster.start() : undefined;
addEventListener("unload", () => cluster?.servers.forEach((server) => void server.kill()));

const options = { sanitizeOps: false, sanitizeResources: false, ignore: !hasRedisServer };

const node = hasRedisServer
  ? createCluster({ rootNodes: [{ url: cluster!.servers[0]!.url }], defaults: { maintNotifications: "disabled" } })
  : undefined;
await node?.connect();
const io = hasRedisServer ? new Cluster([{ port: cluster!.ports[0]!, host: "127.0.0.1" }]) : undefined;

/** Registers the tests of a suite as one, in which they run side by side. */
function together(name: string, register: (test: (name: string, fn: () => Promise<void>) => void) => void): void {
  const runs: (() => Promise<void>)[] = [];
  register((_name, run) => runs.push(run));
  Deno.test({ ...options, name, fn: async () => void await Promise.all(runs.map((run) => run())) });
}

for (const [name, client] of Object.entries({ "node-redis": node!, ioredis: io! })) {
  together(`redisEngine() over a cluster by ${name} passes its suite`, (test) => {
    testEngine(() => redisEngine({ client }), { test, name });
  });
  together(`redisCache() over a cluster by ${name} passes its suite`, (test) => {
    const open = (store: string) => redisCache({ client, keyPrefix: `${name}:${store}:` });
    testCacheBackend(open, { test, name, isPersistent: true, keepsEverything: true, hasLocks: true });
  });
  const test = (what: string, fn: () => Promise<void>) => Deno.test({ ...options, name: what, fn });
  testLimitStore(() => redisLimits({ client, keyPrefix: `${name}:` }), {
    test,
    name: `redisLimits() over a cluster by ${name}`,
  });

  test(`tasks on every server of a cluster get their items by ${name}`, async () => {
    await using engine = redisEngine({ client, keyPrefix: `tasks:${name}:` });
    const tasks = Array.from({ length: 12 }, (_, i) => `task${i}`);
    await Promise.all(tasks.map(async (task) => {
      const double = opmap(async (n: number) => await Promise.resolve(2 * n), { ...QUIET, engine, task });
      const worker = await serve(double);
      assertEquals(await double([1, 2, 3]), [2, 4, 6]);
      await worker.stop();
      await double.close();
    }));
    const servers = await Promise.all(cluster!.servers.map((server) => server.command("KEYS tasks:*")));
    assert(servers.every((keys) => keys.includes("{task")), "each server has tasks");
  });
}

const QUIET = { mode: "cluster", progress: false, retries: 0 } as const;
const MOVED = "failed with MOVED: the server is one of a cluster: pass a client of the whole cluster as 'client'";

Deno.test({
  ...options,
  name: "all that knows but one server of a cluster says so where another has the keys",
  fn: async () => {
    for (const server of cluster!.servers) {
      await using engine = redisEngine({ url: server.url });
      await using limits = redisLimits({ url: server.url });
      const cache = redisCache({ url: server.url });
      const entry = { value: 1, createdAt: 0, expiresAt: Infinity, staleUntil: Infinity };
      const asked: Record<string, (name: string) => unknown> = {
        engine: (task) =>
          engine.openCaller({ task, version: "1" }, "run-1", () => {}).then((line) => line[Symbol.asyncDispose]()),
        limits: (key) => limits.book([{ key, intervalMs: 1, burst: 1, cost: 1 }], { slots: 1, client: "a" }),
        cache: (key) => cache.set(key, entry),
      };
      for (const [what, ask] of Object.entries(asked)) {
        const outcomes = await Promise.allSettled(Array.from({ length: 40 }, async (_, i) => await ask(`name${i}`)));
        const failed = outcomes.filter((each) => each.status === "rejected");
        assert(failed.length > 0 && failed.length < 40, `${what} reaches a part of the keys`);
        for (const { reason } of failed) {
          assert(reason instanceof RedisError && reason.message.endsWith(MOVED), Deno.inspect(reason));
        }
      }
      await cache.close?.();
    }
  },
});

Deno.test({
  ...options,
  name: "limits of one call lie on one server of a cluster, however they are called",
  fn: async () => {
    await using store = redisLimits({ client: node!, keyPrefix: "together:" });
    for (let i = 0; i < 30; i++) {
      const keys = [0, 1, 2].map((place) => `a{b}${i}#${place}`);
      const bookings = keys.map((key) => ({ key, intervalMs: 1, burst: 1, cost: 1 }));
      assert("waitMs" in await store.book(bookings, { slots: 1, client: "a" }));
    }
    const servers = await Promise.all(cluster!.servers.map((server) => server.command("KEYS together:*")));
    assert(servers.every((keys) => keys.includes("together:")), "each server has limits");
  },
});
