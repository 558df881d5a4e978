import type { Delivery, ReplacementFrame, TaskAddress } from "../engine.ts";
import { bytesOf, type NatsMessage } from "./nats_client.ts";
import type { NatsBulletin } from "./nats_bulletin.ts";
import type { NatsLayout } from "./nats_layout.ts";

/** Sends what has to be kept; resolves once it is. */
export type NatsStore = (subject: string, id: string, payload: Uint8Array) => Promise<void>;

/** What a delivery is answered with. */
export interface NatsDeliverySetup {
  /** Stores a message in a stream. */
  readonly store: NatsStore;
  /** The names of subjects. */
  readonly layout: NatsLayout;
  /** The task. */
  readonly address: TaskAddress;
  /** Where it is said that there is something in the lane `"alone"`. */
  readonly bulletin: NatsBulletin;
}

/** Where the number of deliveries stands in the address for the answer: a server with domains puts two parts more before it. */
const COUNT_IN_9_PARTS = 4;
const COUNT_IN_12_PARTS = 6;

/** A message of a stream, leased. */
export class NatsDelivery implements Delivery {
  readonly #message: NatsMessage;
  readonly #setup: NatsDeliverySetup;

  /** The delivery of `message`. */
  constructor(message: NatsMessage, setup: NatsDeliverySetup) {
    this.#message = message;
    this.#setup = setup;
  }

  /** What it holds. */
  get frame(): Uint8Array {
    return bytesOf(this.#message);
  }

  /** How often it was handed out. */
  get deliveries(): number {
    const parts = this.#message.reply?.split(".") ?? [];
    return Number(parts[parts.length > 9 ? COUNT_IN_12_PARTS : COUNT_IN_9_PARTS]);
  }

  /** Prolongs the lease. */
  keep(): void {
    this.#answer("+WPI");
  }

  /** Stores results, then takes the frame out. */
  async settle(run: string, id: string, results: Uint8Array): Promise<void> {
    const { store, layout, address } = this.#setup;
    await store(layout.results(address, run), layout.messageId(address, run, id), results);
    this.#answer("+ACK");
  }

  /** Puts other frames of its run in its place. */
  async replace(frames: readonly ReplacementFrame[]): Promise<void> {
    const { store, layout, address, bulletin } = this.#setup;
    const run = layout.runOf(this.#message.subject);
    const put = ({ id, frame, lane }: ReplacementFrame) =>
      store(layout.work(address, lane, run), layout.messageId(address, run, id), frame);
    await Promise.all(frames.map(put));
    if (frames.some(({ lane }) => lane === "alone")) bulletin.publish("alone");
    this.#answer("+ACK");
  }

  /** An answer that is lost is none: then the lease ends, and the frame is handed out again. */
  #answer(word: string): void {
    try {
      this.#message.respond(word);
    } catch {
      // The connection was closed.
    }
  }
}
