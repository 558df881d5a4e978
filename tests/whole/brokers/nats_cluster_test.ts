import { opmap } from "@opero/core";
import { natsEngine } from "@opero/core/nats";
import { serve } from "@opero/core/worker";
import { connect } from "@nats-io/transport-node";
import { jetstreamManager } from "@nats-io/jetstream";
import { assert, assertEquals } from "@std/assert";
import { type HurtBroker, testCluster } from "../../support/cluster_acceptance.ts";
import { openJob } from "../../support/cluster_job.ts";
import { hasNatsServer, NatsServer } from "../../support/nats_server.ts";
import { until } from "../../support/until.ts";
import { WorkerProcesses } from "../../support/worker_processes.ts";
import { isInFiles } from "../../support/is_in_files.ts";

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

Deno.test({
  name: "natsEngine() stores nothing that can be read of what is sealed (needs nats-server)",
  ignore: !hasNatsServer,
  fn: async () => {
    const sealKey = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    for (const key of [undefined, sealKey]) {
      await using server = await NatsServer.start();
      await using engine = natsEngine({ servers: server.url });
      const seals = key === undefined ? {} : { sealKey: key };
      await using job = opmap(async (item: string) => await Promise.resolve(`result of ${item}`), {
        mode: "cluster",
        engine,
        task: "sealed",
        ...seals,
      });
      const working = job(["canary-7f3a"]);
      working.catch(() => {});
      // A message is in its file with its subject, a while after the server has it.
      await until(() => isInFiles(server.directory, "opero.1.work.sealed.0.open"));
      assertEquals(await isInFiles(server.directory, "canary-7f3a"), key === undefined);
      await using _worker = await serve(job, { grace: 0 });
      assertEquals(await working, ["result of canary-7f3a"]);
    }
  },
});
