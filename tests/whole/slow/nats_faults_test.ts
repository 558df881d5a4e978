/** A broker that dies, forgets or is not there, seen through the engine alone. */
import type { CallerLine, Delivery, Engine, WorkerLine } from "@opero/core";
import { natsEngine, NatsError } from "@opero/core/nats";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { connect } from "@nats-io/transport-node";
import { jetstreamManager } from "@nats-io/jetstream";
import { hasNatsServer, NatsServer } from "../../support/nats_server.ts";
import { until } from "../../support/until.ts";

const ADDRESS = { task: "thumbs", version: "2" };
const LEASE_MS = 60_000;

/** A run of frames whose results are their own text, with both sides trying again whatever fails. */
class Run {
  readonly results: Set<string>;
  readonly #name: string;
  readonly #caller: CallerLine;
  readonly #worker: WorkerLine;
  readonly #sent = new Set<string>();
  #epoch = 0;
  #isOver = false;
  #working: Promise<void>;

  private constructor(name: string, caller: CallerLine, worker: WorkerLine, results: Set<string>) {
    [this.#name, this.#caller, this.#worker, this.results] = [name, caller, worker, results];
    this.#working = this.#work();
  }

  static async open(engine: Engine): Promise<Run> {
    const results = new Set<string>();
    const onResults = (frame: Uint8Array) => void results.add(new TextDecoder().decode(frame));
    const name = crypto.randomUUID();
    const caller = await engine.openCaller(ADDRESS, name, onResults);
    return new Run(name, caller, await engine.openWorker(ADDRESS, { slots: 4, leaseMs: LEASE_MS }), results);
  }

  async send(names: readonly string[]): Promise<void> {
    for (const name of names) this.#sent.add(name);
    const frame = (name: string) => new TextEncoder().encode(name);
    await Promise.all(names.map((name) => this.#try(() => this.#caller.send(`${this.#epoch}-${name}`, frame(name)))));
  }

  /** Sends again what has no results, when the engine has nothing any more, until all have results. */
  async finish(): Promise<void> {
    await until(async () => {
      const open = [...this.#sent].filter((name) => !this.results.has(name));
      if (open.length === 0) return true;
      await new Promise((resolve) => setTimeout(resolve, 200));
      if (await this.#try(() => this.#caller.waiting()) > 0) return false;
      this.#epoch++;
      await this.#try(() => this.#caller.reopen());
      await this.send(open.filter((name) => !this.results.has(name)));
      return false;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#working.catch(() => {});
    await this.#worker[Symbol.asyncDispose]();
    await this.#caller[Symbol.asyncDispose]();
  }

  async #work(): Promise<void> {
    while (!this.#isOver) {
      for (const delivery of await this.#try(() => this.#worker.pull("open", 4))) await this.#settle(delivery);
    }
  }

  async #settle(delivery: Delivery): Promise<void> {
    const name = new TextDecoder().decode(delivery.frame);
    await new Promise((resolve) => setTimeout(resolve, 10));
    await this.#try(() => delivery.settle(this.#name, `${this.#epoch}-${name}`, delivery.frame));
  }

  async #try<R>(work: () => Promise<R>): Promise<R> {
    while (true) {
      try {
        return await work();
      } catch (error) {
        assert(error instanceof NatsError, String(error));
        if (this.#isOver) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }
}

const NAMES = Array.from({ length: 300 }, (_, index) => `item ${index}`);

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
      await using run = await Run.open(engine);
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
