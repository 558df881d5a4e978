import { EngineError } from "../../errors/engine_error.ts";
import type { Clock } from "../../time/clock.ts";
import type { Lane, TaskAddress } from "../engine.ts";
import { NatsBulletin } from "./nats_bulletin.ts";
import { endedError, isUnanswered } from "./nats_error.ts";
import { NatsLane } from "./nats_lane.ts";
import type { NatsLayout } from "./nats_layout.ts";
import type { NatsLink, NatsSession } from "./nats_link.ts";
import { NatsStreams } from "./nats_streams.ts";

/** How long a stream may take to keep a message, in milliseconds. */
const STORE_MS = 5_000;

/** What both sides are opened with. */
export interface NatsLineSetup {
  /** The connection. */
  readonly link: NatsLink;
  /** What goes over it. */
  readonly session: NatsSession;
  /** The names in the broker. */
  readonly layout: NatsLayout;
  /** How many servers keep a stream. */
  readonly replicas: number;
  /** The task. */
  readonly address: TaskAddress;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Called when the line is disposed. */
  readonly onDispose: () => void;
}

/** What the sides of the caller and of the worker have in common. */
export class NatsLine {
  /** The streams of all tasks. */
  readonly streams: NatsStreams;
  /** The news of the task. */
  readonly bulletin: NatsBulletin;
  /** The task. */
  readonly address: TaskAddress;
  /** The names in the broker. */
  readonly layout: NatsLayout;
  readonly #setup: NatsLineSetup;
  #isClosed = false;

  /** A line; nothing is made yet. */
  constructor(setup: NatsLineSetup) {
    const { session, layout, replicas, address, clock } = setup;
    this.#setup = setup;
    this.address = address;
    this.layout = layout;
    this.streams = new NatsStreams(session, layout, replicas, clock);
    this.bulletin = new NatsBulletin(session.client, layout, address);
  }

  /** Publishes to a stream, which is made where it is not there; resolves once the stream has the message. */
  readonly store = async (subject: string, id: string, payload: Uint8Array): Promise<void> => {
    const publish = () => this.#setup.session.publisher.publish(subject, payload, { msgID: id, timeout: STORE_MS });
    await this.attempt("store a frame", async () => {
      try {
        await publish();
      } catch (error) {
        if (isUnanswered(error)) throw error;
        // There are many reasons for which a message is not kept; one is that there is no stream.
        await this.streams.open();
        await publish();
      }
    });
  };

  /** What hands out frames of a lane to workers. */
  workLane(lane: Lane, leaseMs: number): NatsLane {
    const { streams, address, layout } = this;
    return this.#lane(
      layout.workStream,
      layout.consumer(address, lane),
      () => streams.openLane(address, lane, leaseMs),
    );
  }

  /** What hands out the results of a run to its caller. */
  resultLane(run: string): NatsLane {
    const { streams, address, layout } = this;
    return this.#lane(layout.resultStream, layout.consumer(address, run), () => streams.openResults(address, run));
  }

  /** Does `work`; rejects at once where the connection is, or gets, lost, and permanently where it has ended. */
  async attempt<R>(task: string, work: () => Promise<R>): Promise<R> {
    const { link, session } = this.#setup;
    if (this.#isClosed) throw new EngineError(`Cannot ${task} as the line to NATS is closed`);
    if (session.client.isClosed()) throw endedError(task);
    return await link.use(task, work);
  }

  /** Ends the line; the first time, what it holds of the connection is given back. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.bulletin.close();
    const { link, session, onDispose } = this.#setup;
    await link.use("send all", () => session.client.flush()).catch(() => {});
    onDispose();
    await link.release();
  }

  #lane(stream: string, consumer: string, makeConsumer: () => Promise<void>): NatsLane {
    const make = () =>
      this.attempt("make its streams", async () => {
        await this.streams.open();
        await makeConsumer();
      });
    return new NatsLane({ ...this.#setup, stream, consumer, make });
  }
}
