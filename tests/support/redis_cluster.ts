import { RedisServer } from "./redis_server.ts";

/** The slots of a cluster, of which each of three servers has a part. */
const PARTS = ["0 5460", "5461 10922", "10923 16383"];

/** A cluster of three servers of this machine, each with its own part of the keys. */
export class RedisCluster implements AsyncDisposable {
  private constructor(readonly servers: readonly RedisServer[], readonly directories: readonly string[]) {}

  /** Starts the servers and makes one cluster of them. */
  static async start(): Promise<RedisCluster> {
    const directories = await Promise.all(PARTS.map(() => Deno.makeTempDir()));
    const servers = await Promise.all(
      directories.map((clusterDirectory) => RedisServer.start({ clusterDirectory })),
    );
    const [first, ...others] = servers;
    await Promise.all(servers.map((server, i) => server.command(`CLUSTER ADDSLOTSRANGE ${PARTS[i]}`)));
    for (const { port, busPort } of others) await first!.command(`CLUSTER MEET 127.0.0.1 ${port} ${busPort}`);
    for (const server of servers) {
      while (!(await server.command("CLUSTER INFO")).includes("cluster_state:ok")) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    return new RedisCluster(servers, directories);
  }

  /** Where the servers are. */
  get ports(): number[] {
    return this.servers.map(({ port }) => port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.servers.map((server) => server[Symbol.asyncDispose]()));
    await Promise.all(this.directories.map((directory) => Deno.remove(directory, { recursive: true })));
  }
}
