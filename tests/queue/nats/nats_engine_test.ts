import { EngineError } from "@opero/core";
import { natsEngine, type NatsEngineConfig, NatsError } from "@opero/core/nats";
import { testEngine } from "@opero/core/testing";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { assertEquals, assertRejects } from "@std/assert";
import { hasNatsServer, NatsServer } from "../../support/nats_server.ts";
import { until } from "../../support/until.ts";

const NEEDS = "(needs nats-server)";
const ADDRESS = { task: "thumbs", version: "2" };

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `${name} ${NEEDS}`, ignore: !hasNatsServer, fn });
}

/** The streams of a server, through a connection of the test's own. */
async function withStreams<R>(
  server: NatsServer,
  use: (manager: Awaited<ReturnType<typeof jetstreamManager>>) => Promise<R>,
): Promise<R> {
  const connection = await connect({ servers: server.url });
  const result = await use(await jetstreamManager(connection));
  await connection.close();
  return result;
}

const isForgetting = ([name]: [string, () => Promise<void>]) => name.includes("forgotten");

test("natsEngine() passes the conformance suite", async () => {
  await using server = await NatsServer.start();
  const checks: [string, () => Promise<void>][] = [];
  const forget = () =>
    withStreams(server, async ({ streams }) => {
      for (const name of ["opero-1-work", "opero-1-results"]) await streams.delete(name);
    });
  testEngine(() => natsEngine({ servers: server.url }), {
    test: (...check) => checks.push(check),
    name: "natsEngine()",
    forget,
  });
  // Side by side, as most of them wait for leases to end; each has a task of its own, but all forget together.
  const [forgetting, others] = [checks.filter(isForgetting), checks.filter((check) => !isForgetting(check))];
  await Promise.all(others.map(([, check]) => check()));
  assertEquals(forgetting.length, 1);
  await forgetting[0]![1]();
});

test("natsEngine() leaves nothing in the streams after its caller is gone, late results neither", async () => {
  await using server = await NatsServer.start();
  await using engine = natsEngine({ servers: server.url });
  const caller = await engine.openCaller(ADDRESS, "run-1", () => {});
  await using worker = await engine.openWorker(ADDRESS, { slots: 1, leaseMs: 60_000 });
  for (const id of ["1", "2", "3"]) await caller.send(id, new Uint8Array(9));
  const [delivery] = await worker.pull("open", 1);
  await caller[Symbol.asyncDispose]();
  await delivery!.settle("run-1", "1", new Uint8Array(9));
  const left = await withStreams(server, async ({ streams, consumers }) => {
    const messages = async (name: string) => (await streams.info(name)).state.messages;
    const names = await consumers.list("opero-1-results").next();
    return [await messages("opero-1-work"), await messages("opero-1-results"), names.length];
  });
  assertEquals(left, [0, 0, 0]);
});

test("openCaller() knows the slots of workers that have been there before it", async () => {
  await using server = await NatsServer.start();
  await using engine = natsEngine({ servers: server.url });
  await using _worker = await engine.openWorker(ADDRESS, { slots: 7, leaseMs: 60_000 });
  await using caller = await engine.openCaller(ADDRESS, "run-1", () => {});
  await until(() => caller.slots === 7);
});

/** Lets the server come back with the frames that it had before `change`, while it knows how far its lanes have got. */
async function bringBackFrames(server: NatsServer, change: () => Promise<void>): Promise<void> {
  const frames = `${server.directory}/jetstream/$G/streams/opero-1-work/msgs`;
  const kept = `${server.directory}/kept`;
  await server.kill("SIGTERM");
  await copyFiles(frames, kept);
  await server.restart();
  await change();
  await server.kill("SIGTERM");
  await Deno.remove(frames, { recursive: true });
  await Deno.rename(kept, frames);
  await server.restart();
}

async function copyFiles(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
}

test("waiting() does not count what was done with, where a server that was killed has it again", async () => {
  await using server = await NatsServer.start();
  await using engine = natsEngine({ servers: server.url });
  await using caller = await engine.openCaller(ADDRESS, "run-1", () => {});
  await using other = await engine.openCaller(ADDRESS, "run-2", () => {});
  for (const [line, id] of [[caller, "1"], [other, "1"], [caller, "2"]] as const) {
    await line.send(id, new Uint8Array(9));
  }
  assertEquals([await caller.waiting(), await other.waiting()], [2, 1], "no worker has come yet");
  await bringBackFrames(server, async () => {
    await using connected = natsEngine({ servers: server.url });
    await using worker = await connected.openWorker(ADDRESS, { slots: 3, leaseMs: 60_000 });
    let done = 0;
    await until(async () => {
      for (const delivery of await worker.pull("open", 3)) {
        await delivery.settle("none", `${done++}`, new Uint8Array(9));
      }
      return done === 3;
    });
  });
  const held = await withStreams(server, async ({ streams }) => (await streams.info("opero-1-work")).state.messages);
  assertEquals(held, 3, "they are there again");
  await until(async () => await caller.waiting().catch(() => -1) === 0);
  await caller.send("3", new Uint8Array(9));
  assertEquals([await caller.waiting(), await other.waiting()], [1, 0]);
});

/** Whether a frame goes from a caller to a worker. */
async function works(config: NatsEngineConfig): Promise<void> {
  await using engine = natsEngine(config);
  await using caller = await engine.openCaller(ADDRESS, crypto.randomUUID(), () => {});
  await using worker = await engine.openWorker(ADDRESS, { slots: 1, leaseMs: 60_000 });
  await caller.send("1", new Uint8Array(9));
  await until(async () => (await worker.pull("open", 1)).length === 1);
}

const PERMISSIONS = [
  "opero.1.>",
  "$JS.API.STREAM.*.opero-1-work",
  "$JS.API.STREAM.*.opero-1-results",
  "$JS.API.CONSUMER.>",
  "$JS.ACK.opero-1-work.>",
  "$JS.ACK.opero-1-results.>",
];

test("natsEngine() signs in as URLs and options say, with the permissions that the documents list", async () => {
  const publish = JSON.stringify(PERMISSIONS);
  const subscribe = JSON.stringify(["_INBOX_ada.>", "opero.1.news.>"]);
  const permissions = `permissions { publish: ${publish}, subscribe: ${subscribe} }`;
  await using server = await NatsServer.start(
    `authorization { users: [{ user: ada, password: "p@ss", ${permissions} }] }`,
  );
  const host = server.url.replace("nats://", "");
  await works({ servers: `nats://ada:p%40ss@${host}`, connect: { inboxPrefix: "_INBOX_ada" } });
  await works({ servers: host, connect: { user: "ada", pass: "p@ss", inboxPrefix: "_INBOX_ada" } });
});

test("natsEngine() uses a connection that is passed in, and leaves it open", async () => {
  await using server = await NatsServer.start();
  const connection = await connect({ servers: server.url });
  await works({ connection });
  await works({ connection });
  assertEquals(connection.isClosed(), false);
  await connection.close();
  const error = await assertRejects(() => works({ connection }), EngineError);
  assertEquals(
    error.message,
    "Cannot connect as the connection to NATS has ended; make a 'connection' that is passed in with " +
      "maxReconnectAttempts: -1, so that it never gives up",
  );
});

test("natsEngine() takes frames up to what the server allows", async () => {
  await using server = await NatsServer.start("max_payload: 65536");
  await using engine = natsEngine({ servers: server.url });
  await using caller = await engine.openCaller(ADDRESS, "run-1", () => {});
  assertEquals(engine.maxFrameBytes, 64_512);
  await caller.send("1", new Uint8Array(engine.maxFrameBytes));
  await assertRejects(() => caller.send("2", new Uint8Array(65_537)), NatsError);
  assertEquals(await caller.waiting(), 1);
});

test("close() ends the connection and all lines, and no other is opened", async () => {
  await using server = await NatsServer.start();
  const engine = natsEngine({ servers: server.url });
  await engine.openCaller(ADDRESS, "run-1", () => {});
  await engine.openWorker(ADDRESS, { slots: 1, leaseMs: 60_000 });
  await engine.close();
  const error = await assertRejects(() => engine.openCaller(ADDRESS, "run-2", () => {}), EngineError);
  assertEquals(error.message, "Cannot open a line to NATS as the engine is closed");
});
