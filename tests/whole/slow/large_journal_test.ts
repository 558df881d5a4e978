/** Journals of many records: what it takes to open one, and to report on it. A million of them at night. */
import { assert, assertEquals } from "@std/assert";
import { formatNumber } from "../../../src/report/format_value.ts";
import { runs } from "../../support/runs.ts";
import type { LargeJournalFigures } from "../../support/large_journal.ts";
import { withJournal } from "../../support/temporary_journal.ts";

const SCRIPT = new URL("../../support/large_journal.ts", import.meta.url).pathname;
const COMMAND = new URL("../../../cli.ts", import.meta.url).pathname;
const RECORDS = runs(100_000, 10);
const MILLION = 1e6;

/** What opening a million may take of memory, and what a process grows by that does nothing but read. */
const MEGABYTES = 300;
const READING_MEGABYTES = 25;
/** A million are to be opened in 5 s of a machine that parses their lines in 2: here the machine is busy with others. */
const TIMES_PARSING = 4;
const PAGE_BYTES = 100_000;

async function run(...args: readonly string[]): Promise<string> {
  const all = ["run", "-A", "--no-check", "--quiet", ...args];
  const { stdout, success } = await new Deno.Command(Deno.execPath(), { args: all, stderr: "inherit" }).output();
  assert(success);
  return new TextDecoder().decode(stdout);
}

async function figuresOf(task: "write" | "parse" | "open", path: string): Promise<LargeJournalFigures> {
  return JSON.parse(await run(SCRIPT, task, path, String(RECORDS)));
}

Deno.test(`a journal of ${RECORDS} records opens in bounded time and memory, and its page is small`, async () => {
  await withJournal(async (path) => {
    await figuresOf("write", path);
    const [parsed, opened] = [await figuresOf("parse", path), await figuresOf("open", path)];
    assertEquals([parsed.found, opened.found], [RECORDS, RECORDS]);
    const figures = JSON.stringify({ parsed, opened });
    assert(opened.cpuSeconds < TIMES_PARSING * parsed.cpuSeconds, figures);
    assert(opened.megabytes < READING_MEGABYTES + MEGABYTES * RECORDS / MILLION, figures);
    const page = await run(COMMAND, "report", path, "-o", "-");
    assert(page.includes(`of ${formatNumber(RECORDS)} items succeeded`) && page.includes("HttpError (500)"));
    assert(new TextEncoder().encode(page).length < PAGE_BYTES, `${page.length}`);
  });
});
