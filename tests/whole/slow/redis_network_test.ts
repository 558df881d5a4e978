import { assert, assertEquals } from "@std/assert";
import type { CacheBackend, CacheEntry } from "@opero/core";
import { redisCache, RedisError } from "@opero/core/redis";
import fc from "fast-check";
import { attach } from "../../../src/cache/backend/attached_host.ts";
import { type Direction, type Fault, FaultProxy } from "../../support/fault_proxy.ts";
import { hasRedisServer, RedisServer } from "../../support/redis_server.ts";
import { isNightly } from "../../support/runs.ts";
import { printSeed } from "../../support/seed.ts";
import { TickClock } from "../../support/tick_clock.ts";

const KEPT = "canary-kept";
const WRITTEN = "canary-written";
const AFTER = "canary-after";
/** What an operation, and the recovery after it, may take, in ticks of 10 ms: a busy machine makes ticks late, and so waits longer. */
const TICK_MS = 10;
const PATIENCE_TICKS = 1_000;
/**
 * The limits of the cache that meets trouble: 20 ticks. In real milliseconds a busy machine would let them pass before
 * the loop has looked at what came, again and again, and what is opened anew makes it busier.
 */
const LIMIT = "10s";
const MS_OF_TICK = 500;

const PASSWORD = "canary-password";

const OPERATIONS = {
  get: async (cache: CacheBackend) => void assertKnown(await cache.get("key")),
  set: async (cache: CacheBackend) => await cache.set("key", entryOf(WRITTEN)),
  delete: async (cache: CacheBackend) => void assertEquals(typeof await cache.delete("key"), "boolean"),
  clear: async (cache: CacheBackend) => await cache.clear("k"),
} as const;

type Operation = keyof typeof OPERATIONS;

interface Trouble {
  readonly name: string;
  readonly faults: Partial<Record<Direction, Fault>>;
}

const DIRECTIONS: readonly Direction[] = ["up", "down"];

/** What a server never says, in whole or in part. */
const GARBAGE: Record<string, string> = {
  "noise": "\x00\xff\x07?>~",
  "another reply": "+OK\r\n",
  "an error": `-ERR wrong '${KEPT}'\r\n`,
  "a number": ":7\r\n",
  "nothing": "$-1\r\n",
  "a text that never ends": "$536870911\r\nabc",
  "a list that never ends": "*1000000\r\n:1\r\n",
  "a web page": "HTTP/1.1 400 Bad Request\r\n\r\n",
};

const TROUBLES: readonly Trouble[] = [
  ...DIRECTIONS.flatMap((direction) => [
    ...[5, 40].map((ms) => trouble(`${ms} ms of latency ${direction}`, direction, { kind: "latency", ms })),
    trouble(`a black hole ${direction}`, direction, { kind: "blackhole" }),
    trouble(`a reset ${direction}`, direction, { kind: "reset" }),
    trouble(`one-byte slices ${direction}`, direction, { kind: "slices" }),
    ...[0, 1, 3, 9].map((bytes) =>
      trouble(`a cut after ${bytes} bytes ${direction}`, direction, { kind: "cut", bytes })
    ),
  ]),
  ...Object.entries(GARBAGE).map(([name, text]) => trouble(`garbage: ${name}`, "down", { kind: "garbage", text })),
];

const server = hasRedisServer ? await RedisServer.start({ args: ["--requirepass", PASSWORD] }) : undefined;
addEventListener("unload", () => void server?.kill());

for (const operation of Object.keys(OPERATIONS) as Operation[]) {
  for (const { name, faults } of TROUBLES) {
    Deno.test({
      name: `redisCache() ${operation}() settles, and recovers, when it meets ${name}`,
      ignore: !hasRedisServer,
      fn: async () => {
        await Promise.all([true, false].map((isConnected) => meet(operation, faults, isConnected)));
      },
    });
  }
}

/** Troubles mostly wait for limits to pass, so that several at once take hardly longer than one. */
const AT_ONCE = 8;

const anyTrouble = fc.record({
  operation: fc.constantFrom(...Object.keys(OPERATIONS) as Operation[]),
  troubles: fc.array(fc.constantFrom(...TROUBLES), { minLength: 1, maxLength: 2 }),
  cutAfter: fc.nat(200),
  isConnected: fc.boolean(),
});

type AnyTrouble = typeof anyTrouble extends fc.Arbitrary<infer T> ? T : never;

Deno.test({
  name: "redisCache() settles, and recovers, when it meets troubles at random",
  ignore: !hasRedisServer || !isNightly,
  fn: () => meetMany(printSeed(), 3_000),
});

Deno.test({
  name:
    "redisCache() settles, and recovers, when it meets the troubles of a seed that failed while the machine was busy",
  ignore: !hasRedisServer,
  fn: () => meetMany(402_167_296, 40),
});

async function meetMany(seed: number, count: number): Promise<void> {
  const troubles = fc.sample(anyTrouble, { seed, numRuns: count });
  const lane = async () => {
    for (let trouble = troubles.pop(); trouble !== undefined; trouble = troubles.pop()) {
      await meetTrouble(trouble).catch((cause) => {
        throw new Error(`Trouble ${troubles.length} of seed ${seed}: ${Deno.inspect(trouble)}`, { cause });
      });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

async function meetTrouble({ operation, troubles, cutAfter, isConnected }: AnyTrouble): Promise<void> {
  const faults = Object.fromEntries(
    troubles.flatMap(({ faults }) => Object.entries(faults)).map(([direction, fault]) => [
      direction,
      fault.kind === "cut" ? { ...fault, bytes: cutAfter } : fault,
    ]),
  );
  await meet(operation, faults, isConnected);
}

/** One operation in trouble: it settles in time, tells no secrets, answers nothing wrong, and the next ones work. */
async function meet(operation: Operation, faults: Trouble["faults"], isConnected: boolean): Promise<void> {
  await using proxy = new FaultProxy(server!.port);
  const config = { password: PASSWORD, keyPrefix: `${crypto.randomUUID()}:` };
  const direct = redisCache({ ...config, port: server!.port, connectTimeout: "10s", replyTimeout: "10s" });
  const cache = redisCache({ ...config, port: proxy.port, connectTimeout: LIMIT, replyTimeout: LIMIT });
  attach(cache, { clock: new TickClock(MS_OF_TICK), warn: () => {} });
  try {
    await direct.set("key", entryOf(KEPT));
    if (isConnected) await connect(cache);
    proxy.harm(faults);
    await assertSettles(OPERATIONS[operation](cache));
    proxy.heal();
    await assertRecovers(cache);
  } finally {
    await cache.close?.();
    await direct.close?.();
  }
}

/** Ticks tell how busy this process is, not the server: that may need another go. */
async function connect(cache: CacheBackend): Promise<void> {
  const isLate = startPatience();
  try {
    for (;;) {
      try {
        return void await cache.get("other");
      } catch (error) {
        if (isLate()) throw error;
      }
    }
  } finally {
    isLate.end();
  }
}

async function assertSettles(operation: Promise<void>): Promise<void> {
  const isLate = startPatience();
  await operation.catch((error) => {
    if (!(error instanceof RedisError)) throw error;
    assert(!Deno.inspect(error).includes("canary"), "an error must tell no secrets");
  });
  assert(!isLate.end(), "the operation must settle in time");
}

async function assertRecovers(cache: CacheBackend): Promise<void> {
  const isLate = startPatience();
  while (!isLate()) {
    try {
      await cache.set("key", entryOf(AFTER));
      const found = await cache.get("key");
      assertKnown(found);
      if (found?.value === AFTER) return void isLate.end();
    } catch (error) {
      if (!(error instanceof RedisError)) throw error;
    }
  }
  isLate.end();
  throw new Error("the cache must recover in time");
}

/** Whether patience is at its end; `end()` stops counting, and tells once more. */
function startPatience(): (() => boolean) & { end(): boolean } {
  let ticks = 0;
  const counter = setInterval(() => ticks++, TICK_MS);
  const isLate = () => ticks >= PATIENCE_TICKS;
  return Object.assign(isLate, {
    end: () => {
      clearInterval(counter);
      return isLate();
    },
  });
}

function assertKnown(entry: CacheEntry | undefined): void {
  assert(entry === undefined || [KEPT, WRITTEN, AFTER].includes(entry.value as string), "a wrong value");
}

function entryOf(value: string): CacheEntry {
  return { value, createdAt: 0, expiresAt: Infinity, staleUntil: Date.now() + 60_000 };
}

function trouble(name: string, direction: Direction, fault: Fault): Trouble {
  return { name, faults: { [direction]: fault } };
}
