import { opmap } from "@opero/core";
import { JournalWriter } from "../src/journal/journal_writer.ts";
import { type JournalRecord, writeRecord } from "../src/journal/journal_record.ts";
import { RecordFile } from "../src/runtime/record_file.ts";
import { requireFiles } from "../src/runtime/require_files.ts";
import { inChild } from "./support/in_child.ts";
import { makeRecords, openBenchJournal, writeInTurns } from "./support/journal_load.ts";
import { registerRows } from "./support/register_rows.ts";
import type { Contender, Row } from "./support/row.ts";

const RECORD_COUNT = 10_000;
const ITEM_COUNT = 100_000;
const AT_ONCE = 50;

const directory = await Deno.makeTempDir({ prefix: "opero-bench-" });
addEventListener("unload", () => Deno.removeSync(directory, { recursive: true }));

const fs = requireFiles("measure");
const records = makeRecords(RECORD_COUNT);
const items = Array.from({ length: ITEM_COUNT }, (_, n) => n);
let files = 0;

function freshPath(): string {
  return `${directory}/${++files}.jsonl`;
}

async function appendSynced(): Promise<void> {
  const journal = await openBenchJournal(freshPath());
  await writeInTurns(records, (record) => journal.write(record));
  await journal.close(true);
}

/** What is left without the disk. */
class UnsyncedFile extends RecordFile {
  override sync(): Promise<void> {
    return Promise.resolve();
  }
}

async function appendUnsynced(): Promise<void> {
  const file = new UnsyncedFile(fs, freshPath());
  const writer = new JournalWriter({ file, durability: "group", onFailure: () => {} });
  await writeInTurns(records, (record) => writer.write(writeRecord(record)));
  await writer.finish();
  file.close();
}

async function appendByHand(record: JournalRecord): Promise<void> {
  await Deno.writeTextFile(`${directory}/by_hand.jsonl`, `${JSON.stringify(record)}\n`, { append: true });
}

// deno-lint-ignore require-await -- stands for a function that loads something
async function work(n: number): Promise<number> {
  return n + 1;
}

const map = opmap(work, { mode: "async", workers: AT_ONCE, retries: 3, progress: false });
const pooled = opmap((n: number) => n + 1, { mode: "process", workers: 2, retries: 3, progress: false });
const resumed = `${directory}/resumed.jsonl`;
await map(items, { journal: resumed });

function reported(name: string, unit: "s" | "MB", figure: "seconds" | "megabytes"): Row {
  const path = `${directory}/million.jsonl`;
  let written: Promise<unknown> | undefined;
  const ours: Contender = {
    name: "opmap",
    run: async () => {
      await (written ??= inChild("support/journal_memory.ts", path, "write"));
      return (await inChild("support/journal_memory.ts", path, "open"))[figure];
    },
  };
  return { name, unit, isReported: true, warmUps: 0, rounds: 3, contenders: [ours] };
}

const appendRow = { unit: "µs", perRun: RECORD_COUNT, warmUps: 1, rounds: 7 } as const;

/** What a journal costs. */
export const rows: readonly Row[] = [
  {
    ...appendRow,
    name: "a record of 200 bytes, synced in groups",
    contenders: [
      { name: "opmap", run: appendSynced },
      { name: "a file that is opened for each", run: () => writeInTurns(records, appendByHand) },
    ],
  },
  { ...appendRow, name: "a record of 200 bytes, not synced", contenders: [{ name: "opmap", run: appendUnsynced }] },
  {
    name: "100 000 tiny items with a journal",
    unit: "ns",
    perRun: ITEM_COUNT,
    warmUps: 1,
    rounds: 7,
    contenders: [
      { name: "opmap", run: () => map(items, { journal: freshPath() }) },
      { name: "opmap without journal", run: () => map(items) },
      { name: "opmap, all from the journal", run: () => map(items, { journal: resumed }) },
    ],
  },
  {
    name: "100 000 tiny items of a pool with a journal",
    unit: "ns",
    perRun: ITEM_COUNT,
    warmUps: 1,
    rounds: 7,
    contenders: [
      { name: "opmap", run: () => pooled(items, { journal: freshPath() }) },
      { name: "opmap without journal", run: () => pooled(items) },
    ],
  },
  reported("a journal of a million records is opened", "s", "seconds"),
  reported("memory of an open journal of a million records", "MB", "megabytes"),
];

registerRows(rows);
