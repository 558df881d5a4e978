/** Items with more attempts share the last place. */
export const MAX_ATTEMPTS = 20;

/** How the items of a run, or of all runs that share a journal, came out: plain data, from which the page is drawn. */
export interface RunReport {
  /** The form of this data. */
  readonly opero: 1;
  /** What ran, where and when. */
  readonly about: RunAbout;
  /** The figures of the whole. */
  readonly totals: RunTotals;
  /** What happened when. */
  readonly timeline: ReportTimeline;
  /** How long items took. */
  readonly latency: ReportLatency;
  /** How many items needed 1, 2, 3, … attempts; the last place counts all that needed as many or more. */
  readonly attempts: readonly number[];
  /** The failed items by what failed them, the most frequent first. */
  readonly errors: readonly ReportError[];
  /** The items that took longest, the slowest first. */
  readonly slowest: readonly ReportItem[];
  /** What each machine did; empty where all ran on one. */
  readonly workers: readonly ReportWorker[];
}

/** Where the report of a run goes, beside whom it is handed to. */
export interface ReportOptions {
  /** The path of a file, which is written: the page of the run, as `opero map --report` makes it. */
  readonly html: string;
}

/** What ran, where and when. All but the task may be unknown, as it is where only a journal was left. */
export interface RunAbout {
  /** The name of the task. */
  readonly task: string;
  /** The version of the task. */
  readonly version?: string | undefined;
  /** The options that were given, by name, as they may be shown: without secrets. */
  readonly options?: Readonly<Record<string, string>> | undefined;
  /** When the run began, in ISO 8601. */
  readonly startedAt?: string | undefined;
  /** When it ended, in ISO 8601. */
  readonly endedAt?: string | undefined;
  /** The runtime and its version, such as `Deno 2.9.6`, and how many processors it may use. */
  readonly machine?: { readonly runtime: string; readonly cpus: number | undefined } | undefined;
  /** How the process ended. */
  readonly exit?: { readonly code: number; readonly reason: string } | undefined;
  /** The command that continues the run. */
  readonly resume?: string | undefined;
}

/** The figures of the whole. */
export interface RunTotals {
  /** The items that were read. */
  readonly items: number;
  /** Those that succeeded, now or in an earlier run. */
  readonly ok: number;
  /** Those that failed. */
  readonly failed: number;
  /** Those that have no result, as the run ended before their turn or was not to run them. */
  readonly left: number;
  /** Those of `ok` whose value came from the journal. */
  readonly fromJournal: number;
  /** Those of `ok` that needed more than one attempt. */
  readonly retried: number;
  /** All attempts. */
  readonly attempts: number;
  /** Attempts for each item that ran. */
  readonly attemptsPerItem: number;
  /** For how long the run was at work, in seconds; the time between two runs is left out. */
  readonly seconds: number;
  /** How long the items took together, in seconds. */
  readonly itemSeconds: number;
  /** How much of that they waited for limits and between attempts, in seconds. */
  readonly waitedSeconds: number;
  /** Items done in each second in which the run was at work. */
  readonly itemsPerSecond: number;
  /** What the items cost, all their attempts together, by the name of the cost. */
  readonly costs: Readonly<Record<string, number>>;
}

/**
 * What happened when, in at most 200 parts of equal length. Each follows the one before, but where one run ended and
 * another began much later.
 */
export interface ReportTimeline {
  /** The length of a part, in seconds. */
  readonly binSeconds: number;
  /** The parts, in the order of time. */
  readonly bins: readonly ReportBin[];
}

/** A part of the time of a run. */
export interface ReportBin {
  /** When it begins, in milliseconds since 1970. */
  readonly atMs: number;
  /** The items that succeeded in it at the first attempt. */
  readonly ok: number;
  /** The items that succeeded in it at a later attempt. */
  readonly retried: number;
  /** The items that failed in it. */
  readonly failed: number;
  /** How many items were in flight, on average. */
  readonly inFlight: number;
  /** How many of them waited for limits or between attempts, on average. */
  readonly waiting: number;
  /** For which part of it, from 0 to 1, nothing began as a server asked for it. */
  readonly paused: number;
}

/** How long items took, from their begin to their end, waits and retries included. */
export interface ReportLatency {
  /** How many items there are, by time: each part begins where the one before ends. */
  readonly bins: readonly { readonly fromSeconds: number; readonly toSeconds: number; readonly count: number }[];
  /** Half of the items took at most so many seconds. */
  readonly p50: number;
  /** 90 % of the items took at most so many seconds. */
  readonly p90: number;
  /** 99 % of the items took at most so many seconds. */
  readonly p99: number;
  /** The longest took so many seconds. */
  readonly max: number;
}

/** The items that failed in one way. */
export interface ReportError {
  /** The kind of the error, with its HTTP status or code. */
  readonly label: string;
  /** How many items it failed. */
  readonly count: number;
  /** When the first of them failed, in milliseconds since 1970. */
  readonly firstMs: number;
  /** When the last of them failed, in milliseconds since 1970. */
  readonly lastMs: number;
  /** Some of them. */
  readonly examples: readonly ReportExample[];
}

/** An item that failed. */
export interface ReportExample extends ReportItemName {
  /** What the error says; what may be private is masked. */
  readonly message: string;
}

/** What an item is found by. */
export interface ReportItemName {
  /** Its place among the items, from 0, where that is known. */
  readonly index?: number | undefined;
  /** Its key in the journal; one that the user made is left out unless values may be shown. */
  readonly key?: string | undefined;
}

/** One of the slowest items. */
export interface ReportItem extends ReportItemName {
  /** How long it took, in seconds. */
  readonly seconds: number;
  /** How many attempts it took. */
  readonly attempts: number;
  /** What failed it; `undefined` where it succeeded. */
  readonly error?: string | undefined;
}

/** What one machine did. */
export interface ReportWorker {
  /** Its name. */
  readonly name: string;
  /** The items that it did. */
  readonly done: number;
  /** Those of them that failed. */
  readonly failed: number;
  /** How long its items took together, in seconds. */
  readonly busySeconds: number;
}
