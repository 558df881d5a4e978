import type { OutcomeWatch } from "../attempt/outcome_watch.ts";
import type { Journal } from "../journal/journal.ts";
import { openJournal } from "../journal/open_journal.ts";
import type { ResolvedJournal } from "../journal/journal_options.ts";
import { requireFiles } from "../runtime/require_files.ts";
import { generateCorrelationId } from "../runtime/correlation_id.ts";
import { writePage } from "../report/write_page.ts";
import { describeMachine } from "../runtime/machine.ts";
import type { ReportOptions, RunReport } from "../run_stats/run_report.ts";
import { RunStats } from "../run_stats/run_stats.ts";
import { wallClockNow } from "../time/read_time.ts";
import { aboutMap } from "./about_map.ts";
import { costNames, noteCosts } from "./item_costs.ts";
import { ItemJournal } from "./item_journal.ts";
import { type OpenTracking, TrackedItems } from "./tracked_items.ts";
import type { RunTrackingInit, TrackedItemsParts } from "./tracking_parts.ts";

/**
 * Opens what follows the items of a run.
 *
 * @param init What the tracking of the run is made with.
 * @param run What it needs of the run.
 * @returns What was opened, which is to be closed.
 * @throws {JournalError} If the journal cannot be used.
 */
export async function openTracking(
  { pipeline, handler, journal, reported, task }: RunTrackingInit,
  run: Pick<TrackedItemsParts, "fail" | "isOver" | "watcher">,
): Promise<OpenTracking> {
  const { clock, telemetry, functionName, outcomes } = pipeline.host;
  const parts = { ...run, handler, clock, telemetry, functionName, costNames: costNames(reported?.rateLimit) };
  const stats = reported && new RunStats();
  if (parts.costNames.length > 0) noteCosts(outcomes);
  const stopWatching = watchPauses(outcomes, parts, stats);
  const report: OpenTracking["report"] = ({ done, total = done, skipped }, startedMs, endedMs = clock.wallNow()) => {
    const about = aboutMap(functionName, reported!, journal);
    const times = { startedAt: startedMs === undefined ? undefined : isoTime(startedMs), endedAt: isoTime(endedMs) };
    return stats?.report({ ...about, ...times, machine: describeMachine() }, { left: total - done + skipped });
  };
  const reports = {
    report,
    writePage: (report: RunReport, options: ReportOptions) => writePage(report, options, task),
  };
  if (journal === undefined) {
    const items = new TrackedItems({ ...parts, journal, stats });
    return { ...reports, items, close: () => Promise.resolve(stopWatching()) };
  }
  const open = await openJournalOf(journal, parts, task).catch((error) => {
    stopWatching();
    throw error;
  });
  const recorded = new ItemJournal(open, journal, functionName, pipeline.keyArguments);
  const items = new TrackedItems({ ...parts, journal: recorded, stats });
  const close = (isHurried: boolean) => {
    stopWatching();
    return open.close(isHurried);
  };
  return { ...reports, items, close };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** Returns how to end it. */
function watchPauses(
  outcomes: OutcomeWatch,
  { clock, watcher }: Pick<TrackedItemsParts, "clock" | "watcher">,
  stats: RunStats | undefined,
): () => void {
  if (stats === undefined && watcher === undefined) return () => {};
  const listener = (ms: number) => {
    const nowMs = clock.wallNow();
    stats?.addPause(nowMs, nowMs + ms);
    watcher?.paused(nowMs, nowMs + ms);
  };
  const listeners = outcomes.pauseListeners ??= new Set();
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function openJournalOf(
  { path, durability, onMismatch, version, key }: ResolvedJournal,
  { clock, fail, functionName, isOver }: Pick<TrackedItemsParts, "clock" | "fail" | "functionName" | "isOver">,
  task: string,
): Promise<Journal> {
  const at = isoTime(clock.wallNow());
  return openJournal({
    fs: requireFiles(task),
    path,
    durability,
    onMismatch,
    header: { task: functionName, version, keyed: key === undefined ? "item" : "own", at },
    task,
    nowMs: wallClockNow,
    token: generateCorrelationId(),
    isStopped: isOver,
    onFailure: fail,
  });
}
