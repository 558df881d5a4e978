import { type HurtBroker, testCluster } from "../../support/cluster_acceptance.ts";
import { hasRedisServer, RedisServer } from "../../support/redis_server.ts";

const LANES = ["open", "alone"].map((lane) => `opero:queue:1:{job@1}:${lane}`);

/** A server that keeps what it has on disk, in a directory of its own. */
async function start(): Promise<HurtBroker> {
  const directory = await Deno.makeTempDir();
  const server = await RedisServer.start({ args: ["--dir", directory, "--appendonly", "yes"] });
  return {
    url: server.url,
    kill: () => server.kill(),
    restart: async ({ isEmpty = false } = {}) => {
      if (isEmpty) await Deno.remove(`${directory}/appendonlydir`, { recursive: true });
      await server.restart();
    },
    forget: async () => void await server.command("FLUSHALL"),
    left: async () => {
      const lengths = [];
      for (const lane of LANES) lengths.push(Number((await server.command(`XLEN ${lane}`)).slice(1)));
      return lengths.reduce((sum, length) => sum + length);
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

testCluster({ name: "redisEngine() (needs redis-server)", ignore: !hasRedisServer, start });
