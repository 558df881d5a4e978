import { connect } from "@nats-io/transport-node";
import { jetstreamManager } from "@nats-io/jetstream";
import { assert, assertEquals } from "@std/assert";
import { type HurtBroker, testCluster } from "../../support/cluster_acceptance.ts";
import { openJob } from "../../support/cluster_job.ts";
import { hasNatsServer, NatsServer } from "../../support/nats_server.ts";
import { WorkerProcesses } from "../../support/worker_processes.ts";

const STREAMS = ["opero-1-work", "opero-1-results"];

async function withStreams<R>(
  url: string,
  use: (streams: Awaited<ReturnType<typeof jetstreamManager>>["streams"]) => Promise<R>,
): Promise<R> {
  const connection = await connect({ servers: url });
  try {
    return await use((await jetstreamManager(connection)).streams);
  } finally {
    await connection.close();
  }
}

async function start(): Promise<HurtBroker> {
  const server = await NatsServer.start();
  const { url } = server;
  return {
    url,
    kill: () => server.kill(),
    restart: (options) => server.restart(options),
    forget: () =>
      withStreams(url, async (streams) => {
        for (const name of STREAMS) await streams.delete(name);
      }),
    left: () =>
      withStreams(url, async (streams) => {
        const infos = await Promise.all(STREAMS.map((name) => streams.info(name)));
        return infos.reduce((sum, { state }) => sum + state.messages, 0);
      }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

testCluster({ name: "natsEngine() (needs nats-server)", ignore: !hasNatsServer, start });

Deno.test({
  name: "natsEngine() puts nothing of an item or a key into subjects and headers (needs nats-server)",
  ignore: !hasNatsServer,
  fn: async () => {
    await using broker = await start();
    const record = await Deno.makeTempFile();
    await using workers = new WorkerProcesses({ url: broker.url, version: "1", lease: "2s", record }, 4);
    await workers.start();
    const spy = await connect({ servers: broker.url });
    const seen: string[] = [];
    spy.subscribe(">", { callback: (_error, message) => void seen.push(`${message.subject} ${message.headers}`) });
    await spy.flush();
    await using job = openJob({ url: broker.url });
    assertEquals(await job([{ n: 1, canary: "canary-7f3a" }]), [2]);
    await spy.close();
    await Deno.remove(record);
    assert(seen.length > 5);
    assertEquals(seen.filter((line) => line.includes("canary")), []);
  },
});
