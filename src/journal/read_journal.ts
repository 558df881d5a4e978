import type { JournalError } from "../errors/journal_error.ts";
import type { RecordFile } from "../runtime/record_file.ts";
import { JOURNAL_FORMAT, type JournalHeader, readHeader } from "./journal_record.ts";
import { type JournalLine, readLines } from "./read_lines.ts";

/** Makes the error for a reason, found in a line of the file where that has a number. */
export type JournalFailure = (reason: string, line?: number) => JournalError;

/** What a journal holds, and where it ends. */
export interface JournalContent {
  /** What its first line says; `undefined` where nothing was recorded in it yet. */
  readonly header: JournalHeader | undefined;
  /** How many bytes of it are whole lines, or one at the end that lacks nothing but its end. */
  readonly bytes: number;
  /** Whether the last of these lines has its end. */
  readonly hasEnd: boolean;
}

const BEGIN = `{"opero":${JOURNAL_FORMAT},`;

/**
 * Reads a journal. What was torn off at its end, as the process or the machine was stopped in the middle, is passed over.
 *
 * @param file The file.
 * @param fail Makes the errors.
 * @param read Reads a line, and returns `undefined` where it is damaged.
 * @param onRecord Is given what was read of each line, with the place of that, in bytes.
 * @returns What it holds.
 * @throws {JournalError} If it is no journal, one of another format, or has a damaged line.
 */
export async function readJournal<Read extends object>(
  file: RecordFile,
  fail: JournalFailure,
  read: (line: string) => Read | undefined,
  onRecord: (record: Read, offset: number) => void,
): Promise<JournalContent> {
  let header: JournalHeader | undefined;
  let bytes = 0;
  let hasEnd = true;
  await readLines(file, (line) => {
    const { text, offset, next, number, isWhole } = line;
    if (number === 1) header = headerIn(line, fail);
    else {
      const record = text === undefined ? undefined : read(text);
      if (record !== undefined) onRecord(record, offset);
      else if (isWhole && text?.trim() !== "") {
        throw fail("this line is damaged; without it, its item runs again", number);
      }
      if (!isWhole && record === undefined) return;
    }
    if (header === undefined) return;
    bytes = next;
    hasEnd = isWhole;
  });
  return { header, bytes, hasEnd };
}

/** What the first line says; `undefined` where it was torn before its end, and nothing was recorded. */
function headerIn({ text, isWhole }: JournalLine, fail: JournalFailure): JournalHeader | undefined {
  const header = text === undefined ? undefined : readHeader(text);
  if (typeof header === "object") return header;
  if (header !== undefined) {
    throw fail(`its format is ${header}, and this version of the library knows ${JOURNAL_FORMAT}`);
  }
  const isTorn = !isWhole && text !== undefined && (BEGIN.startsWith(text) || text.startsWith(BEGIN));
  if (isTorn) return undefined;
  throw fail("this file is no journal");
}
