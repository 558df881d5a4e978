import type { JournalHeader, JournalRecord } from "../journal/journal_record.ts";
import { reportPage } from "../report/report_page.ts";
import { writeWhole } from "../runtime/file_streams.ts";
import type { HostProcess } from "../runtime/host_process.ts";
import type { RunAbout } from "../run_stats/run_report.ts";
import { RunStats } from "../run_stats/run_stats.ts";
import { flag, type FlagKind, text } from "./flag_kinds.ts";
import { REPORT_HELP } from "./help_texts.ts";
import { oneOperand } from "./one_operand.ts";
import { parseFlags } from "./parse_flags.ts";
import { readLatest } from "./read_latest.ts";
import { isSameFile } from "../runtime/file_streams.ts";
import { UsageError } from "./usage_error.ts";

interface ReportFlagTable {
  readonly out: FlagKind<string>;
  readonly values: FlagKind<boolean>;
  readonly help: FlagKind<boolean>;
  readonly [name: string]: FlagKind<unknown>;
}

const FLAGS: ReportFlagTable = { out: { ...text, short: "o" }, values: flag, help: { ...flag, short: "h" } };

/**
 * `opero report`: writes the page of a run from its journal.
 *
 * @param args The arguments of the command.
 * @param host The process.
 * @returns The exit code.
 * @throws {UsageError} If the command was not understood.
 * @throws {JournalError} If the journal cannot be read.
 */
export async function reportCommand(args: readonly string[], host: HostProcess): Promise<number> {
  const { flags, rest } = parseFlags("opero report", args, FLAGS);
  if (flags.help) {
    await host.write(REPORT_HELP);
    return 0;
  }
  const path = oneOperand(rest, "the journal, as in opero report run.jsonl");
  const { out = `${path.replace(/\.\w+$/, "")}.html` } = flags;
  if (isSameFile(path, out)) throw new UsageError(`--out ${out} is the journal itself`);
  const page = await pageOf(path, flags.values === true);
  if (out === "-") {
    await host.write(page);
    return 0;
  }
  writeWhole(out, page);
  await host.write(`${out}\n`);
  return 0;
}

async function pageOf(path: string, areValuesShown: boolean): Promise<string> {
  const stats = new RunStats(areValuesShown);
  let lastMs = 0;
  const { header } = await readLatest(path, "make the report", (record) => {
    countRecord(stats, record);
    lastMs = Math.max(lastMs, record.atMs);
  });
  return reportPage(stats.report(aboutJournal(header, lastMs)));
}

function countRecord(stats: RunStats, record: JournalRecord): void {
  const { key, attempts, atMs: endedMs, durationMs, waitedMs } = record;
  const facts = { key, attempts, endedMs, durationMs, waitedMs };
  if (record.status === "ok") return stats.add(facts);
  const { name, message, status } = record.error;
  stats.add({ ...facts, failure: { label: status === undefined ? name : `${name} (${status})`, message } });
}

function aboutJournal(header: JournalHeader | undefined, lastMs: number): RunAbout {
  const endedAt = lastMs === 0 ? undefined : new Date(lastMs).toISOString();
  return { task: header?.task ?? "nothing yet", version: header?.version, startedAt: header?.at, endedAt };
}
