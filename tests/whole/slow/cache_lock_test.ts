import { assert, assertEquals } from "@std/assert";
import type { LockedCall } from "../../support/locked_caller.ts";
import { executionsIn, LockedProcess } from "../../support/locked_processes.ts";
import { createOpero } from "@opero/core";
import { redisCache } from "@opero/core/redis";
import { hasRedisServer, PATIENT, RedisServer } from "../../support/redis_server.ts";

const CALL: LockedCall = {
  record: "",
  name: "",
  calls: 1_000,
  keys: 50,
  tookMs: 200,
  lease: "30s",
  isLocked: true,
};

/** Runs a test with a place of its own for each backend. */
function testEach(name: string, run: (place: string, record: string) => Promise<void>): void {
  for (const backend of ["redis", "sqlite"]) {
    Deno.test({
      name: `cacheLock on ${backend}: ${name}`,
      ignore: backend === "redis" && !hasRedisServer,
      fn: async () => {
        const directory = await Deno.makeTempDir();
        const server = backend === "redis" ? await RedisServer.start() : undefined;
        try {
          await run(server?.url ?? `${directory}/cache.sqlite`, `${directory}/record`);
        } finally {
          await server?.[Symbol.asyncDispose]();
          await Deno.remove(directory, { recursive: true });
        }
      },
    });
  }
}

function startAll(place: string, call: Partial<LockedCall>, count: number, name = "p"): Promise<LockedProcess[]> {
  const start = (_: unknown, i: number) => LockedProcess.start(place, { ...CALL, ...call, name: `${name}${i}` });
  return Promise.all(Array.from({ length: count }, start));
}

/** Waits until the function was executed for so many keys. */
async function untilExecuted(record: string, keys: number): Promise<void> {
  const count = () => {
    try {
      return executionsIn(record).size;
    } catch {
      return 0;
    }
  };
  while (count() < keys) await new Promise((resolve) => setTimeout(resolve, 5));
}

testEach("8 processes × 1 000 calls × 50 keys are 50 executions", async (place, record) => {
  const processes = await startAll(place, { record }, 8);
  await Promise.all(processes.map((process) => process.begin()));
  const reports = await Promise.all(processes.map((process) => process.report()));
  assertEquals(
    reports.map(({ failed, wrong, stats: { errors } }) => [failed, wrong, errors]),
    Array(8).fill([0, 0, 0]),
  );
  const executions = [...executionsIn(record).values()].map((names) => names.length);
  assertEquals([executions.length, executions.filter((times) => times !== 1)], [50, []]);
  assertEquals(reports.reduce((sum, { stats }) => sum + stats.misses, 0), 50);
});

testEach("a holder that is killed costs each key a second execution, and no third", async (place, record) => {
  // The holder would take an hour, so that it has all locks when it is killed.
  const [holder] = await startAll(place, { record, calls: 50, tookMs: 3_600_000, lease: "1s" }, 1, "holder");
  await holder!.begin();
  await untilExecuted(record, 50);
  const processes = await startAll(place, { record, lease: "30s" }, 3);
  await Promise.all(processes.map((process) => process.begin()));
  await new Promise((resolve) => setTimeout(resolve, 500));
  assertEquals(executionsIn(record).get("key 0"), ["holder0"], "they wait");
  await holder!.end();
  const reports = await Promise.all(processes.map((process) => process.report()));
  assertEquals(reports.map(({ failed, wrong }) => [failed, wrong]), Array(3).fill([0, 0]));
  const executions = [...executionsIn(record).values()];
  assertEquals(executions.filter(([first, ...others]) => first !== "holder0" || others.length !== 1), []);
});

testEach("a holder that is stopped for 2.5 leases keeps nothing when it continues", async (place, record) => {
  const keys = 5;
  const [holder] = await startAll(place, { record, calls: keys, keys, tookMs: 3_000, lease: "1s" }, 1, "holder");
  await holder!.begin();
  await untilExecuted(record, keys);
  holder!.kill("SIGSTOP");
  const [other] = await startAll(place, { record, calls: keys, keys, tookMs: 10, lease: "30s" }, 1, "other");
  await other!.begin();
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  const { stats } = await other!.report();
  holder!.kill("SIGCONT");
  const late = await holder!.report();
  // It may have been stopped after it had kept some of them, on a machine that is slow.
  const taken = stats.misses;
  assertEquals([late.failed, late.wrong, late.stats.writes], [0, 0, keys - taken]);
  assert(taken > 0, "the holder was stopped while it ran");
  const executions = [...executionsIn(record).values()].filter((names) => names.length === 2);
  assertEquals(executions, Array(taken).fill(["holder0", "other0"]));
});

testEach("without it each process runs, and so the lock saves work", async (place, record) => {
  const processes = await startAll(place, { record, calls: 100, isLocked: false, tookMs: 2_000 }, 4);
  await Promise.all(processes.map((process) => process.begin()));
  await Promise.all(processes.map((process) => process.report()));
  const executions = [...executionsIn(record).values()].reduce((sum, names) => sum + names.length, 0);
  assert(executions > 50, `${executions} executions`);
});

Deno.test({
  name: "cacheLock on redis: who waits runs at once when the server is killed",
  ignore: !hasRedisServer,
  fn: async () => {
    await using server = await RedisServer.start();
    const processes = [createOpero(), createOpero()];
    const caches = processes.map(() => redisCache({ url: server.url, ...PATIENT }));
    const runs: string[] = [];
    const hang = Promise.withResolvers<string>();
    const loads = processes.map(({ opero }, i) =>
      opero(async (_id: string) => {
        runs.push(`process ${i}`);
        return i === 0 ? await hang.promise : "here";
      }, { cache: true, cacheId: "load", cacheBackend: caches[i], cacheLock: { lease: "10m" }, connectTimeout: "1m" })
    );
    const holding = loads[0]!("x");
    while (runs.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const waiting = loads[1]!("x");
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    assertEquals(runs, ["process 0"]);
    await server.kill();
    assertEquals([await waiting, runs], ["here", ["process 0", "process 1"]]);
    hang.resolve("late");
    assertEquals(await holding, "late");
    for (const cache of caches) await cache.close?.();
  },
});
