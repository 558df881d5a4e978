import { JournalLock } from "../journal/journal_lock.ts";
import { compactJournal } from "../journal/compact_journal.ts";
import { failureOf } from "../journal/open_journal.ts";
import type { JournalRecord } from "../journal/journal_record.ts";
import { generateCorrelationId } from "../runtime/correlation_id.ts";
import type { HostProcess } from "../runtime/host_process.ts";
import { RecordFile } from "../runtime/record_file.ts";
import { requireFiles } from "../runtime/require_files.ts";
import { wallClockNow } from "../time/read_time.ts";
import { flag, type FlagKind } from "./flag_kinds.ts";
import { JOURNAL_HELP } from "./help_texts.ts";
import { oneOperand } from "./one_operand.ts";
import { parseFlags } from "./parse_flags.ts";
import { readLatest } from "./read_latest.ts";
import { UsageError } from "./usage_error.ts";

interface JournalFlagTable {
  readonly stats: FlagKind<boolean>;
  readonly failed: FlagKind<boolean>;
  readonly compact: FlagKind<boolean>;
  readonly help: FlagKind<boolean>;
  readonly [name: string]: FlagKind<unknown>;
}

const FLAGS: JournalFlagTable = { stats: flag, failed: flag, compact: flag, help: { ...flag, short: "h" } };
const TASK = "read the journal";

/**
 * `opero journal`: says what a journal holds, or makes it shorter.
 *
 * @param args The arguments of the command.
 * @param host The process.
 * @returns The exit code.
 * @throws {UsageError} If the command was not understood.
 * @throws {JournalError} If the journal cannot be read, or written.
 */
export async function journalCommand(args: readonly string[], host: HostProcess): Promise<number> {
  const { flags, rest } = parseFlags("opero journal", args, FLAGS);
  if (flags.help) {
    await host.write(JOURNAL_HELP);
    return 0;
  }
  const path = oneOperand(rest, "the journal, as in opero journal run.jsonl");
  const given = (["stats", "failed", "compact"] as const).filter((name) => flags[name]);
  if (given.length > 1) throw new UsageError(`--${given[0]} and --${given[1]} cannot be given together`);
  if (flags.failed) await writeFailed(path, host);
  else if (flags.compact) await compact(path, host);
  else await writeStats(path, host);
  return 0;
}

async function writeStats(path: string, host: HostProcess): Promise<void> {
  const counts = { ok: 0, failed: 0 };
  const kinds = new Map<string, number>();
  const { header, lines } = await readLatest(path, TASK, (record) => {
    counts[record.status]++;
    if (record.status === "failed") kinds.set(labelOf(record.error), (kinds.get(labelOf(record.error)) ?? 0) + 1);
  });
  const items = counts.ok + counts.failed;
  const replaced = lines - items;
  const version = header?.version === undefined ? "" : `, version ${header.version}`;
  const sorted = [...kinds].sort(([, one], [, other]) => other - one);
  await host.write([
    header === undefined ? "nothing was recorded yet" : `task ${header.task}${version}, begun ${header.at}`,
    `${items} items: ${counts.ok} ok, ${counts.failed} failed`,
    ...sorted.map(([label, count]) => `${count} failed with ${label}`),
    `${replaced} ${replaced === 1 ? "record" : "records"} that later ones have replaced`,
    "",
  ].join("\n"));
}

async function writeFailed(path: string, host: HostProcess): Promise<void> {
  const failed: string[] = [];
  await readLatest(path, TASK, (record) => {
    if (record.status === "failed") failed.push(lineOf(record));
  });
  await host.write(failed.join(""));
}

function lineOf({ key, attempts, atMs, durationMs, ...record }: JournalRecord): string {
  const error = record.status === "failed" ? record.error : undefined;
  const line = { key, attempts, at: new Date(atMs).toISOString(), ms: durationMs, error };
  return `${JSON.stringify(line)}\n`;
}

function labelOf({ name, status }: { readonly name: string; readonly status: string | number | undefined }): string {
  return status === undefined ? name : `${name} (${status})`;
}

async function compact(path: string, host: HostProcess): Promise<void> {
  const task = "make the journal shorter";
  const fail = failureOf({ task, path });
  // Read whole before: what is damaged stays as it is.
  await readLatest(path, task, () => {});
  const fs = requireFiles(task);
  const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  const lock = new JournalLock({ fs, path, fail, nowMs: wallClockNow, token: generateCorrelationId(), sleep });
  await lock.take();
  const file = new RecordFile(fs, path);
  const before = file.size;
  try {
    await compactJournal(fs, file);
  } finally {
    file.close();
    lock.release();
  }
  await host.write(`${path}: ${before} bytes before, ${fs.statSync(path, { throwIfNoEntry: false })?.size ?? 0} now\n`);
}
