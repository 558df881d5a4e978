import { reportPage } from "../report/report_page.ts";
import { describeMachine } from "../runtime/machine.ts";
import { requireWritable, writeWhole } from "../runtime/file_streams.ts";
import type { HostProcess } from "../runtime/host_process.ts";
import { RunStats } from "../run_stats/run_stats.ts";
import type { RunRecord } from "../run_stats/run_record.ts";
import type { Clock } from "../time/clock.ts";
import type { ReadItem } from "./item_reader.ts";
import type { LoadedFunction } from "./load_function.ts";
import type { MapFlags } from "./map_flags.ts";
import { withPath } from "./with_path.ts";
import { shellCommand } from "./shell_command.ts";

/** What a report says of how a run ended. */
interface RunEnd {
  readonly code: number;
  readonly reason: string;
  /** The items that have no result. */
  readonly left: number;
}

/** The flags that say how a run went, and can hold no secret. */
const SHOWN = [
  "mode",
  "workers",
  "threads",
  "task",
  "retries",
  "timeout",
  "deadline",
  "retry-on",
  "max-retry-after",
  "cache",
  "cache-ttl",
  "resume",
  "on-mismatch",
  "limit",
  "offset",
  "sample",
] as const;

/** What a report is made of. */
interface ReportParts {
  readonly flags: MapFlags;
  readonly loaded: LoadedFunction;
  readonly host: HostProcess;
}

/** Counts a run of `opero map` and writes its page. */
export class ReportWriter {
  readonly #parts: ReportParts;
  readonly #clock: Clock;
  readonly #stats: RunStats;
  readonly #startedAt: string;

  /** Begins to count. */
  constructor(parts: ReportParts, clock: Clock) {
    const { flags } = parts;
    this.#parts = parts;
    this.#clock = clock;
    this.#stats = new RunStats(flags["report-values"]);
    this.#startedAt = this.#now();
    // What cannot be written is no news for the end of a long run.
    withPath("--report", flags.report!, () => requireWritable(flags.report!));
  }

  /** An item is done. */
  count(record: RunRecord, item: ReadItem | undefined): void {
    this.#stats.add({ ...record, costs: { ...this.#costsOf(item), ...record.costs } });
  }

  /** A server asked for a pause. */
  countPause(fromMs: number, toMs: number): void {
    this.#stats.addPause(fromMs, toMs);
  }

  /** Writes the page. */
  write({ code, reason, left }: RunEnd): void {
    const { flags, loaded, host } = this.#parts;
    const isDone = left === 0 && code === 0;
    const about = {
      task: loaded.name,
      version: flags.version,
      options: shownOptions(flags),
      startedAt: this.#startedAt,
      endedAt: this.#now(),
      machine: describeMachine(),
      exit: { code, reason },
      resume: isDone || flags.journal === undefined ? undefined : shellCommand(host.calledAs, host.args),
    };
    const page = reportPage(this.#stats.report(about, { left }));
    withPath("--report", flags.report!, () => writeWhole(flags.report!, page));
  }

  /** What the module says, where that is numbers; a mistake in it is seen where a rate asks for it. */
  #costsOf(item: ReadItem | undefined): Readonly<Record<string, number>> | undefined {
    const { cost } = this.#parts.loaded;
    if (cost === undefined || item === undefined || item.fault !== undefined) return undefined;
    try {
      const costs = Object.entries(Object(cost(item.value)));
      return Object.fromEntries(costs.filter((each): each is [string, number] => typeof each[1] === "number"));
    } catch {
      return undefined;
    }
  }

  #now(): string {
    return new Date(this.#clock.wallNow()).toISOString();
  }
}

function shownOptions(flags: MapFlags): Record<string, string> {
  const given = SHOWN.flatMap((name) => flags[name] === undefined ? [] : [[name, String(flags[name])]]);
  const rates = flags.rate.map(({ cost, limit, per }) => `${limit}${cost === undefined ? "" : ` ${cost}`} in ${per}`);
  return { ...Object.fromEntries(given), ...(rates.length > 0 && { rate: rates.join(", ") }) };
}
