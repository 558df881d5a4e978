import { assert, assertEquals } from "@std/assert";
import type { RunRecord } from "../../src/run_stats/run_record.ts";
import { RunStats } from "../../src/run_stats/run_stats.ts";

const START_MS = 1_764_000_000_000;
const HASHED = "q83vASNFZ4mrze8BI0VniQ";

function record(index: number, more: Partial<RunRecord> = {}): RunRecord {
  return { index, endedMs: START_MS + index * 100, durationMs: 100, attempts: 1, ...more };
}

Deno.test("RunStats counts items by how they ended", () => {
  const stats = new RunStats();
  for (let i = 1; i <= 8; i++) stats.add(record(i));
  stats.add(record(9, { attempts: 2, waitedMs: 50, isFromJournal: true, costs: { tokens: 7 } }));
  stats.add(record(10, { attempts: 4, costs: { tokens: 5 }, failure: { label: "HttpError (503)", message: "busy" } }));
  const { totals, attempts, about } = stats.report({ task: "enrich" }, { left: 2 });
  assertEquals(about, { task: "enrich" });
  assertEquals(totals, {
    items: 12,
    ok: 9,
    failed: 1,
    left: 2,
    fromJournal: 1,
    retried: 1,
    attempts: 14,
    attemptsPerItem: 1.4,
    seconds: 1.01,
    itemSeconds: 1,
    waitedSeconds: 0.05,
    itemsPerSecond: 10 / 1.01,
    costs: { tokens: 12 },
  });
  assertEquals(attempts, [8, 1, 0, 1]);
});

Deno.test("RunStats.report() of no items is a report of nothing", () => {
  const { totals, timeline, latency, attempts, errors, slowest, workers } = new RunStats().report({ task: "none" });
  assertEquals([totals.items, totals.attemptsPerItem, totals.itemsPerSecond, totals.seconds], [0, 0, 0, 0]);
  assertEquals([timeline.bins, latency.bins, attempts, errors, slowest, workers], [[], [], [], [], [], []]);
});

Deno.test("RunStats names the slowest items, the slowest first, and no more than twenty", () => {
  const stats = new RunStats();
  for (let i = 0; i < 100; i++) stats.add(record(i, { durationMs: i * 37 % 100, key: `${HASHED}#${i}` }));
  const { slowest } = stats.report({ task: "t" });
  assertEquals(slowest.map(({ seconds }) => seconds), Array.from({ length: 20 }, (_, i) => (99 - i) / 1_000));
  assertEquals(slowest[0], { index: 27, key: `${HASHED}#27`, seconds: 0.099, attempts: 1, error: undefined });
});

Deno.test("RunStats leaves out keys that users made, unless values may be shown", () => {
  const keyOf = (areValuesShown: boolean, key: string) => {
    const stats = new RunStats(areValuesShown);
    stats.add(record(0, { key, failure: { label: "Error", message: "no" } }));
    const { slowest, errors } = stats.report({ task: "t" });
    assertEquals(slowest[0]?.key, errors[0]?.examples[0]?.key);
    return slowest[0]?.key;
  };
  assertEquals(keyOf(false, HASHED), HASHED);
  assertEquals(keyOf(false, "ann@example.org"), undefined);
  assertEquals(keyOf(true, "ann@example.org"), "ann@example.org");
});

Deno.test("RunStats groups failures by what failed them, with three masked examples each", () => {
  const stats = new RunStats();
  const failure = (label: string) => ({ label, message: `no account "${label}" for ann` });
  for (const i of [5, 1, 3, 2]) stats.add(record(i, { failure: failure("HttpError (404)"), item: { name: "ann" } }));
  stats.add(record(4, { failure: failure("TimeoutError") }));
  const { errors } = stats.report({ task: "t" });
  assertEquals(errors.map(({ label, count }) => [label, count]), [["HttpError (404)", 4], ["TimeoutError", 1]]);
  assertEquals([errors[0]!.firstMs, errors[0]!.lastMs], [START_MS + 100, START_MS + 500]);
  assertEquals(errors[0]!.examples, [5, 1, 3].map((index) => ({ index, message: 'no account "•••" for •••' })));
});

Deno.test("RunStats holds a bounded number of kinds of errors, of workers, of costs and of attempts", () => {
  const stats = new RunStats();
  for (let i = 0; i < 1_000; i++) {
    const failure = { label: `Error${i}`, message: "x".repeat(10_000) };
    stats.add(record(i, { attempts: i, failure, worker: `w${i}`, costs: { [`c${i}`]: 1 } }));
  }
  const report = stats.report({ task: "t" });
  assertEquals([report.errors.length, report.workers.length, report.attempts.length], [31, 51, 20]);
  assertEquals(report.errors[0]!.label, "other errors");
  assertEquals(Object.keys(report.totals.costs).length, 20);
  assert(JSON.stringify(report).length < 100_000);
});

Deno.test("RunStats.addPause() is a part of the time, however many items paused", () => {
  const stats = new RunStats();
  for (let i = 0; i < 3; i++) stats.addPause(START_MS, START_MS + 1_000);
  const { timeline, totals } = stats.report({ task: "t" });
  assertEquals(timeline.bins.map(({ paused }) => paused), Array(timeline.bins.length).fill(1));
  assertEquals(totals.seconds, 1);
});

Deno.test("RunStats.addPause() counts what is over of a pause, in reports on a run that continues", () => {
  const stats = new RunStats();
  const pausedTo = (ms: number) => {
    const { timeline } = stats.report({ task: "t", endedAt: new Date(START_MS + ms).toISOString() });
    const pausedMs = timeline.bins.reduce((sum, { paused }) => sum + paused * timeline.binSeconds * 1_000, 0);
    return [Math.round(pausedMs), timeline.bins.length * timeline.binSeconds * 1_000];
  };
  stats.addPause(START_MS, START_MS + 2_000);
  assertEquals([pausedTo(0), pausedTo(1_000), pausedTo(1_000)], [[0, 0], [1_000, 1_000], [1_000, 1_000]]);
  stats.addPause(START_MS + 1_500, START_MS + 3_000);
  stats.addPause(START_MS + 1_600, START_MS + 2_500);
  assertEquals([pausedTo(2_500), pausedTo(9_000)], [[2_500, 2_500], [3_000, 3_000]]);
  stats.addPause(START_MS + 5_000, START_MS + 6_000);
  assertEquals(pausedTo(9_000), [4_000, 6_000]);
});
