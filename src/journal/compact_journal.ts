import type { FsModule } from "../runtime/node_fs.ts";
import { syncNames } from "../runtime/path_files.ts";
import { RecordFile } from "../runtime/record_file.ts";
import { KeyTable } from "./key_table.ts";
import { readOutcome } from "./journal_record.ts";
import { readLines } from "./read_lines.ts";

/** How many bytes are written at once. */
const WRITE_UNITS = 2 ** 16;

/** What every line but the first begins with, before its key. */
const KEY_START = '{"k":"'.length;

/**
 * Writes the header and the latest record of each item to a new file, which then takes the place of the journal: a
 * process that ends in the middle leaves that as it was.
 *
 * @param fs The files of the runtime.
 * @param file The journal, of which no line is damaged but the last, which may be torn.
 * @throws {Error} If a file cannot be read or written; the journal is as it was then.
 */
export async function compactJournal(fs: FsModule, file: RecordFile): Promise<void> {
  const path = compactedPath(file.path);
  if (fs.existsSync(path)) fs.unlinkSync(path);
  const compacted = new RecordFile(fs, path);
  try {
    await copyLatest(file, compacted);
    await compacted.sync();
    compacted.close();
    fs.renameSync(path, file.path);
  } catch (error) {
    fs.unlinkSync(path);
    throw error;
  }
  syncNames(fs, file.path);
}

/**
 * Where the new file of a compaction stands until it is done.
 *
 * @param path The journal.
 * @returns The path.
 */
export function compactedPath(path: string): string {
  return `${path}.compact`;
}

async function copyLatest(file: RecordFile, target: RecordFile): Promise<void> {
  const latest = new KeyTable();
  await readLines(file, ({ text, offset, number, isWhole }) => {
    if (number > 1 && text !== undefined && (isWhole || readOutcome(text) !== undefined)) {
      latest.set(keyIn(text), offset);
    }
  });
  let lines = "";
  await readLines(file, ({ text, offset, number }) => {
    if (text === undefined || text.trim() === "" || (number > 1 && latest.get(keyIn(text)) !== offset)) return;
    lines += `${text}\n`;
    if (lines.length < WRITE_UNITS) return;
    target.appendText(lines);
    lines = "";
  });
  target.appendText(lines);
}

function keyIn(line: string): string {
  return line.slice(KEY_START, line.indexOf('"', KEY_START));
}
