/** Shared limits of processes whose clocks are wrong: the store goes by its own. */
import { assert } from "@std/assert";
import { type Clock, createOpero, type LimitStore } from "@opero/core";
import { postgresLimits } from "@opero/core/postgres";
import { redisLimits } from "@opero/core/redis";
import postgres from "postgres";
import { SystemClock } from "../../src/time/system_clock.ts";
import { hasPostgres, PostgresServer } from "../support/postgres_server.ts";
import { hasRedisServer, RedisServer } from "../support/redis_server.ts";

const HOUR_MS = 3_600_000;
const CALLS = 20;
const PER_SECOND = 40;

/** A clock of a machine that is so many milliseconds wrong. */
class WrongClock extends SystemClock {
  readonly #byMs: number;

  constructor(byMs: number) {
    super();
    this.#byMs = byMs;
  }

  override wallNow(): number {
    return super.wallNow() + this.#byMs;
  }
}

/** The starts of all calls of a caller by each of the clocks, in milliseconds. */
async function startsOf(store: LimitStore, clocks: readonly Clock[]): Promise<number[]> {
  const starts: number[] = [];
  const key = `clocks-${crypto.randomUUID()}`;
  const calls = clocks.flatMap((clock) => {
    const { opero } = createOpero({ clock });
    const ask = opero(() => void starts.push(performance.now()), {
      rateLimit: { limit: PER_SECOND, burst: 1, key, store },
    });
    return Array.from({ length: CALLS }, () => ask());
  });
  await Promise.all(calls);
  return starts.sort((one, other) => one - other);
}

async function checkClocks(store: LimitStore): Promise<void> {
  const starts = await startsOf(store, [-HOUR_MS, 0, HOUR_MS].map((byMs) => new WrongClock(byMs)));
  const spacingMs = 1_000 / PER_SECOND;
  const lastsMs = starts.at(-1)! - starts[0]!;
  const leastMs = (3 * CALLS - 1) * spacingMs;
  // A start may be late, which makes the next one seem early. Calls of a clock that lets them go too soon would all be early.
  assert(lastsMs >= 0.9 * leastMs, `${starts.length} calls within ${lastsMs} ms, in place of ${leastMs}`);
  assert(lastsMs < 10 * leastMs + 20_000, `${starts.length} calls took ${lastsMs} ms`);
}

Deno.test({
  name: "redisLimits() holds for callers whose clocks are an hour wrong (needs redis-server)",
  ignore: !hasRedisServer,
  fn: async () => {
    await using server = await RedisServer.start();
    await using store = redisLimits({ url: server.url });
    await checkClocks(store);
  },
});

Deno.test({
  name: "postgresLimits() holds for callers whose clocks are an hour wrong (needs postgres)",
  ignore: !hasPostgres,
  fn: async () => {
    await using server = await PostgresServer.start();
    const sql = postgres(server.urlOf("postgres"), { max: 4, onnotice: () => {} });
    await using store = postgresLimits(sql);
    await checkClocks(store);
    await sql.end();
  },
});
