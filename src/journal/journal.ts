import { JournalError } from "../errors/journal_error.ts";
import { setBackgroundTimer } from "../runtime/background_timer.ts";
import type { FsModule } from "../runtime/node_fs.ts";
import type { RecordFile } from "../runtime/record_file.ts";
import { compactJournal } from "./compact_journal.ts";
import type { JournalDurability } from "./journal_options.ts";
import type { KnownItem, RecordedPlaces } from "./recorded_places.ts";
import { BEAT_MS, type JournalLock } from "./journal_lock.ts";
import { type JournalRecord, readRecord, writeRecord } from "./journal_record.ts";
import { JournalWriter } from "./journal_writer.ts";
import { LineWindow } from "./line_window.ts";
import type { JournalFailure } from "./read_journal.ts";

/** What an open journal is made of. */
export interface JournalParts {
  readonly fs: FsModule;
  readonly file: RecordFile;
  readonly lock: JournalLock;
  readonly places: RecordedPlaces;
  readonly durability: JournalDurability;
  readonly fail: JournalFailure;
  /** Is called once, where nothing can be recorded any more. */
  readonly onFailure: (error: JournalError) => void;
}

/** A journal that this run may write, until it is closed. */
export class Journal {
  readonly #parts: JournalParts;
  readonly #writer: JournalWriter;
  readonly #window: LineWindow;
  #written = 0;
  #replaced = 0;
  #cancelBeat: () => void = () => {};
  #isClosed = false;

  /** The journal of `parts`, which are open. */
  constructor(parts: JournalParts) {
    const { file, durability, fail, onFailure } = parts;
    this.#parts = parts;
    this.#window = new LineWindow(file);
    this.#writer = new JournalWriter({
      file,
      durability,
      onFailure: (error) => onFailure(fail(`it cannot be written: ${reasonOf(error)}`)),
    });
    this.#beatLater();
  }

  /** What was recorded of an item before this run; `undefined` where nothing was. */
  find(key: string): KnownItem | undefined {
    return this.#parts.places.find(key);
  }

  /** Marks an item as seen in this run; returns whether it was before, and `undefined` where nothing was recorded of it. */
  see(key: string): boolean | undefined {
    return this.#parts.places.see(key);
  }

  /**
   * The record of an item that was found.
   *
   * @throws {JournalError} If it is no longer there.
   */
  read(key: string, { offset }: KnownItem): JournalRecord {
    const line = this.#window.lineAt(offset);
    const record = line === undefined ? undefined : readRecord(line);
    if (record?.key === key) return record;
    throw this.#parts.fail("it was removed or changed while it was in use");
  }

  /** Records an item; the promise, if there is one, resolves once that is safe. After the close nothing is recorded. */
  write(record: JournalRecord): void | Promise<void> {
    if (this.#isClosed) return;
    this.#written++;
    if (this.find(record.key) !== undefined) this.#replaced++;
    return this.#writer.write(writeRecord(record));
  }

  /**
   * Gives the journal back, once all is safe; where most of it was replaced and there is time, what was replaced is removed.
   *
   * @throws {JournalError} If something could not be written.
   */
  async close(isHurried: boolean): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelBeat();
    const { file, fs, lock } = this.#parts;
    try {
      await this.#writer.finish().catch((error) => {
        throw this.#parts.fail(`it cannot be written: ${reasonOf(error)}`);
      });
      if (!isHurried) this.#requirePlace();
      // Where that fails, for a full disk say, the journal is as it was: longer than it has to be.
      if (!isHurried && this.#isMostlyReplaced) await compactJournal(fs, file).catch(() => {});
    } finally {
      file.close();
      lock.release();
    }
  }

  get #isMostlyReplaced(): boolean {
    const { superseded, size } = this.#parts.places;
    const replaced = superseded + this.#replaced;
    return 2 * replaced > superseded + size + this.#written;
  }

  #beatLater(): void {
    this.#cancelBeat = setBackgroundTimer(BEAT_MS, () => {
      const { lock, fail, onFailure } = this.#parts;
      try {
        this.#requirePlace();
        if (!lock.beat()) throw fail("its lock was removed, or taken over by another run");
        this.#beatLater();
      } catch (error) {
        onFailure(error instanceof JournalError ? error : fail(`it cannot be written: ${reasonOf(error)}`));
      }
    });
  }

  /** What is written to a file that was removed is lost. */
  #requirePlace(): void {
    if (!this.#parts.file.isInPlace) throw this.#parts.fail("it was removed or changed while it was in use");
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
