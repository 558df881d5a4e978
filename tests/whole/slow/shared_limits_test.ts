import { assert } from "@std/assert";
import { createClient } from "redis";
import { extremes, type LimitedCalls, startCaller, startsWithin } from "../../support/limited_caller.ts";
import { hasPostgres, PostgresServer } from "../../support/postgres_server.ts";
import { hasRedisServer, RedisServer } from "../../support/redis_server.ts";

const PROCESSES = 4;
const LIMIT = 1_000;
const CALLERS = 50;

/** Before this time processes find their pace, and in the end some have stopped, in milliseconds. */
const HEAD_MS = 500;
const TAIL_MS = 250;

/** Where the limits are, and whether that is there. */
const KINDS = { redis: hasRedisServer, sqlite: true, postgres: hasPostgres, kv: true } as const;
type Kind = keyof typeof KINDS;

/** What is done to a run, in milliseconds from its begin on. */
interface Run {
  readonly kind: Kind;
  readonly forMs: number;
  readonly limit?: number;
  readonly callers?: number;
  readonly pauseAfterMs?: number;
  readonly strike?: (
    run: { readonly server: RedisServer | undefined; readonly pids: readonly number[] },
  ) => Promise<void>;
}

/** What came of it. */
interface Outcome {
  readonly calls: readonly LimitedCalls[];
  readonly fromMs: number;
  readonly toMs: number;
  /** The longest stall of a process: by so much starts may be late, and then be close together. */
  readonly stallMs: number;
}

async function runCalls(
  { kind, forMs, limit = LIMIT, callers = CALLERS, pauseAfterMs, strike }: Run,
): Promise<Outcome> {
  await using server = kind === "redis" ? await RedisServer.start() : undefined;
  await using database = kind === "postgres" ? await PostgresServer.start() : undefined;
  const directory = await Deno.makeTempDir();
  const target = server?.url ?? database?.urlOf("postgres") ?? `${directory}/limits.${kind}`;
  const started = await Promise.all(Array.from({ length: PROCESSES }, (_, i) => {
    return startCaller(kind, target, limit, callers, forMs, ...(i === 0 && pauseAfterMs ? [pauseAfterMs] : []));
  }));
  const beganMs = Date.now();
  await Promise.all(started.map(({ begin }) => begin()));
  await strike?.({ server, pids: started.map(({ child }) => child.pid) });
  const calls = (await Promise.all(started.map(({ calls }) => calls))).filter((each) => each !== null);
  await Promise.all(started.map(({ child }) => child.status));
  await Deno.remove(directory, { recursive: true });
  const stallMs = Math.max(...calls.map((each) => each.stallMs));
  return { calls, fromMs: beganMs + HEAD_MS, toMs: beganMs + forMs - TAIL_MS, stallMs };
}

/** Holds if no second has more starts than `share` of the limit, nor fewer than `least`, but for what a stalled process explains. */
function assertSeconds({ calls, fromMs, toMs, stallMs }: Outcome, share: number, least: number, limit = LIMIT): void {
  const found = extremes(calls, 1_000, fromMs, toMs);
  const late = limit * stallMs / 1_000;
  assert(found.most <= limit * share + late, `${found.most} in a second, with stalls of ${stallMs} ms`);
  assert(found.least >= limit * least - late, `${found.least} in a second, with stalls of ${stallMs} ms`);
}

function assertRate({ calls, fromMs, toMs, stallMs }: Outcome, share: number): void {
  const rate = startsWithin(calls, fromMs, toMs) * 1_000 / (toMs - fromMs);
  const late = LIMIT * stallMs / (toMs - fromMs);
  assert(Math.abs(rate - LIMIT) <= LIMIT * share + late, `${rate} a second, with stalls of ${stallMs} ms`);
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

for (const kind of ["redis", "sqlite", "postgres", "kv"] satisfies Kind[]) {
  const test = (name: string, fn: () => Promise<void>) => {
    Deno.test({ name: `${kind}Limits() ${name}`, fn, ignore: !KINDS[kind] });
  };

  test("keep the rate over four processes, evenly", async () => {
    const outcome = await runCalls({ kind, forMs: 6_000 });
    assertSeconds(outcome, 1.05, 0.95);
    assertRate(outcome, 0.01);
    const counts = outcome.calls.map((calls) => startsWithin([calls], outcome.fromMs, outcome.toMs));
    assert(Math.max(...counts) <= 1.3 * Math.min(...counts), `${counts}`);
    const asked = outcome.calls.reduce((sum, { asked }) => sum + asked, 0);
    assert(asked <= 6 * 1_000, `${asked} questions`);
  });

  test("let no more than 100 000 a second start, by few questions", async () => {
    const limit = 100_000;
    const outcome = await runCalls({ kind, limit, callers: 2_000, forMs: 4_000 });
    assertSeconds(outcome, 1.05, 0, limit);
    const asked = outcome.calls.reduce((sum, { asked }) => sum + asked, 0);
    assert(asked <= 4 * 1_000, `${asked} questions`);
    assert(startsWithin(outcome.calls, outcome.fromMs, outcome.toMs) > 10_000);
  });

  test("give the share of a process that was killed to the others", async () => {
    const strike = async ({ pids }: { readonly pids: readonly number[] }) => {
      await sleep(1_000);
      Deno.kill(pids[0]!, "SIGKILL");
    };
    const outcome = await runCalls({ kind, forMs: 7_000, strike });
    const later = { ...outcome, fromMs: outcome.fromMs + 3_500 };
    assertSeconds(later, 1.05, 0.9);
  });

  test("pause all processes at once", async () => {
    const { calls, stallMs } = await runCalls({ kind, forMs: 4_000, pauseAfterMs: 1_500 });
    const pausedMs = calls[0]!.pausedAtMs!;
    const late = startsWithin(calls, pausedMs + 60 + stallMs, pausedMs + 990);
    assert(late === 0, `${late} starts in a pause, with stalls of ${stallMs} ms`);
    assert(startsWithin(calls, pausedMs + 1_000, pausedMs + 2_000) > 0.8 * LIMIT);
  });
}

const STRIKES: Record<string, (server: RedisServer) => Promise<void>> = {
  "is paused for two seconds": async (server) => {
    server.pause();
    await sleep(2_000);
    server.resume();
  },
  "is killed, and empty two seconds later": async (server) => {
    await server.kill();
    await sleep(2_000);
    await server.restart();
  },
  "forgets its scripts and all data": async (server) => {
    const client = await createClient({ url: server.url }).connect();
    await client.sendCommand(["SCRIPT", "FLUSH"]);
    await client.flushAll();
    client.destroy();
  },
};

for (const [name, strike] of Object.entries(STRIKES)) {
  Deno.test({
    name: `redisLimits() keep the rate while the server ${name}`,
    ignore: !hasRedisServer,
    fn: async () => {
      const outcome = await runCalls({
        kind: "redis",
        forMs: 8_000,
        strike: async ({ server }) => {
          await sleep(2_000);
          await strike(server!);
        },
      });
      assertSeconds(outcome, 1.1, 0.8);
      // Waits are those of 200 callers for a rate of 1 000, and half a second more.
      const waitMs = Math.max(...outcome.calls.map(({ longestWaitMs }) => longestWaitMs));
      assert(waitMs <= 200 + 500 + 2 * outcome.stallMs, `${waitMs} ms, with stalls of ${outcome.stallMs} ms`);
      const last = { ...outcome, fromMs: outcome.fromMs + 5_500 };
      assertSeconds(last, 1.05, 0.9);
    },
  });
}
