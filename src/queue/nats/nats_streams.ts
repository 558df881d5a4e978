import type { Clock } from "../../time/clock.ts";
import type { Lane, TaskAddress } from "../engine.ts";
import { isMissing, isThereOtherwise } from "./nats_error.ts";
import type { NatsLayout } from "./nats_layout.ts";
import type { NatsSession } from "./nats_link.ts";

const NANOS = 1_000_000;
const DAY_MS = 24 * 3_600_000;
const HOUR_MS = 3_600_000;

/** How long an id is known: a frame that is sent once more within it is no second one. */
const DUPLICATES_MS = 120_000;

/** Results that their caller did not confirm within it are handed to it once more. */
const RESULTS_LEASE_MS = 30_000;

/**
 * How long a stream that was deleted is let be, in milliseconds. A server still deletes after it has said that the stream is
 * gone, and would take the files of a new one of the same name with it.
 */
const DELETION_MS = 1_000;

/** So many workers may wait for frames of a task at once. */
const MAX_WAITING = 8_192;

const LANES: readonly Lane[] = ["open", "alone"];

/** Makes streams and consumers where they are not there; to make what is there does nothing. */
export class NatsStreams {
  readonly #session: NatsSession;
  readonly #layout: NatsLayout;
  readonly #replicas: number;
  readonly #clock: Clock;
  /** The names of the streams that were there. */
  readonly #known = new Set<string>();

  /** What there is behind a connection, with names of `layout`; streams that it makes are kept by so many servers. */
  constructor(session: NatsSession, layout: NatsLayout, replicas: number, clock: Clock) {
    this.#session = session;
    this.#layout = layout;
    this.#replicas = replicas;
    this.#clock = clock;
  }

  /** Makes the two streams. */
  async open(): Promise<void> {
    const { workStream, resultStream, allWork, allResults } = this.#layout;
    await this.#openStream(workStream, allWork, "workqueue");
    // What belongs to a run that is gone has no consumer, and is dropped by the server.
    await this.#openStream(resultStream, allResults, "interest");
  }

  /** Makes what hands out a lane; its lease is that of the worker that came last. */
  async openLane(address: TaskAddress, lane: Lane, leaseMs: number): Promise<void> {
    await this.#session.manager.consumers.add(this.#layout.workStream, {
      durable_name: this.#layout.consumer(address, lane),
      filter_subject: this.#layout.work(address, lane, "*"),
      ack_policy: "explicit",
      ack_wait: leaseMs * NANOS,
      max_ack_pending: -1,
      max_waiting: MAX_WAITING,
      // Versions come and go; a worker that comes later makes it again.
      inactive_threshold: DAY_MS * NANOS,
    });
  }

  /** Makes what hands out the results of a run; it is gone when its caller was away for an hour. */
  async openResults(address: TaskAddress, run: string): Promise<void> {
    await this.#session.manager.consumers.add(this.#layout.resultStream, {
      durable_name: this.#layout.consumer(address, run),
      filter_subject: this.#layout.results(address, run),
      ack_policy: "explicit",
      ack_wait: RESULTS_LEASE_MS * NANOS,
      max_ack_pending: -1,
      inactive_threshold: HOUR_MS * NANOS,
    });
  }

  /**
   * How many frames of a run will be handed out, or are. A server that was killed may come back with frames that were done
   * with: their lane's consumer knows that, and hands them out no more, so they are taken out and not counted.
   */
  async countWork(address: TaskAddress, run: string): Promise<number> {
    const filter = { subjects_filter: this.#layout.work(address, "*", run) };
    try {
      const { state } = await this.#session.manager.streams.info(this.#layout.workStream, filter);
      let total = 0;
      for (const lane of LANES) {
        const subject = this.#layout.work(address, lane, run);
        const count = state.subjects?.[subject] ?? 0;
        if (count > 0) total += count - await this.#removeDone(address, lane, subject, state.first_seq);
      }
      return total;
    } catch (error) {
      if (isMissing(error)) return 0;
      throw error;
    }
  }

  /** Takes all that there is of a run out. */
  async removeRun(address: TaskAddress, run: string): Promise<void> {
    const { streams, consumers } = this.#session.manager;
    const work = streams.purge(this.#layout.workStream, { filter: this.#layout.work(address, "*", run) });
    const results = consumers.delete(this.#layout.resultStream, this.#layout.consumer(address, run));
    for (const removal of [work, results]) {
      await removal.catch((error) => {
        if (!isMissing(error)) throw error;
      });
    }
  }

  /** Takes out what is done with of a subject in a stream that begins with the message `firstSeq`; answers how many these were. */
  async #removeDone(address: TaskAddress, lane: Lane, subject: string, firstSeq: number): Promise<number> {
    const { streams, consumers } = this.#session.manager;
    const { workStream } = this.#layout;
    try {
      const { ack_floor: floor } = await consumers.info(workStream, this.#layout.consumer(address, lane));
      if (floor.stream_seq < firstSeq) return 0;
      const { purged } = await streams.purge(workStream, { filter: subject, seq: floor.stream_seq + 1 });
      return purged;
    } catch (error) {
      // No worker has come yet, so nothing of it is done with.
      if (isMissing(error)) return 0;
      throw error;
    }
  }

  async #openStream(name: string, subject: string, retention: "workqueue" | "interest"): Promise<void> {
    const { streams } = this.#session.manager;
    try {
      // Only asked first so that a user who may make no streams can use those that are there.
      await streams.info(name);
    } catch (error) {
      if (!isMissing(error)) throw error;
      if (this.#known.has(name)) await this.#clock.sleep(DELETION_MS);
      await streams.add(this.#streamConfig(name, subject, retention)).catch((error) => {
        if (!isThereOtherwise(error)) throw error;
      });
    }
    this.#known.add(name);
  }

  #streamConfig(name: string, subject: string, retention: string) {
    return {
      name,
      subjects: [subject],
      retention,
      storage: "file",
      num_replicas: this.#replicas,
      max_age: DAY_MS * NANOS,
      duplicate_window: DUPLICATES_MS * NANOS,
    };
  }
}
