import type { Clock } from "../../clock.ts";
import { type Files, isMissing } from "../../runtime/files.ts";
import type { CacheBackend, CacheEntry, MaybePromise } from "../cache_backend.ts";
import { NOT_KEPT } from "../not_kept.ts";
import { decodeEntry, encodeEntry } from "../codec/cache_codec.ts";
import { clearDisk } from "./disk_clear.ts";
import { type DiskPlace, PASSING, placeOf } from "./disk_place.ts";
import { DiskSweeper } from "./disk_sweeper.ts";

/** A directory that was just made may be cleared by another process at once, though hardly so many times. */
const MAX_RETRIES = 5;

/** Entries as files. */
export class DiskStore implements CacheBackend {
  readonly #root: string;
  readonly #maxBytes: number;
  readonly #files: Files;
  readonly #clock: Clock;
  readonly #sweeper: DiskSweeper;
  /** Tells this writer's temporary names from those of others. */
  readonly #writer = crypto.randomUUID();
  #written = 0;
  #isClosed = false;

  /** Keeps entries in the directory `root`, up to `maxBytes` of them, or `Infinity`. */
  constructor(root: string, maxBytes: number, files: Files, clock: Clock) {
    this.#root = root;
    this.#maxBytes = maxBytes;
    this.#files = files;
    this.#clock = clock;
    this.#sweeper = new DiskSweeper(root, maxBytes, files, clock);
  }

  get(key: string): MaybePromise<CacheEntry | undefined> {
    this.#assertOpen();
    const place = placeOf(key);
    const text = this.#files.read(this.#pathOf(place));
    return text instanceof Promise
      ? text.then((text) => this.#entryOf(key, place, text), nothingIfMissing)
      : this.#entryOf(key, place, text);
  }

  set(key: string, entry: CacheEntry): MaybePromise<void> {
    this.#assertOpen();
    const place = placeOf(key);
    const text = encodeEntry(key, entry) + place.label;
    if (text.length > this.#maxBytes) {
      this.#files.remove(this.#pathOf(place));
      return NOT_KEPT;
    }
    const temporary = `${this.#root}/${PASSING}/${this.#writer}-${this.#written++}`;
    const writing = this.#make(`${this.#root}/${PASSING}`, temporary, () => this.#files.write(temporary, text));
    if (writing instanceof Promise) return writing.then(() => this.#publish(temporary, place, text));
    this.#publish(temporary, place, text);
  }

  delete(key: string): boolean {
    this.#assertOpen();
    return this.#files.remove(this.#pathOf(placeOf(key)));
  }

  async clear(prefix: string): Promise<void> {
    this.#assertOpen();
    await clearDisk(this.#root, prefix, this.#files);
  }

  /** Waits for what goes on in the background. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#sweeper.stop();
  }

  #pathOf({ directory, name }: DiskPlace): string {
    return `${this.#root}/${directory}/${name}`;
  }

  /** A file that is torn, foreign or past its time is of no use to anybody. */
  #entryOf(key: string, place: DiskPlace, text: string | undefined): CacheEntry | undefined {
    if (text === undefined) return undefined;
    const entry = text.endsWith(place.label)
      ? decodeEntry(key, text.slice(0, text.length - place.label.length))
      : undefined;
    if (entry !== undefined && entry.staleUntil > this.#clock.wallNow()) return entry;
    try {
      this.#files.remove(this.#pathOf(place));
    } catch {
      // What cannot be removed, from a directory that is only read say, is a miss all the same.
    }
    return undefined;
  }

  #publish(temporary: string, place: DiskPlace, text: string): void {
    const rename = () => this.#files.rename(temporary, this.#pathOf(place));
    this.#make(`${this.#root}/${place.directory}`, temporary, rename);
    this.#sweeper.onWritten(text.length);
  }

  /** Does `write`, which may find `directory` missing; what fails leaves no temporary file, a full disk's part of one say. */
  #make(
    directory: string,
    temporary: string,
    write: () => void | Promise<void>,
    retries = 0,
  ): void | Promise<void> {
    const writeAgain = () => {
      if (retries > 0) this.#files.makeDirectory(directory);
      return write();
    };
    return attempt(writeAgain, (error) => {
      if (isMissing(error) && retries < MAX_RETRIES) return this.#make(directory, temporary, write, retries + 1);
      this.#files.remove(temporary);
      throw error;
    });
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new Error("The disk cache is closed");
  }
}

function nothingIfMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error;
}

/** A `catch` for what may answer with a promise. */
function attempt(
  act: () => void | Promise<void>,
  onError: (error: unknown) => void | Promise<void>,
): void | Promise<void> {
  try {
    const acting = act();
    return acting instanceof Promise ? acting.catch(onError) : acting;
  } catch (error) {
    return onError(error);
  }
}
