import { hasNatsServer, NatsServer } from "../tests/support/nats_server.ts";
import { hasRedisServer, RedisServer } from "../tests/support/redis_server.ts";
import { BullmqCaller } from "./support/cluster/bullmq_caller.ts";
import { type ItemCost, ItemRounds, type RunItems } from "./support/cluster/item_rounds.ts";
import { checkSharedRate, type SharedRate } from "./support/cluster/shared_rate.ts";
import { startWorkers } from "./support/cluster/start_workers.ts";
import { openTinyMap } from "./support/cluster/tiny_map.ts";
import { registerRows } from "./support/register_rows.ts";
import type { Contender, Row } from "./support/row.ts";

const ITEM_COUNT = 10_000;
const WORKERS = { processes: 2, slots: 50 } as const;
const FIXED_FRAME = 100;

/** More callers than the rate lets start, by the rate, in starts a second. */
const CALLERS = { 1_000: 200, 100_000: 4_000 } as const;

/** Items over brokers, and a rate that processes share. Without a `redis-server` there are no rows. */
export const rows: readonly Row[] = hasRedisServer ? [...await itemRows(), ...rateRows()] : [];

registerRows(rows);

async function itemRows(): Promise<Row[]> {
  const redis = await RedisServer.start();
  const nats = hasNatsServer ? await NatsServer.start() : undefined;
  const urls = { redis: redis.url, ...(nats === undefined ? {} : { nats: nats.url }) };
  const ends = [() => void redis.kill(), () => void nats?.kill(), await startWorkers("bullmq", redis.url, WORKERS)];
  for (const url of Object.values(urls)) ends.push(await startWorkers("opero", url, WORKERS));
  addEventListener("unload", () => ends.toReversed().forEach((end) => end()));
  const bullmq = await BullmqCaller.open(redis.port);
  const runs: Record<string, RunItems> = { bullmq: (items) => bullmq.run(items) };
  for (const [broker, url] of Object.entries(urls)) {
    runs[broker] = openTinyMap(url).map;
    runs[`${broker}, frames of 100`] = openTinyMap(url, { chunkSize: FIXED_FRAME }).map;
  }
  const rounds = new ItemRounds(ITEM_COUNT, runs);
  return Object.keys(urls).flatMap((broker) => rowsOver(broker, rounds));
}

function rowsOver(broker: string, rounds: ItemRounds): Row[] {
  const contender = (name: string, run: string, figure: keyof ItemCost): Contender => {
    let round = 0;
    return { name, run: async () => (await rounds.costOf(run, round++))[figure] };
  };
  const row = { unit: "µs", isReported: true, warmUps: 1, rounds: 3 } as const;
  const compared = (what: string, peer: string, run: string, figure: keyof ItemCost): Row => ({
    ...row,
    name: `10 000 tiny items over ${broker}, ${what}`,
    contenders: [contender("opmap", broker, figure), contender(peer, run, figure)],
  });
  return [
    compared("2 workers of 50 slots", "bullmq", "bullmq", "elapsed"),
    compared("frames that adapt", "opmap, frames of 100", `${broker}, frames of 100`, "elapsed"),
    compared("processor of the caller", "bullmq", "bullmq", "caller"),
  ];
}

function rateRows(): Row[] {
  return Object.entries(CALLERS).flatMap(([rate, callers]) => {
    let watched: Promise<SharedRate> | undefined;
    const figure = (name: keyof SharedRate, unit: Row["unit"], what: string): Row => {
      const run = async () => (await (watched ??= checkSharedRate(Number(rate), callers)))[name];
      const row = { unit, isReported: true, warmUps: 0, rounds: 1 } as const;
      return { ...row, name: `${rate}/s shared by 4 processes${what}`, contenders: [{ name: "opero", run }] };
    };
    return [
      figure("percent", "%", ""),
      figure("fullestPercent", "%", ", starts in the fullest second"),
      figure("asked", "/s", ", questions to the store"),
    ];
  });
}
