import { type Delivery, EngineError } from "@opero/core";
import { redisEngine } from "@opero/core/redis";
import { testEngine } from "@opero/core/testing";
import { assertEquals, assertRejects } from "@std/assert";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { hasRedisServer, PATIENT, RedisServer } from "../../support/redis_server.ts";
import { until } from "../../support/until.ts";

const NEEDS = "(needs redis-server)";
const ADDRESS = { task: "thumbs", version: "2" };

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `${name} ${NEEDS}`, ignore: !hasRedisServer, fn });
}

const isForgetting = ([name]: [string, () => Promise<void>]) => name.includes("forgotten");

test("redisEngine() passes the conformance suite", async () => {
  await using server = await RedisServer.start();
  const checks: [string, () => Promise<void>][] = [];
  testEngine(() => redisEngine({ url: server.url, ...PATIENT }), {
    test: (...check) => checks.push(check),
    name: "redisEngine()",
    forget: async () => void await server.command("FLUSHALL"),
  });
  // Side by side, as most of them wait for leases to end; each has a task of its own, but all forget together.
  const [forgetting, others] = [checks.filter(isForgetting), checks.filter((check) => !isForgetting(check))];
  await Promise.all(others.map(([, check]) => check()));
  assertEquals(forgetting.length, 1);
  await forgetting[0]![1]();
});

/** Whether a frame goes to a worker, and its results back, over a client that is passed in. */
// deno-lint-ignore no-explicit-any -- each client has its own type
async function works(client: any): Promise<void> {
  await using engine = redisEngine({ client });
  const results: number[] = [];
  await using caller = await engine.openCaller(ADDRESS, crypto.randomUUID(), ({ length }) => results.push(length));
  await using worker = await engine.openWorker(ADDRESS, { slots: 3, leaseMs: 60_000 });
  await until(() => caller.slots === 3);
  const cancelled: number[] = [];
  worker.onCancel(({ length }) => cancelled.push(length));
  await caller.send("1", new Uint8Array(9));
  caller.cancel(new Uint8Array(2));
  const [delivery] = await worker.pull("open", 1);
  await delivery!.settle("other", "1", new Uint8Array(1));
  assertEquals(await caller.waiting(), 0);
  await until(() => cancelled.length > 0);
  assertEquals([results, cancelled], [[], [2]]);
}

test("redisEngine() uses a client that is passed in, of node-redis and of ioredis", async () => {
  await using server = await RedisServer.start();
  const nodeRedis = createClient({ url: server.url });
  await nodeRedis.connect();
  const ioRedis = new Redis(server.url);
  try {
    for (const client of [nodeRedis, ioRedis]) await works(client);
    assertEquals(await nodeRedis.ping(), "PONG");
  } finally {
    nodeRedis.destroy();
    ioRedis.disconnect();
  }
});

test("redisEngine() leaves nothing in the server after callers and workers are gone", async () => {
  await using server = await RedisServer.start();
  await using engine = redisEngine({ url: server.url, ...PATIENT });
  const caller = await engine.openCaller(ADDRESS, "run-1", () => {});
  const worker = await engine.openWorker(ADDRESS, { slots: 1, leaseMs: 60_000 });
  for (const id of ["1", "2", "3"]) await caller.send(id, new Uint8Array(9));
  const [delivery] = await worker.pull("open", 1);
  await caller[Symbol.asyncDispose]();
  await delivery!.settle("run-1", "1", new Uint8Array(9));
  await worker[Symbol.asyncDispose]();
  const root = "opero:queue:1:{thumbs@2}:";
  const left = (await server.command("KEYS *")).split("\r\n").filter((line) => line.startsWith("opero:")).sort();
  assertEquals(left, [`${root}alone`, `${root}open`], "the streams, which are empty");
  assertEquals(await server.command(`XLEN ${root}open`), ":0\r\n");
  assertEquals(await server.command(`XINFO CONSUMERS ${root}open workers`), "*0\r\n");
});

/** What the documents say that a user needs. */
const COMMANDS =
  "eval evalsha xread xreadgroup xrevrange xdel set exists del pexpire time hset hget hexists hlen hgetall hdel " +
  "xadd xack xclaim xautoclaim xpending xgroup xinfo";

test("redisEngine() needs no more commands and keys than the documents list", async () => {
  const allowed = COMMANDS.split(" ").map((command) => `+${command}`);
  await using server = await RedisServer.start({ args: ["--user", "ada", "on", ">secret", "~opero:*", ...allowed] });
  await using engine = redisEngine({ url: server.url.replace("//", "//ada:secret@"), ...PATIENT });
  await using caller = await engine.openCaller(ADDRESS, "run-1", () => {});
  await using worker = await engine.openWorker(ADDRESS, { slots: 1, leaseMs: 500 });
  await caller.send("1", new Uint8Array(9));
  await worker.pull("open", 1);
  const deliveries: Delivery[] = [];
  await until(async () => deliveries.push(...await worker.pull("open", 1)) > 0);
  const [delivery] = deliveries;
  delivery!.keep();
  await delivery!.replace([{ id: "2", frame: new Uint8Array(9), lane: "alone" }]);
  const [alone] = await worker.pull("alone", 1);
  await alone!.settle("run-1", "1", new Uint8Array(9));
  caller.cancel(new Uint8Array(1));
  assertEquals(await caller.waiting(), 0);
  const log = await server.command("ACL LOG");
  assertEquals(log, "*0\r\n", log);
});

test("close() ends all lines, and no other is opened", async () => {
  await using server = await RedisServer.start();
  const engine = redisEngine({ url: server.url, ...PATIENT });
  await engine.openCaller(ADDRESS, "run-1", () => {});
  await engine.openWorker(ADDRESS, { slots: 1, leaseMs: 60_000 });
  await engine.close();
  const error = await assertRejects(() => engine.openCaller(ADDRESS, "run-2", () => {}), EngineError);
  assertEquals(error.message, "Cannot open a line to Redis as the engine is closed");
});
