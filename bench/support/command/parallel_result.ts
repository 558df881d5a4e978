import { markdownTable } from "../markdown.ts";

/** What running many jobs took. */
export interface SpeedResult {
  readonly name: string;
  readonly seconds: number;
  /** Of the processor, by the program and all that it started. */
  readonly cpuSeconds: number;
  /** The resident memory of the largest of its processes. */
  readonly megabytes: number;
}

/** What became of jobs whose run was killed in the middle, and begun again with other lines. */
export interface ResumeResult {
  readonly name: string;
  /** How often a job ran that had run before. */
  readonly again: number;
  /** Jobs that never ran. */
  readonly missing: number;
  /** Lines of output of the second run. */
  readonly lines: number;
  readonly code: number;
}

/** How a run ended that was to halt at the first failure. */
export interface HaltResult {
  readonly name: string;
  /** Jobs that began, and of these the ones that ran to their end. */
  readonly begun: number;
  readonly ended: number;
  readonly code: number;
}

/** An exit code. */
export interface ExitResult {
  readonly name: string;
  readonly code: number;
}

/** One run of `opero map` beside GNU parallel, as it is saved. */
export interface ParallelResult {
  readonly day: string;
  readonly machine: string;
  /** The version of GNU parallel. */
  readonly version: string;
  /** How many programs wanted the processor while it began, over the last minute. */
  readonly load: number;
  /** Whether it was a quick look, with few jobs. */
  readonly isQuick: boolean;
  /** How many jobs of no work were run. */
  readonly jobs: number;
  readonly speed: readonly SpeedResult[];
  /** With a record of each job, and without. */
  readonly recorded: { readonly jobs: number; readonly results: readonly SpeedResult[] };
  /** One job. */
  readonly single: readonly SpeedResult[];
  readonly resumed: { readonly jobs: number; readonly results: readonly ResumeResult[] };
  readonly halted: { readonly jobs: number; readonly results: readonly HaltResult[] };
  readonly exits: readonly ExitResult[];
}

/**
 * The tables of a run.
 *
 * @param result What was measured.
 * @returns Markdown.
 */
export function parallelText(result: ParallelResult): string {
  const { day, machine, version, load, jobs, speed, recorded, single, resumed, halted, exits, isQuick } = result;
  const quick = isQuick ? [`- A quick look with ${jobs} jobs, which says little`] : [];
  return [
    [`- Measured on ${day}, at a load of ${load.toFixed(1)}`, `- GNU parallel ${version}; ${machine}`, ...quick].join(
      "\n",
    ),
    speedTable(`${jobs} jobs of no work, 8 at once, results in order`, speed),
    speedTable(`${recorded.jobs} jobs, with a record of each and without`, recorded.results),
    speedTable("one job of no work", single),
    betterText(single, [...speed, ...recorded.results, ...single]),
    resumeTable(resumed.jobs, resumed.results),
    haltTable(halted.jobs, halted.results),
    markdownTable(["five jobs, two of which fail", "exit code"], exits.map(({ name, code }) => [name, `${code}`])),
  ].join("\n\n");
}

function speedTable(title: string, rows: readonly SpeedResult[]): string {
  const lines = rows.map(({ name, seconds, cpuSeconds, megabytes }) => [
    name,
    `${seconds.toFixed(2)} s`,
    `${cpuSeconds.toFixed(2)} s`,
    `${megabytes.toFixed(0)} MB`,
  ]);
  return markdownTable([title, "time", "processor", "memory"], lines);
}

/** Who takes less, said as loud where that is parallel. */
function betterText(single: readonly SpeedResult[], all: readonly SpeedResult[]): string {
  const better = (rows: readonly SpeedResult[], of: (row: SpeedResult) => number) => {
    const least = (isOurs: boolean) => Math.min(...rows.filter((row) => isOurs === isOfOpero(row)).map(of));
    return least(true) < least(false) ? "`opero map`" : "parallel";
  };
  const [soonest, smallest] = [better(single, ({ seconds }) => seconds), better(all, ({ megabytes }) => megabytes)];
  return `One job is done sooner by ${soonest}, and the least memory is taken by ${smallest}.`;
}

function isOfOpero({ name }: SpeedResult): boolean {
  return name.startsWith("`opero");
}

function resumeTable(jobs: number, rows: readonly ResumeResult[]): string {
  const title = `${jobs} jobs, killed with SIGKILL in the middle, then in reverse order behind a new line`;
  const lines = rows.map(({ name, again, missing, lines, code }) => [
    name,
    ...[again, missing, lines, code].map(String),
  ]);
  return markdownTable([title, "run twice", "never run", "lines of output", "exit code"], lines);
}

function haltTable(jobs: number, rows: readonly HaltResult[]): string {
  const lines = rows.map(({ name, begun, ended, code }) => [name, ...[begun, ended, code].map(String)]);
  return markdownTable([`${jobs} jobs, the tenth of which fails`, "began", "ran to their end", "exit code"], lines);
}
