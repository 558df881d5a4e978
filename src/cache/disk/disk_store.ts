import type { Clock } from "../../time/clock.ts";
import type { Files } from "../../runtime/files.ts";
import { isMissing } from "../../runtime/node_fs.ts";
import { isPromise, type MaybePromise, whenDone, whenReady } from "../../call/maybe_promise.ts";
import type { CacheBackend, CacheEntry } from "../backend/cache_backend.ts";
import { decodeEntry, encodeEntry } from "../codec/cache_codec.ts";
import { isOverBytes } from "../backend/max_entry_bytes.ts";
import { NOT_KEPT } from "../backend/not_kept.ts";
import { Slices } from "../../time/slices.ts";
import { clearDisk } from "./disk_clear.ts";
import { DiskPending, type PendingWrite } from "./disk_pending.ts";
import { type DiskPlace, placeOf } from "./disk_place.ts";
import type { DiskRoot } from "./disk_root.ts";
import { DiskSweeper } from "./disk_sweeper.ts";

/** A directory that was just made may be cleared by another process at once, though hardly so many times. */
const MAX_RETRIES = 5;

/** What a cache of files may take. */
export interface DiskLimits {
  /** All entries, or `Infinity`. */
  readonly maxBytes: number;
  /** One entry. */
  readonly maxEntryBytes: number;
}

/** Entries as files. */
export class DiskStore implements CacheBackend {
  readonly #root: DiskRoot;
  readonly #limits: DiskLimits;
  readonly #files: Files;
  readonly #clock: Clock;
  readonly #sweeper: DiskSweeper;
  readonly #pending: DiskPending;
  #isClosed = false;

  /** Keeps entries in the directory of `root`. */
  constructor(root: DiskRoot, limits: DiskLimits, files: Files, clock: Clock) {
    this.#root = root;
    this.#limits = limits;
    this.#files = files;
    this.#clock = clock;
    this.#sweeper = new DiskSweeper(root, limits.maxBytes, files, clock);
    this.#pending = new DiskPending(root, files);
  }

  get(key: string): MaybePromise<CacheEntry | undefined> {
    this.#assertOpen();
    const place = placeOf(key);
    const nowMs = this.#clock.wallNow();
    const directory = this.#root.pathIfThere(place.directory, nowMs);
    if (directory === undefined) return undefined;
    const text = this.#files.read(`${directory}/${place.name}`, this.#limits.maxEntryBytes + place.label.length);
    if (isPromise(text)) return text.then((text) => this.#entryOf(key, place, text, this.#clock.wallNow()));
    return text === undefined ? undefined : this.#entryOf(key, place, text, nowMs);
  }

  set(key: string, entry: CacheEntry): MaybePromise<void> {
    this.#assertOpen();
    const place = placeOf(key);
    const write = this.#pending.begin(key, place);
    const end = (kept: void) => {
      this.#pending.end(write);
      return kept;
    };
    return whenDone(() => this.#write(write, place, entry), end, (error) => {
      end();
      throw error;
    });
  }

  delete(key: string): boolean {
    this.#assertOpen();
    const place = placeOf(key);
    this.#pending.cancel(key, place);
    return this.#files.remove(this.#pathOf(place));
  }

  async clear(prefix: string): Promise<void> {
    this.#assertOpen();
    await this.#pending.cancelUnder(prefix);
    const walk = { root: this.#root.path, files: this.#files, slices: new Slices(this.#clock, true) };
    await clearDisk(walk, prefix, this.#limits.maxEntryBytes);
  }

  /** Waits for what continues in the background. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#sweeper.stop();
  }

  #pathOf({ directory, name }: DiskPlace): string {
    return `${this.#root.pathOf(directory)}/${name}`;
  }

  /** A file that is torn, foreign or past its time is of no use. */
  #entryOf(key: string, place: DiskPlace, text: string | undefined, nowMs: number): CacheEntry | undefined {
    if (text === undefined) return undefined;
    const entry = text.endsWith(place.label)
      ? decodeEntry(key, text.slice(0, text.length - place.label.length), this.#limits.maxEntryBytes)
      : undefined;
    if (entry !== undefined && entry.staleUntil > nowMs) return entry;
    try {
      const path = this.#pathOf(place);
      if (this.#files.facts(path)?.kind === "file") this.#files.remove(path);
    } catch {
      // What cannot be removed, from a directory that is only read say, is a miss all the same.
    }
    return undefined;
  }

  #write(write: PendingWrite, place: DiskPlace, entry: CacheEntry): MaybePromise<void> {
    const path = this.#pathOf(place);
    const text = this.#textOf(write.key, path, entry) + place.label;
    if (isOverBytes(text, this.#limits.maxBytes)) {
      this.#files.remove(path);
      return NOT_KEPT;
    }
    const writing = this.#make(write.temporary, write, () => this.#files.write(write.temporary, text));
    return whenReady(writing, () => this.#publish(write, path, text.length));
  }

  /** Where the new value cannot be kept, the old one is none any more. */
  #textOf(key: string, path: string, entry: CacheEntry): string {
    try {
      return encodeEntry(key, entry, this.#limits.maxEntryBytes);
    } catch (error) {
      this.#files.remove(path);
      throw error;
    }
  }

  #publish(write: PendingWrite, path: string, bytes: number): MaybePromise<void> {
    this.#root.warnIfLoose(write.temporary);
    const publishing = this.#make(path, write, () => this.#putInPlace(write, path));
    return whenReady(publishing, () => this.#sweeper.onWritten(bytes));
  }

  #putInPlace(write: PendingWrite, path: string): void {
    if (write.isVoid) return void this.#files.remove(write.temporary);
    try {
      this.#files.rename(write.temporary, path);
    } catch (error) {
      // Another process has cancelled the write.
      if (isMissing(error) && this.#files.facts(write.temporary) === undefined) return;
      throw error;
    }
  }

  /** Does `make`, which may find no directory for `path`; what fails leaves no temporary file, a full disk's part of one say. */
  #make(path: string, write: PendingWrite, make: () => MaybePromise<void>, retries = 0): MaybePromise<void> {
    const makeAgain = () => {
      if (retries > 0) this.#files.makeDirectory(path.slice(0, path.lastIndexOf("/")));
      return make();
    };
    return whenDone(makeAgain, () => {}, (error) => {
      if (!isMissing(error) || retries === MAX_RETRIES) {
        this.#files.remove(write.temporary);
        throw error;
      }
      return this.#make(path, write, make, retries + 1);
    });
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new Error("The disk cache is closed");
  }
}
