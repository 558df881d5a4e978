import type { Clock, Timer } from "../../time/clock.ts";
import type { Delivery, Lane, WorkerLine } from "../engine.ts";
import { heartbeatText } from "../heartbeat.ts";
import { HEARTBEAT_MS } from "../worker_slots.ts";
import { NatsDelivery } from "./nats_delivery.ts";
import type { NatsLane } from "./nats_lane.ts";
import type { NatsLine } from "./nats_line.ts";

/**
 * How long a request for the open lane waits, in milliseconds. It divides no usual lease: a server of version 2.9 miscounts
 * the deliveries of a frame whose lease ends in the moment in which a request does.
 */
const WAIT_MS = 937;

/** What a worker says of itself. */
export interface NatsWorker {
  /** How many items it runs at once. */
  readonly slots: number;
  /** After how many milliseconds without a sign of life its frames are handed out again. */
  readonly leaseMs: number;
}

/** The side of a worker. */
export class NatsWorkerLine implements WorkerLine {
  readonly #line: NatsLine;
  readonly #clock: Clock;
  readonly #slots: number;
  readonly #name: string = crypto.randomUUID();
  readonly #lanes: Readonly<Record<Lane, NatsLane>>;
  readonly #onCancel: ((frame: Uint8Array) => void)[] = [];
  readonly #onAlone: (() => void)[] = [];
  #timer: Timer | undefined = undefined;
  #isClosed = false;

  private constructor(line: NatsLine, { slots, leaseMs }: NatsWorker, clock: Clock) {
    this.#line = line;
    this.#clock = clock;
    this.#slots = slots;
    this.#lanes = { open: line.workLane("open", leaseMs), alone: line.workLane("alone", leaseMs) };
  }

  /** Opens the side of a worker, which announces itself from now on. */
  static async open(line: NatsLine, worker: NatsWorker, clock: Clock): Promise<NatsWorkerLine> {
    const opened = new NatsWorkerLine(line, worker, clock);
    opened.#listen();
    // The answers say that the server knows of the listeners, too.
    await Promise.all([opened.#lanes.open.make(), opened.#lanes.alone.make()]);
    opened.#beat();
    return opened;
  }

  /** Leases frames of a lane. */
  async pull(lane: Lane, count: number): Promise<readonly Delivery[]> {
    const messages = await this.#lanes[lane].pull(count, lane === "open" ? WAIT_MS : 0);
    return messages.map((message) => new NatsDelivery(message, this.#line));
  }

  /** Calls `listener` with what callers cancel. */
  onCancel(listener: (frame: Uint8Array) => void): void {
    this.#onCancel.push(listener);
  }

  /** Calls `listener` when there is something in the lane `"alone"`. */
  onAlone(listener: () => void): void {
    this.#onAlone.push(listener);
  }

  /** Says that its slots are gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#announce(0);
    await Promise.all([this.#lanes.open.close(), this.#lanes.alone.close()]);
    await this.#line.close();
  }

  #listen(): void {
    const { bulletin } = this.#line;
    bulletin.listen("hello", () => this.#announce(this.#isClosed ? 0 : this.#slots));
    bulletin.listen("reopened", () => {
      for (const lane of [this.#lanes.open, this.#lanes.alone]) lane.distrust();
    });
    bulletin.listen("cancel", (frame) => {
      for (const listener of this.#onCancel) listener(frame);
    });
    bulletin.listen("alone", () => {
      for (const listener of this.#onAlone) listener();
    });
  }

  #beat(): void {
    this.#announce(this.#slots);
    this.#timer = this.#clock.setTimer(HEARTBEAT_MS, () => this.#beat());
  }

  #announce(slots: number): void {
    this.#line.bulletin.publish("heartbeat", heartbeatText({ worker: this.#name, slots }));
  }
}
