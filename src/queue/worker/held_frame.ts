import type { Delivery, Lane, ReplacementFrame } from "../engine.ts";
import { type ItemsFrame, type WireItem, writeItems } from "../wire/items_frame.ts";
import { type WireResult, writeResults } from "../wire/results_frame.ts";
import { bytesOf } from "../wire/frame_text.ts";
import type { TaskRun } from "./task_runner.ts";

/** What the first line of a frame of results takes beside each of them, and each of them in it. */
const HEAD_BYTES = 256;
const RESULT_BYTES = 128;

/** An item of a frame that a worker has. */
export interface HeldItem {
  readonly item: WireItem;
  readonly held: HeldFrame;
  /** Its attempt, once it has begun. */
  run: TaskRun | undefined;
  /** Where it stands: it `returned` if it is to run elsewhere, and is `dropped` if its caller has cancelled it. */
  state: "open" | "done" | "returned" | "dropped";
}

/** A frame that a worker has leased, and what became of its items so far. */
export class HeldFrame {
  readonly delivery: Delivery;
  readonly frame: ItemsFrame;
  /** Where it was taken from. */
  readonly lane: Lane;
  readonly items: readonly HeldItem[];
  readonly #results: WireResult[] = [];
  #beganMs = Infinity;
  #endedMs = -Infinity;
  #open: number;

  /** A frame of which no item has begun. */
  constructor(delivery: Delivery, frame: ItemsFrame, lane: Lane) {
    this.delivery = delivery;
    this.lane = lane;
    this.frame = frame;
    this.items = frame.items.map((item) => ({ item, held: this, run: undefined, state: "open" }));
    this.#open = frame.items.length;
  }

  /** Whether it is known of each item what becomes of it. */
  get isDone(): boolean {
    return this.#open === 0;
  }

  /** An item has its result, after it ran from `beganMs` until `endedMs`; without them it did not run. */
  end(held: HeldItem, result: WireResult, beganMs: number = Infinity, endedMs: number = -Infinity): void {
    if (this.#leave(held, "done")) this.#results.push(result);
    this.#beganMs = Math.min(this.#beganMs, beganMs);
    this.#endedMs = Math.max(this.#endedMs, endedMs);
  }

  /** How long the frame ran, shared among its items: those that run side by side take less each than one alone. */
  get #itemMs(): number {
    return Math.max(0, this.#endedMs - this.#beganMs) / Math.max(1, this.#results.length);
  }

  /** An item will have no result here. */
  leave(held: HeldItem, state: "returned" | "dropped"): void {
    this.#leave(held, state);
  }

  #leave(held: HeldItem, state: HeldItem["state"]): boolean {
    if (held.state !== "open") return false;
    held.state = state;
    this.#open--;
    return true;
  }

  /** The results of the worker `by` as frames that hold at most `maxBytes`. */
  resultFrames(maxBytes: number, by: string): Uint8Array[] {
    const groups: WireResult[][] = [];
    let bytes = Infinity;
    for (const result of this.#results) {
      const more = bytesOf(result.line) + RESULT_BYTES;
      if (bytes + more > maxBytes) {
        groups.push([]);
        bytes = HEAD_BYTES;
      }
      groups.at(-1)!.push(result);
      bytes += more;
    }
    const [{ run }, itemMs] = [this.frame, this.#itemMs];
    return groups.map((results) => writeResults({ run, itemMs, by, results }));
  }

  /** A frame for each item that has no result here and is waited for, by the ids that `nextId` makes. */
  replacements(nextId: () => string, losses: number = this.frame.losses, lane: Lane = this.lane): ReplacementFrame[] {
    const { run, maxCrashes } = this.frame;
    return this.items.filter(({ state }) => state === "open" || state === "returned").map(({ item }) => {
      return { id: nextId(), lane, frame: writeItems({ run, losses, maxCrashes, items: [item] }) };
    });
  }
}

/**
 * The most bytes of the line of one result.
 *
 * @param maxBytes The most bytes of a frame.
 * @returns The bytes.
 */
export function maxLineBytes(maxBytes: number): number {
  return maxBytes - HEAD_BYTES - RESULT_BYTES;
}
