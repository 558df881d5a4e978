import { toRedisError } from "../../cache/redis/redis_error.ts";
import type { Timer } from "../../time/clock.ts";
import type { Delivery, Lane, WorkerLine } from "../engine.ts";
import { HEARTBEAT_MS } from "../worker_slots.ts";
import { frameOfString } from "./frame_string.ts";
import { RedisDelivery } from "./redis_delivery.ts";
import type { RedisLine } from "./redis_line.ts";
import type { StreamEntry, StreamReader } from "./stream_reader.ts";

/** How long a request for the open lane waits, in milliseconds. */
const WAIT_MS = 900;

/** How long one request for news waits, in milliseconds. */
const NEWS_MS = 5_000;

/** At least so often it is looked whether leases are over, in milliseconds. */
const MAX_CLAIM_MS = 1_000;

/** What a server says that has lost the group of a lane. */
const LOST_GROUP = /(?:NOGROUP|UNBLOCKED)$/;

/** What a worker says of itself. */
export interface RedisWorker {
  /** How many items it runs at once. */
  readonly slots: number;
  /** After how many milliseconds without a sign of life its frames are handed out again. */
  readonly leaseMs: number;
}

/** The side of a worker. */
export class RedisWorkerLine implements WorkerLine {
  readonly #line: RedisLine;
  readonly #worker: RedisWorker;
  readonly #name: string = crypto.randomUUID();
  readonly #reader: StreamReader;
  readonly #onCancel: ((frame: Uint8Array) => void)[] = [];
  readonly #onAlone: (() => void)[] = [];
  readonly #claims = { open: { next: "0-0", dueMs: 0 }, alone: { next: "0-0", dueMs: 0 } };
  readonly #pulls = new Set<Promise<unknown>>();
  #working: Promise<void> | undefined = undefined;
  #timer: Timer | undefined = undefined;

  private constructor(line: RedisLine, worker: RedisWorker) {
    [this.#line, this.#worker, this.#reader] = [line, worker, line.reader()];
  }

  /** Opens the side of a worker, which announces itself from now on. */
  static async open(line: RedisLine, worker: RedisWorker): Promise<RedisWorkerLine> {
    const opened = new RedisWorkerLine(line, worker);
    const { queue, keys } = line;
    const [after] = await Promise.all([line.lastEntry(keys.news), queue.openLane("open"), queue.openLane("alone")]);
    await queue.slots(opened.#name, worker.slots);
    opened.#beatLater();
    opened.#working = opened.#takeNews(after);
    return opened;
  }

  /** Leases frames of a lane. */
  pull(lane: Lane, count: number): Promise<readonly Delivery[]> {
    const pulling = this.#pull(lane, count).finally(() => this.#pulls.delete(pulling));
    this.#pulls.add(pulling);
    return pulling;
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
    if (this.#line.signal.aborted) return;
    this.#line.stop();
    this.#timer?.cancel();
    // What a request gets while its connection is ended would be lost until its lease is over.
    await Promise.allSettled(this.#pulls);
    this.#line.close(this);
    await this.#working;
    const { queue } = this.#line;
    await Promise.allSettled([
      queue.slots(this.#name, 0),
      queue.openLane("open", this.#name),
      queue.openLane("alone", this.#name),
    ]);
  }

  async #pull(lane: Lane, count: number): Promise<readonly Delivery[]> {
    this.#line.requireReadable();
    const claimed = await this.#claim(lane, count);
    if (claimed.length > 0) return claimed;
    const entries = await this.#readLane(lane, count).catch(async (error) => {
      if (!LOST_GROUP.test(toRedisError("XREADGROUP", error).message)) throw error;
      await this.#line.queue.openLane(lane);
      return [];
    });
    return entries.map((each) => this.#deliveryOf(lane, each, 1));
  }

  async #claim(lane: Lane, count: number): Promise<readonly Delivery[]> {
    const { clock, queue } = this.#line;
    const { leaseMs } = this.#worker;
    const claim = this.#claims[lane];
    if (clock.now() < claim.dueMs) return [];
    const { next, entries } = await queue.claim(lane, this.#name, leaseMs, count, claim.next);
    claim.next = next;
    if (entries.length === 0 && next === "0-0") claim.dueMs = clock.now() + Math.min(leaseMs / 4, MAX_CLAIM_MS);
    return entries.map((each) => this.#deliveryOf(lane, each, each.deliveries));
  }

  #readLane(lane: Lane, count: number): Promise<StreamEntry[]> {
    const command = ["XREADGROUP", "GROUP", "workers", this.#name, "COUNT", String(count)];
    return this.#reader.read(command, this.#line.keys.lane(lane), ">", lane === "open" ? WAIT_MS : 0);
  }

  #deliveryOf(lane: Lane, { entry, fields }: StreamEntry, deliveries: number): Delivery {
    return new RedisDelivery(this.#line.queue, this.#name, { lane, entry }, fields, deliveries);
  }

  #beatLater(): void {
    this.#timer = this.#line.clock.setTimer(HEARTBEAT_MS, () => {
      this.#line.queue.slots(this.#name, this.#worker.slots).catch(() => {});
      this.#beatLater();
    });
  }

  async #takeNews(from: string): Promise<void> {
    const reader = this.#line.reader();
    let after = from;
    await this.#line.repeat(async () => {
      for (const { entry, fields } of await reader.read(["XREAD"], this.#line.keys.news, after, NEWS_MS)) {
        after = entry;
        const cancelled = fields.get("cancel");
        if (cancelled === undefined) { for (const listener of this.#onAlone) listener(); }
        else for (const listener of this.#onCancel) listener(frameOfString(cancelled));
      }
    });
  }
}
