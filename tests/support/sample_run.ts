import { RunStats } from "../../src/run_stats/run_stats.ts";
import type { RunAbout, RunReport } from "../../src/run_stats/run_report.ts";
import { seededRandom } from "../../src/testing/seeded_random.ts";

/** A run that is made up. */
export interface SampleRun {
  /** How many items it has. */
  readonly items: number;
  /** Whether some of them fail. */
  readonly hasFailures?: boolean;
  /** Whether it was killed at four tenths, and continued nine hours later. */
  readonly isResumed?: boolean;
  /** Whether it ran on three machines. */
  readonly hasMachines?: boolean;
  /** Whether values may be shown. */
  readonly areValuesShown?: boolean;
  /** What stands in the messages of errors. */
  readonly message?: string;
}

const WORKERS = 16;
const HOURS_9_MS = 9 * 3_600_000;
const STARTED_MS = Date.parse("2026-11-25T22:00:00Z");
const FAILURES = ["HttpError (503)", "HttpError (404)", "TimeoutError", "TypeError"];

const ABOUT: RunAbout = {
  task: "enrich",
  version: "2",
  startedAt: new Date(STARTED_MS).toISOString(),
  machine: { runtime: "Deno 2.9.6", cpus: 8 },
  options: { mode: "async", workers: "16", retries: "3", timeout: "30s", rate: "100", journal: "run.jsonl" },
};

/** The report of a run that is made up, the same each time. */
export function sampleRun(run: SampleRun): RunReport {
  const { items, hasFailures = false, isResumed = false, areValuesShown = false } = run;
  const stats = new RunStats(areValuesShown);
  const random = seededRandom(7);
  const freeMs: number[] = Array(WORKERS).fill(STARTED_MS);
  for (let index = 0; index < items; index++) {
    if (isResumed && index === Math.floor(items * 0.4)) freeMs.fill(STARTED_MS + HOURS_9_MS);
    if (index === Math.floor(items * 0.7)) pauseAll(stats, freeMs);
    addItem({ stats, run, random, freeMs, index });
  }
  const exit = hasFailures ? { code: 101, reason: "ran to its end" } : { code: 0, reason: "ran to its end" };
  const resume = hasFailures ? "opero map enrich.ts --items quakes.jsonl --workers 16 --journal run.jsonl" : undefined;
  return stats.report({ ...ABOUT, endedAt: new Date(Math.max(...freeMs)).toISOString(), exit, resume });
}

/** The service asks for 20 s of silence. */
function pauseAll(stats: RunStats, freeMs: number[]): void {
  const fromMs = Math.max(...freeMs);
  stats.addPause(fromMs, fromMs + 20_000);
  freeMs.fill(fromMs + 20_000);
}

interface Place {
  readonly stats: RunStats;
  readonly run: SampleRun;
  readonly random: () => number;
  readonly freeMs: number[];
  readonly index: number;
}

function addItem({ stats, run, random, freeMs, index }: Place): void {
  const worker = freeMs.indexOf(Math.min(...freeMs));
  const isFailed = run.hasFailures === true && random() < 0.01;
  const label = FAILURES[Math.floor(random() ** 2 * FAILURES.length)]!;
  let [attempts, waitedMs, ranMs] = [1, 0, 80 * Math.exp(random() * 1.5 + (random() < 0.05 ? 2 : 0))];
  while (attempts < 4 && (isFailed || random() < 0.14)) {
    waitedMs += 200 * random() * attempts++;
    ranMs += 80;
  }
  const durationMs = waitedMs + ranMs;
  const endedMs = freeMs[worker] = freeMs[worker]! + durationMs;
  stats.add({
    index,
    key: `${index}`.padStart(22, "k"),
    endedMs,
    durationMs,
    waitedMs,
    attempts,
    isFromJournal: run.isResumed === true && index < run.items * 0.4,
    failure: isFailed ? { label, message: run.message ?? "The service answered 503" } : undefined,
    worker: run.hasMachines === true ? `node-${worker % 3}` : undefined,
  });
}
