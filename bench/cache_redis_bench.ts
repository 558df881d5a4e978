import { createOpero } from "@opero/core";
import { redisCache } from "@opero/core/redis";
import { BentoCache, bentostore } from "npm:bentocache@1.6.1";
import { redisDriver } from "npm:bentocache@1.6.1/drivers/redis";
import { Redis } from "npm:ioredis@6.0.0";
import { createClient } from "npm:redis@6.3.1";
import { hasRedisServer, RedisServer } from "../tests/support/redis_server.ts";
import { BENCH_VALUE } from "./support/cache_load.ts";
import { Stampede } from "./support/stampede.ts";
import { registerRows } from "./support/register_rows.ts";
import type { Caller, Contender, Row } from "./support/row.ts";

const AT_ONCE = 50;
const CALLS = 500;
const TTL_MS = 3_600_000;
const ids = Array.from({ length: CALLS }, (_, n) => `user-${n}`);

/** A value of 1 KB in Redis, beside the client alone, and bentocache. Without a `redis-server` there are no rows. */
export const rows: readonly Row[] = hasRedisServer ? await makeRows() : [];

registerRows(rows);

async function makeRows(): Promise<Row[]> {
  const server = await RedisServer.start();
  addEventListener("unload", () => void server.kill());
  const raw = createClient({ url: server.url, maintNotifications: "disabled" });
  const connection = new Redis(server.port);
  for (const client of [raw, connection]) client.on("error", () => {});
  await raw.connect();
  const { opero } = createOpero({ cache: true, cacheTtl: "1h", retries: 0, cacheTimeout: "1m" });
  const load = (_id: string) => Promise.resolve(BENCH_VALUE);
  const cached = opero(load, { cacheBackend: redisCache({ url: server.url }), cacheId: "load" });
  const overIoredis = opero(load, { cacheBackend: redisCache({ client: connection }), cacheId: "over-ioredis" });
  const bento = new BentoCache({
    default: "redis",
    stores: { redis: bentostore().useL2Layer(redisDriver({ connection })) },
  });
  for (const id of ids) {
    await raw.set(id, JSON.stringify(BENCH_VALUE));
    await bento.set({ key: id, value: BENCH_VALUE, ttl: TTL_MS });
    await Promise.all([cached(id), overIoredis(id)]);
  }
  const idAt = (turn: number) => ids[turn % CALLS]!;
  let next = 0;
  const fresh = () => `new-${next++}`;
  const text = () => JSON.stringify(BENCH_VALUE);
  return [
    inFlight("redis hit of 1 KB, 50 in flight", [
      { name: "opero", call: (turn) => cached(idAt(turn)) },
      { name: "npm:redis get + JSON.parse", call: async (turn) => JSON.parse((await raw.get(idAt(turn)))!) },
      { name: "bentocache", call: (turn) => bento.get({ key: idAt(turn) }) },
    ]),
    inFlight("redis hit of 1 KB over ioredis, 50 in flight", [
      { name: "opero", call: (turn) => overIoredis(idAt(turn)) },
      { name: "ioredis get + JSON.parse", call: async (turn) => JSON.parse((await connection.get(idAt(turn)))!) },
    ]),
    inFlight("redis miss that stores 1 KB, 50 in flight", [
      { name: "opero", call: () => cached(fresh()) },
      {
        name: "npm:redis set + JSON.stringify",
        call: () => raw.set(fresh(), text(), { expiration: { type: "PX", value: TTL_MS } }),
      },
      { name: "ioredis set + JSON.stringify", call: () => connection.set(fresh(), text(), "PX", TTL_MS) },
      { name: "bentocache", call: () => bento.getOrSet({ key: fresh(), ttl: TTL_MS, factory: () => BENCH_VALUE }) },
    ]),
    stampedeRow(server.url),
  ];
}

function stampedeRow(url: string): Row {
  const stampede = new Stampede(url);
  return {
    name: "executions of a stampede of 80 instances over redis",
    unit: "runs",
    isReported: true,
    warmUps: 0,
    rounds: 3,
    contenders: [
      { name: "opero with cacheLock", run: () => stampede.executions(true) },
      { name: "opero without cacheLock", run: () => stampede.executions(false) },
    ],
  };
}

/** A row of calls of which as many as fifty visitors would make are in flight: each makes its next when one is done. */
function inFlight(name: string, [ours, ...peers]: readonly [Caller, ...Caller[]]): Row {
  const contender = ({ name, call }: Caller): Contender => ({
    name,
    run: async () => {
      let next = 0;
      const visit = async () => {
        while (next < CALLS) await call(next++);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, visit));
    },
  });
  const contenders: Row["contenders"] = [contender(ours), ...peers.map(contender)];
  return { name, unit: "µs", perRun: CALLS, warmUps: 4, rounds: 20, runsInRound: 3, contenders };
}
