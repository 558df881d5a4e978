import type { Clock } from "../../time/clock.ts";
import { SystemClock } from "../../time/system_clock.ts";
import type { CallerLine, Engine, TaskAddress, WorkerLine } from "../engine.ts";
import { NatsCallerLine } from "./nats_caller_line.ts";
import { type NatsEngineConfig, validateNatsConfig } from "./nats_config.ts";
import { NatsLayout } from "./nats_layout.ts";
import { NatsLine } from "./nats_line.ts";
import { NatsLink } from "./nats_link.ts";
import { type NatsWorker, NatsWorkerLine } from "./nats_worker_line.ts";
import { EngineError } from "../../errors/engine_error.ts";

/** The `max_payload` of a server whose configuration says nothing of it. */
const DEFAULT_PAYLOAD_BYTES = 1_048_576;

/** What the headers of a message may take of it. */
const HEADER_BYTES = 1_024;

const DEFAULT_PREFIX = "opero";

/**
 * An engine for `mode: "cluster"` over NATS with JetStream, of server version 2.9 or later. It connects when a run or a
 * worker begins, and closes the connection with the last of them. It loads `@nats-io/transport-node` and
 * `@nats-io/jetstream` at that time, and needs the permission to reach the servers.
 *
 * @param config Where the servers are and how to sign in, or a connection.
 * @returns The engine.
 * @throws {ConfigurationError} If an option is wrong, or does not go with another.
 *
 * @example
 * ```ts
 * import { natsEngine } from "@opero/core/nats";
 * import { assertRejects } from "@std/assert";
 *
 * const engine = natsEngine({ servers: "nats://127.0.0.1:1" });
 * const address = { task: "thumbs", version: "2" };
 * await assertRejects(() => engine.openCaller(address, "run-1", () => {}), Error, "NATS could not connect");
 * await engine.close();
 * ```
 */
export function natsEngine(config: NatsEngineConfig = {}): Engine {
  validateNatsConfig(config);
  return new NatsEngine(config, new SystemClock(), Math.random);
}

class NatsEngine implements Engine {
  readonly #config: NatsEngineConfig;
  readonly #clock: Clock;
  readonly #link: NatsLink;
  readonly #layout: NatsLayout;
  readonly #lines = new Set<AsyncDisposable>();
  #payloadBytes = DEFAULT_PAYLOAD_BYTES;
  #isClosed = false;

  constructor(config: NatsEngineConfig, clock: Clock, random: () => number) {
    this.#config = config;
    this.#clock = clock;
    this.#link = new NatsLink(config, random);
    this.#layout = new NatsLayout(config.prefix ?? DEFAULT_PREFIX);
  }

  /** As the server says; before there is a connection, as most servers say. */
  get maxFrameBytes(): number {
    return this.#payloadBytes - HEADER_BYTES;
  }

  openCaller(address: TaskAddress, run: string, onResults: (frame: Uint8Array) => void): Promise<CallerLine> {
    return this.#open(address, (line) => NatsCallerLine.open(line, run, this.#clock, onResults));
  }

  openWorker(address: TaskAddress, worker: NatsWorker): Promise<WorkerLine> {
    return this.#open(address, (line) => NatsWorkerLine.open(line, worker, this.#clock));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#lines].map((line) => line[Symbol.asyncDispose]()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #open<Side extends AsyncDisposable>(
    address: TaskAddress,
    open: (line: NatsLine) => Promise<Side>,
  ): Promise<Side> {
    if (this.#isClosed) throw new EngineError("Cannot open a line to NATS as the engine is closed");
    const session = await this.#link.acquire();
    this.#payloadBytes = session.client.info?.max_payload ?? DEFAULT_PAYLOAD_BYTES;
    const [link, layout, clock, replicas] = [this.#link, this.#layout, this.#clock, this.#config.replicas ?? 1];
    let side: Side | undefined = undefined;
    const onDispose = () => {
      if (side !== undefined) this.#lines.delete(side);
    };
    const line = new NatsLine({ link, session, layout, replicas, address, clock, onDispose });
    try {
      side = await open(line);
    } catch (error) {
      await line.close();
      throw error;
    }
    this.#lines.add(side);
    return side;
  }
}
