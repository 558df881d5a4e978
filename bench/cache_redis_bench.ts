/** A value of 1 KB in Redis, 50 commands in flight: this library, npm:redis as it is, and bentocache. */
import { redisCache } from "@opero/core/redis";
import { BentoCache, bentostore } from "npm:bentocache@1.6.1";
import { redisDriver } from "npm:bentocache@1.6.1/drivers/redis";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { hasRedisServer, RedisServer } from "../tests/support/redis_server.ts";

const IN_FLIGHT = 50;
const VALUE = { id: 1, name: "value", tags: ["a", "b"], text: "x".repeat(950) };
const TTL_MS = 600_000;

if (hasRedisServer) {
  const server = await RedisServer.start();
  addEventListener("unload", () => void server.kill());

  const cache = redisCache({ url: server.url });
  const entry = () => ({
    value: VALUE,
    createdAt: Date.now(),
    expiresAt: Date.now() + TTL_MS,
    staleUntil: Date.now() + TTL_MS,
  });
  await cache.set("key", entry());

  const raw = createClient({ url: server.url, maintNotifications: "disabled" });
  raw.on("error", () => {});
  await raw.connect();
  // The same text, so that both move and check the same bytes.
  const text = (await raw.get("opero:key"))!;

  const connection = new Redis(server.port);
  connection.on("error", () => {});
  const bento = new BentoCache({
    default: "redis",
    stores: { redis: bentostore().useL2Layer(redisDriver({ connection })) },
  });
  await bento.set({ key: "bento", value: VALUE, ttl: TTL_MS });

  inFlight("get", {
    "npm:redis": () => raw.get("opero:key"),
    "@opero/core": () => cache.get("key"),
    bentocache: () => bento.get({ key: "bento" }),
  });
  inFlight("set", {
    "npm:redis": () => raw.set("opero:key", text, { expiration: { type: "PX", value: TTL_MS } }),
    "@opero/core": () => cache.set("key", entry()),
    bentocache: () => bento.set({ key: "bento", value: VALUE, ttl: TTL_MS }),
  });
}

function inFlight(group: string, subjects: Record<string, () => unknown>): void {
  for (const [name, run] of Object.entries(subjects)) {
    Deno.bench({
      name: `${name} ${group}, ${IN_FLIGHT} in flight`,
      group,
      baseline: name === "npm:redis",
      fn: async () => {
        await Promise.all(Array.from({ length: IN_FLIGHT }, run));
      },
    });
  }
}
