import { microtask } from "../time/microtask.ts";
import { setBackgroundTimer } from "../runtime/background_timer.ts";
import type { RecordFile } from "../runtime/record_file.ts";
import type { JournalDurability } from "./journal_options.ts";

/** A loss of power costs at most so many records, … */
const GROUP_RECORDS = 64;
/** … and at most those of so long. */
const GROUP_MS = 50;

/** A line that is to be safe before its result counts. */
interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** What a writer is made with. */
export interface JournalWriterOptions {
  readonly file: RecordFile;
  readonly durability: JournalDurability;
  /** Is called once, where a line could not be written; nothing is written after that. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Writes lines to the end of a file: those of one turn together, at its end, and has the system put them on the disk a
 * group at a time. What is written survives the end of the process at once, and a loss of power once it is on the disk.
 */
export class JournalWriter {
  readonly #options: JournalWriterOptions;
  readonly #encoder = new TextEncoder();
  #lines = "";
  #unsafe = 0;
  #waiters: Waiter[] = [];
  #cancelTimer: (() => void) | undefined = undefined;
  #syncing: Promise<void> | undefined = undefined;
  #failure: { readonly error: unknown } | undefined = undefined;

  /** A writer that has written nothing. */
  constructor(options: JournalWriterOptions) {
    this.#options = options;
  }

  /** Writes a line; the promise, if there is one, resolves once it is safe. */
  write(line: string): void | Promise<void> {
    if (this.#failure !== undefined) return;
    if (this.#lines === "") microtask.then(() => this.#flush());
    this.#lines += line;
    this.#unsafe++;
    if (this.#options.durability === "group") return this.#syncLater();
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.#syncing ??= this.#sync();
    });
  }

  /** Writes what is left, and resolves once all is safe; rejects where it could not be written. */
  async finish(): Promise<void> {
    while (this.#failure === undefined && (this.#syncing !== undefined || this.#unsafe > 0)) {
      await (this.#syncing ??= this.#sync());
    }
    this.#cancelTimer?.();
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #syncLater(): void {
    if (this.#syncing !== undefined) return;
    if (this.#unsafe >= GROUP_RECORDS) this.#syncing = this.#sync();
    else {
      this.#cancelTimer ??= setBackgroundTimer(GROUP_MS, () => {
        this.#cancelTimer = undefined;
        this.#syncing ??= this.#sync();
      });
    }
  }

  /** What is written while this waits for the disk is left to the next. */
  async #sync(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    // Those of the same turn go together.
    await Promise.resolve();
    this.#flush();
    const waiters = this.#waiters;
    this.#waiters = [];
    this.#unsafe = 0;
    // Taken before: what fails meanwhile is later than these.
    let failure = this.#failure;
    try {
      if (failure === undefined) await this.#options.file.sync();
    } catch (error) {
      failure = { error };
      this.#fail(error);
    }
    this.#syncing = undefined;
    for (const { resolve, reject } of waiters) failure === undefined ? resolve() : reject(failure.error);
    this.#continue();
  }

  #continue(): void {
    if (this.#waiters.length > 0 && this.#failure === undefined) this.#syncing = this.#sync();
    else if (this.#unsafe > 0) this.#syncLater();
  }

  #flush(): void {
    const lines = this.#lines;
    this.#lines = "";
    if (lines === "" || this.#failure !== undefined) return;
    try {
      this.#options.file.append(this.#encoder.encode(lines));
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { error };
    for (const { reject } of this.#waiters) reject(error);
    this.#waiters = [];
    this.#options.onFailure(error);
  }
}
