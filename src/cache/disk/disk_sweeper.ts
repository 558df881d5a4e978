import { wallClockNow } from "../../time/read_time.ts";
import type { Clock } from "../../time/clock.ts";
import { nextTurn } from "../../time/next_turn.ts";
import type { Files } from "../../runtime/files.ts";
import { Slices } from "../../time/slices.ts";
import { timesOf } from "../codec/cache_codec.ts";
import { cutoffOf, type DatedBytes } from "./disk_cutoff.ts";
import { isDoomedName, isEntryName, isShardName, isTemporaryName, PASSING, SWEPT } from "./disk_place.ts";
import type { DiskRoot } from "./disk_root.ts";
import { type DiskWalk, entriesIn, groupsOf, otherGroup, removeEmpty, shardsOf } from "./disk_walk.ts";

/** A temporary file that was not written to for this time has no writer any more. */
const ABANDONED_MS = 60_000;

/** Without a limit of bytes there is no hurry, and a program that runs for a moment should not be held up each time. */
const MIN_PAUSE_MS = 3_600_000;

/** What the entries of every version begin with. */
const OURS = /^opero\d{1,9}:/;

/** Removes in the background what is of no use: leftovers of dead writers, dead entries, and the oldest where there are too many. */
export class DiskSweeper {
  readonly #root: DiskRoot;
  readonly #maxBytes: number;
  readonly #files: Files;
  readonly #clock: Clock;
  /** After so many bytes it is time; at the first write, since it is unknown what is there. */
  #bytesUntilSweep = 0;
  #nextSweepMs = -Infinity;
  #sweeping: Promise<void> | undefined;
  #isStopped = false;

  /** Sweeps the cache in `root`. */
  constructor(root: DiskRoot, maxBytes: number, files: Files, clock: Clock) {
    this.#root = root;
    this.#maxBytes = maxBytes;
    this.#files = files;
    this.#clock = clock;
  }

  /** Is notified of every entry. */
  onWritten(bytes: number): void {
    this.#bytesUntilSweep -= bytes;
    if (this.#sweeping !== undefined || !this.#isTime()) return;
    // What could not be removed will be found again.
    this.#sweeping = this.#sweepWhileDue().catch(() => {}).finally(() => this.#sweeping = undefined);
  }

  /** Ends at the next slice. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    // Its turns keep no process alive, but a caller that waits here does.
    while (this.#sweeping !== undefined) await new Promise<void>(nextTurn);
  }

  #isTime(): boolean {
    return this.#bytesUntilSweep <= 0 || this.#clock.now() >= this.#nextSweepMs;
  }

  /** Once more where as much was written in the meantime. */
  async #sweepWhileDue(): Promise<void> {
    while (this.#isTime() && !this.#isStopped) {
      this.#bytesUntilSweep = Math.max(1, this.#maxBytes / 10);
      this.#nextSweepMs = this.#clock.now() + MIN_PAUSE_MS;
      await this.#sweep();
    }
  }

  async #sweep(): Promise<void> {
    const walk = { root: this.#root.path, files: this.#files, slices: new Slices(this.#clock, false) };
    await this.#sweepPassing(walk);
    if (this.#maxBytes === Infinity && !this.#isDue()) return;
    const found: DatedBytes[] = [];
    for await (const path of this.#entries(walk)) {
      const file = this.#keepOrRemove(path);
      if (file !== undefined && this.#maxBytes < Infinity) found.push(file);
    }
    const excess = found.reduce((sum, { bytes }) => sum + bytes, 0) - this.#maxBytes;
    // To nine tenths, so that it need not be done again at once.
    if (excess > 0 && !this.#isStopped) await this.#removeOldest(walk, found, excess + this.#maxBytes * 0.1);
  }

  /** Returns whether no process has swept the entries recently, and marks that this one does now. */
  #isDue(): boolean {
    const mark = `${this.#root.path}/${SWEPT}`;
    const facts = this.#files.facts(mark);
    // A mark of the future was made while the time of day was wrong. That of the file system is no other clock's.
    const agoMs = wallClockNow() - (facts?.modifiedMs ?? -Infinity);
    if (facts?.kind === "file" && agoMs >= -ABANDONED_MS && agoMs < MIN_PAUSE_MS) return false;
    if (facts?.kind === "directory") return true;
    this.#files.remove(mark);
    this.#files.write(mark, "");
    return true;
  }

  async #sweepPassing(walk: DiskWalk): Promise<void> {
    const passing = this.#root.pathOf(PASSING);
    for (const name of await this.#files.list(passing)) {
      if (this.#isStopped) return;
      await walk.slices.step();
      const path = `${passing}/${name}`;
      const facts = this.#files.facts(path);
      // Also what the future has written: that was a wrong clock.
      if (facts === undefined || Math.abs(wallClockNow() - facts.modifiedMs) < ABANDONED_MS) continue;
      if (facts.kind === "file" && isTemporaryName(name)) this.#files.remove(path);
      else if (facts.kind === "directory" && isDoomedName(name)) await removeDoomed(walk, path);
    }
  }

  async *#entries(walk: DiskWalk): AsyncGenerator<string> {
    for (const groups of [otherGroup(walk), groupsOf(walk)]) {
      for await (const group of groups) {
        this.#tighten(group);
        for await (const shard of shardsOf(walk, group)) {
          for await (const path of entriesIn(walk, shard)) {
            if (this.#isStopped) return;
            yield path;
          }
          removeEmpty(this.#files, shard);
        }
      }
    }
  }

  /** What is known of an entry that may have to leave for others later; a dead one leaves now. */
  #keepOrRemove(path: string): DatedBytes | undefined {
    const facts = this.#files.facts(path);
    if (facts === undefined) return undefined;
    if (this.#isDead(path, facts.bytes)) return void this.#files.remove(path);
    if (((facts.mode ?? 0) & 0o77) !== 0) this.#tighten(path);
    // The future has no old files: what comes from there would never leave.
    const atMs = facts.modifiedMs > wallClockNow() + ABANDONED_MS ? 0 : facts.modifiedMs;
    return { path, bytes: facts.bytes, atMs };
  }

  /** Past its time, of another version or in a place where only an older one looks, or of a time to come. */
  #isDead(path: string, bytes: number): boolean {
    if (bytes === 0) return true;
    const head = this.#files.readHead(path) ?? "";
    if (!OURS.test(head)) return false;
    const times = timesOf(head);
    const nowMs = this.#clock.wallNow();
    if (times === undefined || times.staleUntil <= nowMs || times.createdAt > nowMs + ABANDONED_MS) return true;
    const [shard, name] = path.split("/").slice(-2) as [string, string];
    return !isShardName(shard) || !name.startsWith(shard);
  }

  #tighten(path: string): void {
    try {
      this.#files.tighten(path);
    } catch {
      // Another user's, who alone may.
    }
  }

  async #removeOldest(walk: DiskWalk, found: readonly DatedBytes[], excess: number): Promise<void> {
    const { fromMs, toMs } = await cutoffOf(found, excess, walk.slices);
    let left = excess;
    const remove = async (isMeant: (atMs: number) => boolean) => {
      for (const { path, bytes, atMs } of found) {
        if (left <= 0 || this.#isStopped) return;
        if (isMeant(atMs) && this.#files.remove(path)) left -= bytes;
        await walk.slices.step();
      }
    };
    await remove((atMs) => atMs < fromMs);
    await remove((atMs) => atMs >= fromMs && atMs <= toMs);
  }
}

/** What version 0.1 had given another name, to remove it: directories in directories of entries. */
async function removeDoomed(walk: DiskWalk, path: string): Promise<void> {
  for (const name of await walk.files.list(path)) {
    const inner = `${path}/${name}`;
    const kind = walk.files.facts(inner)?.kind;
    if (!isEntryName(name)) continue;
    if (kind === "file") walk.files.remove(inner);
    else if (kind === "directory") {
      for await (const entry of entriesIn(walk, inner)) walk.files.remove(entry);
      walk.files.removeDirectory(inner);
    }
    await walk.slices.step();
  }
  walk.files.removeDirectory(path);
}
