import { toRedisError } from "../../cache/redis/redis_error.ts";
import type { RedisPort } from "../../cache/redis/redis_port.ts";
import type { RedisScript } from "../../cache/redis/redis_script.ts";
import type { Lane, ReplacementFrame } from "../engine.ts";
import { HEARTBEAT_MS } from "../worker_slots.ts";
import type { EngineKeys } from "./engine_keys.ts";
import * as scripts from "./engine_scripts.ts";
import { frameToString } from "./frame_string.ts";
import { fieldsOf, type StreamEntry } from "./stream_reader.ts";

/** A frame that is leased: where it is, and what it belongs to. */
export interface LeasedFrame {
  readonly lane: Lane;
  readonly entry: string;
  readonly id: string;
  readonly run: string;
}

/** Frames that were leased for too long, and where to look for more. */
export interface ClaimedFrames {
  readonly next: string;
  readonly entries: readonly (StreamEntry & { readonly deliveries: number })[];
}

/** What is done to the queue of a task, a script each. */
export class TaskQueue {
  readonly #port: RedisPort;
  readonly #keys: EngineKeys;

  /** The queue behind `port` with these keys. */
  constructor(port: RedisPort, keys: EngineKeys) {
    [this.#port, this.#keys] = [port, keys];
  }

  /** Puts a frame into the open lane. */
  async send(run: string, id: string, frame: Uint8Array): Promise<void> {
    const keys = [this.#keys.mark(run), this.#keys.frames(run), this.#keys.lane("open")];
    await this.#run(scripts.SEND_SCRIPT, keys, [run, id, frameToString(frame)]);
  }

  /** Leases anew what another worker had for longer than `leaseMs`. */
  async claim(lane: Lane, worker: string, leaseMs: number, count: number, from: string): Promise<ClaimedFrames> {
    const args = [worker, String(Math.ceil(leaseMs)), String(count), from];
    const [next, found] = listOf(await this.#run(scripts.CLAIM_SCRIPT, [this.#keys.lane(lane)], args));
    const entries = listOf(found).map((each) => {
      const [entry, fields, deliveries] = listOf(each);
      return { entry: String(entry), fields: fieldsOf(fields), deliveries: Number(deliveries) };
    });
    return { next: String(next), entries };
  }

  /** Prolongs a lease. */
  async keep(lane: Lane, worker: string, entry: string): Promise<void> {
    await this.#run(scripts.KEEP_SCRIPT, [this.#keys.lane(lane)], [worker, entry]);
  }

  /** Stores results of `run`, then takes `leased` out. */
  async settle(leased: LeasedFrame, run: string, results: Uint8Array): Promise<void> {
    const keys = [...this.#placeOf(leased), this.#keys.mark(run), this.#keys.results(run)];
    await this.#run(scripts.SETTLE_SCRIPT, keys, [leased.lane, leased.id, leased.entry, frameToString(results)]);
  }

  /** Puts frames in the place of `leased`. */
  async replace(leased: LeasedFrame, frames: readonly ReplacementFrame[]): Promise<void> {
    const { lane, id, entry, run } = leased;
    const shared = [this.#keys.mark(run), ...this.#lanes, this.#keys.news];
    const args = frames.flatMap((each) => [each.lane, each.id, frameToString(each.frame)]);
    await this.#run(scripts.REPLACE_SCRIPT, [...this.#placeOf(leased), ...shared], [lane, id, entry, run, ...args]);
  }

  /** How many frames of a run there are. */
  async count(run: string): Promise<number> {
    const own = [this.#keys.mark(run), this.#keys.frames(run)];
    return Number(await this.#run(scripts.COUNT_SCRIPT, [...own, ...this.#lanes], []));
  }

  /** Takes out all that there is of a run. */
  async remove(run: string): Promise<void> {
    const own = [this.#keys.mark(run), this.#keys.frames(run), this.#keys.results(run)];
    await this.#run(scripts.REMOVE_SCRIPT, [...own, ...this.#lanes], []);
  }

  /** Tells all workers what is cancelled. */
  async cancel(frame: Uint8Array): Promise<void> {
    await this.#run(scripts.CANCEL_SCRIPT, [this.#keys.news], [frameToString(frame)]);
  }

  /** Announces the slots of a worker, if one is given; answers with those of all. */
  async slots(worker = "", slots = 0): Promise<number> {
    const args = [worker, String(slots), String(3 * HEARTBEAT_MS)];
    return Number(await this.#run(scripts.SLOTS_SCRIPT, [this.#keys.workers], args));
  }

  /** Makes what workers of a lane need, and clears up after those that are gone, `leaving` among them. */
  async openLane(lane: Lane, leaving = ""): Promise<void> {
    await this.#run(scripts.GROUP_SCRIPT, [this.#keys.lane(lane)], [leaving]);
  }

  get #lanes(): string[] {
    return [this.#keys.lane("open"), this.#keys.lane("alone")];
  }

  #placeOf({ run, lane }: LeasedFrame): string[] {
    return [this.#keys.frames(run), this.#keys.lane(lane)];
  }

  async #run(script: RedisScript, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    try {
      return await script.run(this.#port, keys, args);
    } catch (error) {
      throw toRedisError("EVALSHA", error);
    }
  }
}

function listOf(reply: unknown): readonly unknown[] {
  return Array.isArray(reply) ? reply : [];
}
