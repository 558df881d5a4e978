/** Journals to be measured: what a record is, and a file of many of them. */
import type { Journal } from "../../src/journal/journal.ts";
import type { JournalRecord } from "../../src/journal/journal_record.ts";
import { ItemKeys } from "../../src/journal/item_keys.ts";
import { openJournal } from "../../src/journal/open_journal.ts";
import { requireFiles } from "../../src/runtime/require_files.ts";

const fs = requireFiles("measure");
const VALUE = JSON.stringify({ population: 709_037, name: "Oslo", tags: ["capital", "port"], text: ".".repeat(60) });

/**
 * Records of items with a value of 130 bytes each.
 *
 * @param count How many.
 * @returns The records.
 */
export function makeRecords(count: number): JournalRecord[] {
  const keys = new ItemKeys();
  const facts = { attempts: 1, atMs: 1_764_111_111_111, durationMs: 123.4, waitedMs: 0 };
  return Array.from({ length: count }, (_, i) => ({
    ...facts,
    key: keys.next(`item ${i}`),
    status: "ok",
    value: { form: "v", json: VALUE },
  }));
}

/**
 * A journal under `path`.
 *
 * @param path The file.
 * @returns The journal, which is to be closed.
 */
export function openBenchJournal(path: string): Promise<Journal> {
  return openJournal({
    fs,
    path,
    durability: "group",
    onMismatch: "error",
    header: { task: "bench", version: undefined, keyed: "item", at: "2026-11-25T22:00:00.000Z" },
    task: "measure",
    nowMs: Date.now,
    token: crypto.randomUUID(),
    onFailure: (error) => {
      throw error;
    },
  });
}

/**
 * Writes records a turn at a time, as a run does whose items end together.
 *
 * @param records The records.
 * @param write Writes one.
 */
export async function writeInTurns(
  records: readonly JournalRecord[],
  write: (record: JournalRecord) => unknown,
): Promise<void> {
  for (let i = 0; i < records.length; i++) {
    write(records[i]!);
    if (i % 50 === 49) await new Promise((resolve) => setImmediate(resolve));
  }
}
