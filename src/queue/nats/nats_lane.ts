import type { Clock } from "../../time/clock.ts";
import type { NatsMessage } from "./nats_client.ts";
import type { NatsLink, NatsSession } from "./nats_link.ts";
import { NatsPull } from "./nats_pull.ts";

/** What a lane is opened with. */
export interface NatsLaneSetup {
  /** The connection, which tells when it was lost. */
  readonly link: Pick<NatsLink, "onLoss">;
  /** What to ask over. */
  readonly session: NatsSession;
  /** Where time comes from. */
  readonly clock: Clock;
  /** The stream. */
  readonly stream: string;
  /** The consumer. */
  readonly consumer: string;
  /** Makes the stream and the consumer where they are not there. */
  readonly make: () => Promise<void>;
}

/** Takes messages of one consumer, and makes it again where the server has lost it. */
export class NatsLane {
  readonly #setup: NatsLaneSetup;
  readonly #pulls = new Set<NatsPull>();
  /** What came after its request had failed: it is leased all the same, and goes to the next that asks. */
  readonly #late: NatsMessage[] = [];
  readonly #stopListening: () => void;
  #making: Promise<void> | undefined = undefined;
  #isMade = false;
  #isClosed = false;

  /** A lane; nothing is asked for yet. */
  constructor(setup: NatsLaneSetup) {
    this.#setup = setup;
    // A server that was started anew may be empty; and a request does not outlive its connection.
    this.#stopListening = setup.link.onLoss(() => {
      this.#isMade = false;
      for (const pull of this.#pulls) pull.end("the connection was lost");
    });
  }

  /** Makes what is not there. */
  make(): Promise<void> {
    return this.#making ??= this.#make().finally(() => {
      this.#making = undefined;
    });
  }

  /** Makes what is not there by now: what is being made may have been looked for before it was lost. */
  async makeAnew(): Promise<void> {
    await this.#making?.catch(() => {});
    await this.make();
  }

  /**
   * Takes up to `count` messages, as soon as there are some, and waits up to `waitMs` for the first. Where a request fails,
   * what hands them out may be gone: it is made, and asked once more, or again if that may have been lost meanwhile.
   */
  async pull(count: number, waitMs: number): Promise<readonly NatsMessage[]> {
    if (this.#late.length > 0) return this.#late.splice(0, count);
    for (let isAgain = false;; isAgain = true) {
      if (!this.#isMade) await this.make();
      try {
        return await this.#ask(count, waitMs);
      } catch (error) {
        if (this.#isClosed || (isAgain && this.#isMade)) throw error;
        this.#isMade = false;
      }
    }
  }

  /** Makes what is not there before the next request: it may have been lost, and who asks for it gets no answer. */
  distrust(): void {
    this.#isMade = false;
    for (const pull of this.#pulls) pull.stopWaiting("its consumer may be gone");
  }

  async #make(): Promise<void> {
    await this.#setup.make();
    this.#isMade = true;
  }

  async #ask(count: number, waitMs: number): Promise<readonly NatsMessage[]> {
    const { session, clock, stream, consumer } = this.#setup;
    const pull = new NatsPull(session, clock, { stream, consumer, count, waitMs }, (late) => this.#late.push(late));
    this.#pulls.add(pull);
    try {
      return await pull.messages;
    } finally {
      this.#pulls.delete(pull);
    }
  }

  /** Ends the requests that are under way: what is handed out now is handed out again after its lease. */
  abandon(): void {
    this.#isClosed = true;
    this.#stopListening();
    for (const pull of this.#pulls) pull.end("the line was closed");
  }

  /** Waits for requests that are under way, so that no message is lost on its way, and gives back what came late. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopListening();
    await Promise.allSettled([...this.#pulls].map(({ messages }) => messages));
    for (const message of this.#late.splice(0)) message.respond("-NAK");
  }
}
