import { LatencyHistogram } from "../telemetry/latency_histogram.ts";
import { FailureGroups } from "./failure_groups.ts";
import {
  MAX_ATTEMPTS,
  type ReportItemName,
  type ReportLatency,
  type ReportTimeline,
  type RunAbout,
  type RunReport,
  type RunTotals,
} from "./run_report.ts";
import type { RunRecord } from "./run_record.ts";
import { RunTimeline } from "./run_timeline.ts";
import { SlowestItems } from "./slowest_items.ts";
import { WorkerShares } from "./worker_shares.ts";

const MAX_COSTS = 20;

/** A key that was made of an item and says nothing of it: 132 bits in Base64url, and which of equal items it is. */
const HASHED_KEY = /^[\w-]{22}(?:#\d+)?$/;

/** What is known of the items that did not end. */
export interface UnfinishedItems {
  /** The items that have no result. */
  readonly left: number;
}

/**
 * Counts the items of a run, one by one, for its report. It takes the same space for a million items as for a thousand.
 */
export class RunStats {
  readonly #areValuesShown: boolean;
  readonly #timeline = new RunTimeline();
  readonly #latency = new LatencyHistogram();
  readonly #attempts: number[] = [];
  readonly #failures: FailureGroups;
  readonly #slowest = new SlowestItems();
  readonly #workers = new WorkerShares();
  readonly #costs = new Map<string, number>();
  #ok = 0;
  #failed = 0;
  #retried = 0;
  #fromJournal = 0;
  #sumOfAttempts = 0;
  #busyMs = 0;
  #waitedMs = 0;
  /** What is not counted yet of the time for which servers asked for pauses. */
  #pausedFromMs = -Infinity;
  #pausedToMs = -Infinity;

  /** No items yet; messages and the keys that users made are shown as they are where `areValuesShown`. */
  constructor(areValuesShown = false) {
    this.#areValuesShown = areValuesShown;
    this.#failures = new FailureGroups(areValuesShown);
  }

  /** An item is done. */
  add(record: RunRecord): void {
    const { endedMs, durationMs, attempts, failure } = record;
    const isRetried = attempts > 1;
    if (record.isFromJournal === true) this.#fromJournal++;
    if (failure !== undefined) this.#failed++;
    else this.#ok++;
    if (failure === undefined && isRetried) this.#retried++;
    this.#addTimes(record);
    this.#timeline.count(failure !== undefined ? "failed" : isRetried ? "retried" : "ok", endedMs);
    this.#latency.add(durationMs);
    this.#countAttempts(attempts);
    for (const [name, cost] of Object.entries(record.costs ?? {})) this.#addCost(name, cost);
    if (record.worker !== undefined) this.#workers.add(record.worker, durationMs, failure !== undefined);
    this.#remember(record);
  }

  /** From `fromMs` on, which is now, nothing begins before `toMs`, as a server asked for it; both in milliseconds since 1970. */
  addPause(fromMs: number, toMs: number): void {
    this.#countPauseTo(fromMs);
    this.#pausedFromMs = Math.max(fromMs, this.#pausedFromMs);
    this.#pausedToMs = Math.max(toMs, this.#pausedToMs);
  }

  /** What is known by now. */
  report(about: RunAbout, { left }: UnfinishedItems = { left: 0 }): RunReport {
    this.#countPauseTo(about.endedAt === undefined ? Infinity : Date.parse(about.endedAt));
    const timeline = this.#timeline.report();
    return {
      opero: 1,
      about,
      totals: this.#totals(left, timeline),
      timeline,
      latency: this.#latencies(),
      attempts: this.#attempts.slice(),
      errors: this.#failures.report(),
      slowest: this.#slowest.report(),
      workers: this.#workers.report(),
    };
  }

  /** Of a pause only what is over is a part of the time of the run; a moment of several pauses is counted once. */
  #countPauseTo(nowMs: number): void {
    const toMs = Math.min(nowMs, this.#pausedToMs);
    if (toMs <= this.#pausedFromMs) return;
    this.#timeline.span("paused", this.#pausedFromMs, toMs);
    this.#pausedFromMs = toMs;
  }

  /** When in its time an item waited is not recorded: it is spread over all of it. */
  #addTimes({ endedMs, durationMs, waitedMs = 0 }: RunRecord): void {
    const startedMs = endedMs - durationMs;
    this.#busyMs += durationMs;
    this.#waitedMs += waitedMs;
    this.#timeline.span("inFlight", startedMs, endedMs);
    if (waitedMs > 0) this.#timeline.span("waiting", startedMs, endedMs, Math.min(1, waitedMs / durationMs));
  }

  #totals(left: number, { bins, binSeconds }: ReportTimeline): RunTotals {
    const done = this.#ok + this.#failed;
    const seconds = bins.length * binSeconds;
    return {
      items: done + left,
      ok: this.#ok,
      failed: this.#failed,
      left,
      fromJournal: this.#fromJournal,
      retried: this.#retried,
      attempts: this.#sumOfAttempts,
      attemptsPerItem: done === 0 ? 0 : this.#sumOfAttempts / done,
      seconds,
      itemSeconds: this.#busyMs / 1_000,
      waitedSeconds: this.#waitedMs / 1_000,
      itemsPerSecond: seconds === 0 ? 0 : done / seconds,
      costs: Object.fromEntries(this.#costs),
    };
  }

  #latencies(): ReportLatency {
    const latency = this.#latency;
    const [p50, p90, p99] = [0.5, 0.9, 0.99].map((q) => latency.quantile(q)) as [number, number, number];
    return { bins: latency.bins(), p50, p90, p99, max: latency.max };
  }

  #countAttempts(attempts: number): void {
    this.#sumOfAttempts += attempts;
    // What came from a cache needed none.
    if (attempts === 0) return;
    const place = Math.min(attempts, MAX_ATTEMPTS) - 1;
    while (this.#attempts.length <= place) this.#attempts.push(0);
    this.#attempts[place]!++;
  }

  #addCost(name: string, cost: number): void {
    if (this.#costs.size >= MAX_COSTS && !this.#costs.has(name)) return;
    this.#costs.set(name, (this.#costs.get(name) ?? 0) + cost);
  }

  #remember({ index, key, endedMs, durationMs, attempts, failure, item }: RunRecord): void {
    const isSlow = this.#slowest.wants(durationMs / 1_000);
    if (failure === undefined && !isSlow) return;
    const name = this.#nameOf(index, key);
    if (failure !== undefined) this.#failures.add({ name, failure, atMs: endedMs, item });
    if (isSlow) this.#slowest.add({ ...name, seconds: durationMs / 1_000, attempts, error: failure?.label });
  }

  #nameOf(index: number | undefined, key: string | undefined): ReportItemName {
    const isShown = key !== undefined && (this.#areValuesShown || HASHED_KEY.test(key));
    return isShown ? { index, key } : { index };
  }
}
