import type { Clock } from "../../time/clock.ts";
import type { CallerLine } from "../engine.ts";
import { readHeartbeat } from "../heartbeat.ts";
import { WorkerSlots } from "../worker_slots.ts";
import { bytesOf } from "./nats_client.ts";
import type { NatsLane } from "./nats_lane.ts";
import type { NatsLine } from "./nats_line.ts";

/** How many frames of results are taken at once. */
const RESULTS_AT_ONCE = 32;

/** How long one request for results waits, in milliseconds. */
const WAIT_MS = 5_000;

/** How long it rests after a request that failed, in milliseconds. */
const REST_MS = 250;

/** The side of a caller. */
export class NatsCallerLine implements CallerLine {
  readonly #line: NatsLine;
  readonly #run: string;
  readonly #clock: Clock;
  readonly #results: NatsLane;
  readonly #workers = new WorkerSlots();
  readonly #closing = new AbortController();

  private constructor(line: NatsLine, run: string, clock: Clock) {
    this.#line = line;
    this.#run = run;
    this.#clock = clock;
    this.#results = line.resultLane(run);
  }

  /** Opens the side of the caller of a run, whose results go to `onResults`. */
  static async open(
    line: NatsLine,
    run: string,
    clock: Clock,
    onResults: (frame: Uint8Array) => void,
  ): Promise<NatsCallerLine> {
    const caller = new NatsCallerLine(line, run, clock);
    line.bulletin.listen("heartbeat", (payload) => caller.#receiveHeartbeat(payload));
    await caller.#results.make();
    line.bulletin.publish("hello");
    caller.#takeResults(onResults);
    return caller;
  }

  /** The slots of the workers that were heard of lately. */
  get slots(): number {
    return this.#workers.total(this.#clock.now());
  }

  /** Puts a frame into the open lane. */
  async send(id: string, frame: Uint8Array): Promise<void> {
    const { layout, address, store } = this.#line;
    await store(layout.work(address, "open", this.#run), layout.messageId(address, this.#run, id), frame);
  }

  /** Sends a frame to all workers that listen now. */
  cancel(frame: Uint8Array): void {
    this.#line.bulletin.publish("cancel", frame);
  }

  /** How many frames of the run there are. */
  waiting(): Promise<number> {
    const { address, streams } = this.#line;
    return this.#line.attempt("count frames", () => streams.countWork(address, this.#run));
  }

  /** Makes what is not there, and lets the workers look for what is theirs. */
  async reopen(): Promise<void> {
    await this.#results.makeAnew();
    this.#line.bulletin.publish("reopened");
  }

  /** Takes all of the run out; without the broker it stays there until it is too old. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#results.abandon();
    const { streams, address } = this.#line;
    await this.#line.attempt("take a run out", () => streams.removeRun(address, this.#run)).catch(() => {});
    await this.#line.close();
  }

  #receiveHeartbeat(payload: Uint8Array): void {
    const heartbeat = readHeartbeat(new TextDecoder().decode(payload));
    if (heartbeat !== undefined) this.#workers.receive(heartbeat.worker, heartbeat.slots, this.#clock.now());
  }

  async #takeResults(onResults: (frame: Uint8Array) => void): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        for (const message of await this.#results.pull(RESULTS_AT_ONCE, WAIT_MS)) {
          onResults(bytesOf(message));
          message.respond("+ACK");
        }
      } catch {
        // The broker is away, or has lost what handed them out: the next request makes it again.
        await this.#clock.sleep(REST_MS, signal).catch(() => {});
      }
    }
  }
}
