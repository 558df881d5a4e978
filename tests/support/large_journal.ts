/**
 * One process that works with a journal of many records, and prints what that took: as few others as can be are measured
 * with it. The arguments are what it does, the file, and how many records there are.
 */
import process from "node:process";
import { openJournal } from "../../src/journal/open_journal.ts";
import { writeHeader, writeRecord } from "../../src/journal/journal_record.ts";
import { requireFiles } from "../../src/runtime/require_files.ts";
import { sha256Base64Url } from "../../src/runtime/sha256.ts";

/** What one of these took. */
export interface LargeJournalFigures {
  /** Of the processor. */
  readonly cpuSeconds: number;
  /** By how much the memory of the process has grown. */
  readonly megabytes: number;
  /** How many records were found. */
  readonly found: number;
}

const HEADER = { task: "load", version: undefined, keyed: "item", at: "2026-11-25T22:00:00.000Z" } as const;
const VALUE = JSON.stringify({ population: 709_037, name: "Oslo", tags: ["capital", "port"], text: ".".repeat(60) });
const A_PART = 10_000;
/** Each of so many fails, with one of some errors. */
const FAILED = 100;
/** One of so many is looked for. */
const SAMPLED = 1_000;

function keyOf(place: number): string {
  return sha256Base64Url(`item ${place}`).slice(0, 22);
}

function lineOf(place: number): string {
  const facts = { key: keyOf(place), attempts: 1, atMs: 1_764_111_111_111 + place, durationMs: 123.4, waitedMs: 0 };
  if (place % FAILED > 0) return writeRecord({ ...facts, status: "ok", value: { form: "v", json: VALUE } });
  const error = { name: "HttpError", message: `no item ${place}`, status: 500 + place % 7, attempts: ["500"] };
  return writeRecord({ ...facts, status: "failed", error });
}

async function write(path: string, count: number): Promise<number> {
  using file = await Deno.open(path, { create: true, truncate: true, write: true });
  const writer = file.writable.getWriter();
  await writer.write(new TextEncoder().encode(writeHeader(HEADER)));
  for (let start = 0; start < count; start += A_PART) {
    const lines = Array.from({ length: Math.min(A_PART, count - start) }, (_, i) => lineOf(start + i));
    await writer.write(new TextEncoder().encode(lines.join("")));
  }
  return count;
}

/** What nothing that knows the records can do without. */
async function parse(path: string): Promise<number> {
  let [rest, found] = ["", -1];
  for await (const text of (await Deno.open(path)).readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) if (typeof JSON.parse(line) === "object") found++;
  }
  return found;
}

async function open(path: string, count: number): Promise<number> {
  const journal = await openJournal({
    fs: requireFiles("measure"),
    path,
    durability: "group",
    onMismatch: "error",
    header: HEADER,
    task: "measure",
    nowMs: Date.now,
    token: crypto.randomUUID(),
    onFailure: (error) => {
      throw error;
    },
  });
  let found = 0;
  for (let place = 0; place < count; place += SAMPLED) if (journal.find(keyOf(place)) !== undefined) found += SAMPLED;
  await journal.close(true);
  return found;
}

const WORK: Readonly<Record<string, (path: string, count: number) => Promise<number>>> = { write, parse, open };

if (import.meta.main) {
  const [task, path, count] = Deno.args as [string, string, string];
  const idle = Deno.memoryUsage().rss;
  const before = process.cpuUsage();
  const found = await WORK[task]!(path, Number(count));
  const { user, system } = process.cpuUsage(before);
  const figures: LargeJournalFigures = {
    cpuSeconds: (user + system) / 1e6,
    megabytes: (Deno.memoryUsage().rss - idle) / 1e6,
    found,
  };
  console.log(JSON.stringify(figures));
}
