import { JournalError } from "../errors/journal_error.ts";
import { errorText } from "../errors/error_label.ts";
import { type JournalHeader, type JournalRecord, readOutcome, readRecord } from "../journal/journal_record.ts";
import { failureOf } from "../journal/open_journal.ts";
import { readJournal } from "../journal/read_journal.ts";
import { RecordFile } from "../runtime/record_file.ts";
import { requireFiles } from "../runtime/require_files.ts";

/** What stands in a journal beside the records. */
export interface ReadJournal {
  /** What its first line says; `undefined` where nothing was recorded yet. */
  readonly header: JournalHeader | undefined;
  /** How many records there are, those that later ones have replaced included. */
  readonly lines: number;
}

/**
 * Reads the latest record of each item of a journal, twice, so that what is held of a million is a number each. It takes
 * no lock: a run may write on.
 *
 * @param path The journal.
 * @param task What cannot be done where it cannot be read.
 * @param onRecord Is given each record, in the order in which they were written.
 * @returns What else there is.
 * @throws {JournalError} If it cannot be read, is damaged or is no journal.
 */
export async function readLatest(
  path: string,
  task: string,
  onRecord: (record: JournalRecord) => void,
): Promise<ReadJournal> {
  const fail = failureOf({ task, path });
  const file = openFile(path, task);
  try {
    const latest = new Map<string, number>();
    let lines = 0;
    await readJournal(file, fail, readOutcome, ({ key }, offset) => {
      latest.set(key, offset);
      lines++;
    });
    const { header } = await readJournal(file, fail, readRecord, (record, offset) => {
      if (latest.get(record.key) === offset) onRecord(record);
    });
    return { header, lines };
  } finally {
    file.close();
  }
}

function openFile(path: string, task: string): RecordFile {
  try {
    return new RecordFile(requireFiles(task), path, true);
  } catch (error) {
    if (error instanceof JournalError) throw error;
    throw failureOf({ task, path })(`it cannot be read: ${errorText(error) ?? "unknown"}`);
  }
}
