/** A broker that dies, forgets or is not there, seen through the engine alone. */
import { natsEngine, NatsError } from "@opero/core/nats";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { connect } from "@nats-io/transport-node";
import { jetstreamManager } from "@nats-io/jetstream";
import { EngineRun, NAMES } from "../../support/engine_run.ts";
import { hasNatsServer, NatsServer } from "../../support/nats_server.ts";
import { until } from "../../support/until.ts";

const ADDRESS = { task: "thumbs", version: "2" };

/** What happens to the broker while a run is half done. */
const FAULTS: Record<string, (server: NatsServer) => Promise<void>> = {
  "is killed and comes back with what it kept": async (server) => {
    await server.kill();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await server.restart();
  },
  "is killed and comes back empty": async (server) => {
    await server.kill();
    await server.restart({ isEmpty: true });
  },
  "stands still for a while": async (server) => {
    server.pause();
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    server.resume();
  },
  "loses what is in its streams": (server) => withStreams(server, (streams, name) => streams.purge(name)),
  "loses its streams": (server) => withStreams(server, (streams, name) => streams.delete(name)),
};

type Streams = Awaited<ReturnType<typeof jetstreamManager>>["streams"];

async function withStreams(server: NatsServer, change: (streams: Streams, name: string) => Promise<unknown>) {
  const connection = await connect({ servers: server.url });
  const { streams } = await jetstreamManager(connection);
  for (const name of ["opero-1-work", "opero-1-results"]) await change(streams, name);
  await connection.close();
}

for (const [fault, cause] of Object.entries(FAULTS)) {
  Deno.test({
    name: `natsEngine() ends a run with all results where the broker ${fault} (needs nats-server)`,
    ignore: !hasNatsServer,
    fn: async () => {
      await using server = await NatsServer.start();
      await using engine = natsEngine({ servers: server.url });
      await using run = await EngineRun.open(engine, (error) => error instanceof NatsError);
      await run.send(NAMES);
      await until(() => run.results.size > 30);
      assert(run.results.size < NAMES.length);
      await cause(server);
      await run.finish();
      assertEquals(run.results, new Set(NAMES));
    },
  });
}

Deno.test({
  name: "natsEngine() rejects at once while the broker is away, and works when it is back (needs nats-server)",
  ignore: !hasNatsServer,
  fn: async () => {
    await using server = await NatsServer.start();
    await using engine = natsEngine({ servers: server.url });
    await using caller = await engine.openCaller(ADDRESS, "run-1", () => {});
    await server.kill();
    const send = () => caller.send("1", new Uint8Array(1));
    await until(() => send().then(() => false, () => true));
    const beganMs = performance.now();
    const error = await assertRejects(send, NatsError);
    assertEquals(error.message, "NATS could not store a frame: the connection was lost");
    assert(performance.now() - beganMs < 5_000);
    await server.restart();
    await until(() => send().then(() => true, () => false));
    assertEquals(await caller.waiting(), 1);
  },
});
