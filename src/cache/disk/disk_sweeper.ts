import type { Clock } from "../../clock.ts";
import { nextTurn } from "../../internal/next_turn.ts";
import type { Files } from "../../runtime/files.ts";
import { timesOf } from "../codec/cache_codec.ts";
import { isKeyPart } from "../engine_key.ts";
import { OTHER_KEYS, PASSING } from "./disk_place.ts";

/** A temporary file that was not written to for so long has no writer any more. */
const ABANDONED_MS = 60_000;

/** Without a limit of bytes there is no hurry, and a program that runs for a moment should not be held up each time. */
const MIN_PAUSE_MS = 3_600_000;

/** Files looked at between two turns of the loop. */
const FILES_PER_TURN = 32;

interface FoundFile {
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

/** Removes in the background what is of no use: leftovers of dead writers, dead entries, and the oldest where there are too many. */
export class DiskSweeper {
  readonly #root: string;
  readonly #maxBytes: number;
  readonly #files: Files;
  readonly #clock: Clock;
  /** After so many bytes it is time; at the first write, since nobody knows what is there. */
  #bytesUntilSweep = 0;
  #sweeping: Promise<void> | undefined;
  #isStopped = false;

  /** Sweeps the cache in the directory `root`. */
  constructor(root: string, maxBytes: number, files: Files, clock: Clock) {
    this.#root = root;
    this.#maxBytes = maxBytes;
    this.#files = files;
    this.#clock = clock;
  }

  /** Is told of every entry. */
  onWritten(bytes: number): void {
    this.#bytesUntilSweep -= bytes;
    if (this.#bytesUntilSweep > 0 || this.#sweeping !== undefined) return;
    // What could not be removed will be found again.
    this.#sweeping = this.#sweepWhileDue().catch(() => {}).finally(() => this.#sweeping = undefined);
  }

  /** Ends at the next file. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#sweeping;
  }

  /** Once more where as much was written in the meantime. */
  async #sweepWhileDue(): Promise<void> {
    while (this.#bytesUntilSweep <= 0 && !this.#isStopped) {
      this.#bytesUntilSweep = Math.max(1, this.#maxBytes / 10);
      await this.#sweep();
    }
  }

  async #sweep(): Promise<void> {
    await this.#sweepPassing();
    if (this.#maxBytes === Infinity && !(await this.#isDue())) return;
    const found: FoundFile[] = [];
    for await (const path of this.#entries()) {
      const file = await this.#keepOrRemove(path);
      if (file !== undefined && this.#maxBytes < Infinity) found.push(file);
    }
    this.#removeOldest(found);
  }

  /** Tells whether nobody went through the entries of late, and tells others that somebody does now. */
  async #isDue(): Promise<boolean> {
    const mark = `${this.#root}/swept`;
    const facts = await this.#files.facts(mark);
    if (facts !== undefined && facts.modifiedMs > Date.now() - MIN_PAUSE_MS) return false;
    this.#files.remove(mark);
    this.#files.touch(mark);
    return true;
  }

  async #sweepPassing(): Promise<void> {
    const directory = `${this.#root}/${PASSING}`;
    for (const name of await this.#files.list(directory)) {
      const facts = await this.#files.facts(`${directory}/${name}`);
      // The time of day of the file system, which knows of no other clock.
      const isAbandoned = facts !== undefined && facts.modifiedMs < Date.now() - ABANDONED_MS;
      if (isAbandoned && !this.#isStopped) await this.#files.removeTree(`${directory}/${name}`);
    }
  }

  async *#entries(): AsyncGenerator<string> {
    let seen = 0;
    for await (const directory of this.#directories()) {
      for (const name of await this.#files.list(directory)) {
        if (this.#isStopped) return;
        yield `${directory}/${name}`;
        if (++seen % FILES_PER_TURN === 0) await new Promise<void>(nextTurn);
      }
    }
  }

  async *#directories(): AsyncGenerator<string> {
    yield `${this.#root}/${OTHER_KEYS}`;
    for (const namespace of (await this.#files.list(this.#root)).filter(isKeyPart)) {
      for (const name of await this.#files.list(`${this.#root}/${namespace}`)) {
        yield `${this.#root}/${namespace}/${name}`;
      }
    }
  }

  /** What is known of an entry that may have to leave for others later; a dead one leaves now. */
  async #keepOrRemove(path: string): Promise<FoundFile | undefined> {
    if (this.#isDead(path)) this.#files.remove(path);
    const facts = this.#maxBytes < Infinity ? await this.#files.facts(path) : undefined;
    return facts && { path, ...facts };
  }

  #isDead(path: string): boolean {
    const times = timesOf(this.#files.readHead(path) ?? "");
    return times !== undefined && times.staleUntil <= this.#clock.wallNow();
  }

  #removeOldest(found: FoundFile[]): void {
    let bytes = found.reduce((sum, file) => sum + file.bytes, 0);
    if (bytes <= this.#maxBytes || this.#isStopped) return;
    found.sort((a, b) => a.modifiedMs - b.modifiedMs);
    for (const file of found) {
      // To nine tenths, so that it need not be done again at once.
      if (bytes <= this.#maxBytes * 0.9) return;
      this.#files.remove(file.path);
      bytes -= file.bytes;
    }
  }
}
