import { JournalError } from "../errors/journal_error.ts";
import { printable, quoted } from "../errors/printable.ts";
import type { FsModule } from "../runtime/node_fs.ts";
import { freeName, realPath, syncNames } from "../runtime/path_files.ts";
import { RecordFile } from "../runtime/record_file.ts";
import { compactedPath } from "./compact_journal.ts";
import { Journal } from "./journal.ts";
import type { JournalConfig, JournalDurability } from "./journal_options.ts";
import { RecordedPlaces } from "./recorded_places.ts";
import { JournalLock } from "./journal_lock.ts";
import { type JournalHeader, readOutcome, writeHeader } from "./journal_record.ts";
import { type JournalContent, type JournalFailure, readJournal } from "./read_journal.ts";

/** What a journal is opened with. */
export interface OpenJournalOptions {
  readonly fs: FsModule;
  readonly path: string;
  readonly durability: JournalDurability;
  readonly onMismatch: NonNullable<JournalConfig["onMismatch"]>;
  /** What its first line has to say. */
  readonly header: JournalHeader;
  /** What cannot be done where it cannot be opened, as in `map "load"`. */
  readonly task: string;
  /** The time of day, in milliseconds. */
  readonly nowMs: () => number;
  /** A text that no other run has. */
  readonly token: string;
  /** Whether it is no longer wanted: a long one is then not read to its end. */
  readonly isStopped?: () => boolean;
  /** Is called once, where nothing can be recorded any more. */
  readonly onFailure: (error: JournalError) => void;
}

/**
 * Opens a journal for one run: takes its lock, reads what is recorded, and cuts what was torn off at its end.
 *
 * @param options The file, and what it has to be of.
 * @returns The journal, which is to be closed.
 * @throws {JournalError} If it is damaged, of something else, held by another run, or cannot be written.
 */
export async function openJournal(options: OpenJournalOptions): Promise<Journal> {
  const { fs, nowMs, token } = options;
  const fail = failureOf(options);
  const path = reading(fail, () => realPath(fs, options.path));
  const lock = new JournalLock({ fs, path, fail, nowMs, token, sleep });
  try {
    await lock.take();
    return await openLocked({ ...options, path }, fail, lock);
  } catch (error) {
    lock.release();
    throw error instanceof JournalError ? error : fail(`it cannot be opened: ${(error as Error).message}`);
  }
}

/**
 * Makes the errors of a journal.
 *
 * @param options What cannot be done, as in `map "load"`, and the file.
 * @returns A function that makes one for a reason.
 */
export function failureOf(options: Pick<OpenJournalOptions, "task" | "path">): JournalFailure {
  const { task, path } = options;
  return (reason, line) => {
    const place = line === undefined ? path : `${path}:${line}`;
    return new JournalError(printable(`Cannot ${task}: ${place}: ${reason}`));
  };
}

async function openLocked(options: OpenJournalOptions, fail: JournalFailure, lock: JournalLock): Promise<Journal> {
  const { fs, path, durability, onFailure } = options;
  if (fs.existsSync(compactedPath(path))) fs.unlinkSync(compactedPath(path));
  const file = new RecordFile(fs, path);
  try {
    const places = new RecordedPlaces();
    const content = await readJournal(file, fail, readOutcome, (record, offset) => {
      if (options.isStopped?.()) throw fail("its run was stopped before it was read");
      places.add(record, offset);
    });
    const mismatch = content.header && mismatchOf(content.header, options.header);
    if (mismatch === undefined) {
      await prepare(file, content, options.header);
      if (content.header === undefined) syncNames(fs, path);
      return new Journal({ fs, file, lock, places, durability, fail, onFailure });
    }
    if (options.onMismatch === "error") throw fail(`${mismatch}; ${MISMATCH_FIX}`);
    fs.renameSync(path, freeName(fs, path));
  } catch (error) {
    file.close();
    throw error;
  }
  file.close();
  return await openLocked(options, fail, lock);
}

/** Makes the file one that a line can be added to. */
async function prepare(file: RecordFile, { header, bytes, hasEnd }: JournalContent, own: JournalHeader): Promise<void> {
  file.tighten();
  if (bytes < file.size) file.truncate(bytes);
  if (header !== undefined && hasEnd) return;
  file.appendText(header === undefined ? writeHeader(own) : "\n");
  await file.sync();
}

/** What helps where a journal is of something else. */
export const MISMATCH_FIX = `take another file, or 'onMismatch: "restart"'`;

/**
 * What tells a journal from one that would be right.
 *
 * @param found What its first line says.
 * @param wanted What it has to say.
 * @returns The difference, for a message; `undefined` where there is none.
 */
export function mismatchOf(found: JournalHeader, wanted: JournalHeader): string | undefined {
  if (found.task !== wanted.task) return `it is of the task ${quoted(found.task)}, not ${quoted(wanted.task)}`;
  if (found.version !== wanted.version) return `it is of ${versionIn(found)}, not of ${versionIn(wanted)}`;
  if (found.keyed !== wanted.keyed) return `its items are known by ${keyIn(found)}, not by ${keyIn(wanted)}`;
  return undefined;
}

function versionIn({ version }: JournalHeader): string {
  return version === undefined ? "no version" : `version ${quoted(version)}`;
}

function keyIn({ keyed }: JournalHeader): string {
  return keyed === "item" ? "themselves" : "a 'key'";
}

function reading<T>(fail: JournalFailure, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw fail(`it cannot be read: ${(error as Error).message}`);
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
