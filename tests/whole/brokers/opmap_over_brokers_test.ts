/** What `opmap()` does in every mode, over engines of real brokers. */
import type { Engine } from "@opero/core";
import { natsEngine } from "@opero/core/nats";
import { redisEngine } from "@opero/core/redis";
import { testMode, variantsOf } from "../../support/map_modes.ts";
import { hasNatsServer, NatsServer } from "../../support/nats_server.ts";
import { hasRedisServer, RedisServer } from "../../support/redis_server.ts";
import { isNightly } from "../../support/runs.ts";

const nats = hasNatsServer ? await NatsServer.start() : undefined;
const redis = hasRedisServer ? await RedisServer.start() : undefined;
addEventListener("unload", () => [nats, redis].forEach((server) => void server?.kill()));

const BROKERS: Record<string, readonly [isThere: boolean, openEngine: () => Engine]> = {
  "NATS (needs nats-server)": [hasNatsServer, () => natsEngine({ servers: nats!.url })],
  "Redis (needs redis-server)": [hasRedisServer, () => redisEngine({ url: redis!.url })],
};

// The order is the caller's, whatever is under it.
const variants = variantsOf(["cluster"]).filter(({ ordered }) => ordered || isNightly);

for (const [broker, [isThere, openEngine]] of Object.entries(BROKERS)) {
  for (const variant of variants) testMode(variant, { over: `, over ${broker}`, openEngine, ignore: !isThere });
}
