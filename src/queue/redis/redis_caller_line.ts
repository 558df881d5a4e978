import type { CallerLine } from "../engine.ts";
import { frameOfString } from "./frame_string.ts";
import type { RedisLine } from "./redis_line.ts";

/** How many frames of results are taken at once. */
const RESULTS_AT_ONCE = 32;

/** How long one request for results waits, in milliseconds. */
const WAIT_MS = 5_000;

/** How often it is looked what workers there are, in milliseconds. */
const SLOTS_MS = 1_000;

/** The side of a caller. */
export class RedisCallerLine implements CallerLine {
  /** The slots of the workers that were there at the last look. */
  slots = 0;
  readonly #line: RedisLine;
  readonly #run: string;
  #working: Promise<unknown> | undefined = undefined;

  private constructor(line: RedisLine, run: string) {
    [this.#line, this.#run] = [line, run];
  }

  /** Opens the side of the caller of a run, whose results go to `onResults`. */
  static async open(line: RedisLine, run: string, onResults: (frame: Uint8Array) => void): Promise<RedisCallerLine> {
    const caller = new RedisCallerLine(line, run);
    await Promise.all([caller.reopen(), caller.#look()]);
    caller.#working = Promise.all([caller.#takeResults(onResults), caller.#watchSlots()]);
    return caller;
  }

  /** Puts a frame into the open lane. */
  async send(id: string, frame: Uint8Array): Promise<void> {
    this.#line.requireOpen("send a frame");
    this.#line.requireReadable();
    await this.#line.queue.send(this.#run, id, frame);
  }

  /** Sends a frame to all workers. */
  cancel(frame: Uint8Array): void {
    this.#line.queue.cancel(frame).catch(() => {});
  }

  /** How many frames of the run there are. */
  async waiting(): Promise<number> {
    this.#line.requireOpen("count frames");
    // Results that can't be read are no reason to send their items again.
    this.#line.requireReadable();
    return await this.#line.queue.count(this.#run);
  }

  /** Says that the caller is there; all else is made by those that put something into it. */
  async reopen(): Promise<void> {
    await this.waiting();
  }

  /** Takes all of the run out; without the server it stays there until it is too old. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#line.signal.aborted) return;
    this.#line.close(this);
    await this.#working;
    await this.#line.queue.remove(this.#run).catch(() => {});
  }

  async #look(): Promise<void> {
    this.slots = await this.#line.queue.slots();
  }

  async #watchSlots(): Promise<void> {
    await this.#line.repeat(async () => {
      await this.#line.rest(SLOTS_MS);
      if (!this.#line.signal.aborted) await this.#look();
    });
  }

  async #takeResults(onResults: (frame: Uint8Array) => void): Promise<void> {
    const key = this.#line.keys.results(this.#run);
    const reader = this.#line.reader();
    await this.#line.repeat(async () => {
      const entries = await reader.read(["XREAD", "COUNT", String(RESULTS_AT_ONCE)], key, "0-0", WAIT_MS);
      for (const { fields } of entries) onResults(frameOfString(fields.get("frame") ?? ""));
      if (entries.length > 0) await this.#line.drop(key, entries);
    });
  }
}
