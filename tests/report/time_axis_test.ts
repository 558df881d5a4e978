import { assertEquals } from "@std/assert";
import { timeAxis } from "../../src/report/time_axis.ts";
import type { ReportBin } from "../../src/run_stats/run_report.ts";

const START_MS = Date.UTC(2026, 10, 25, 22);

/** Parts of a timeline that begin at these seconds. */
function bins(seconds: readonly number[]): readonly ReportBin[] {
  const nothing = { ok: 0, retried: 0, failed: 0, inFlight: 0, waiting: 0, paused: 0 };
  return seconds.map((each) => ({ atMs: START_MS + each * 1_000, ...nothing }));
}

const range = (from: number, count: number, step: number) => Array.from({ length: count }, (_, i) => from + i * step);
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, " ");

Deno.test("timeAxis() of one run has marks at round times since its begin, fewer of them where there is little room", () => {
  const { ticks, breaks, meaning } = timeAxis({ binSeconds: 0.5, bins: bins(range(0, 100, 0.5)) }, 200);
  assertEquals(ticks.map(({ at, label, isMinor = false }) => [at, plain(label), isMinor]), [
    [0, "0 s", false],
    [0.2, "10 s", true],
    [0.4, "20 s", false],
    [0.6, "30 s", true],
    [0.8, "40 s", false],
  ]);
  assertEquals([breaks, meaning], [[], "the time since the run began"]);
});

Deno.test("timeAxis() of two runs has times of day, a mark at the begin of each, and a line between them", () => {
  const { ticks, breaks, meaning } = timeAxis({
    binSeconds: 1,
    bins: bins([...range(0, 30, 1), ...range(32_400, 30, 1)]),
  }, 200);
  assertEquals(ticks.map(({ at, label }) => [Math.round(at * 60), label]), [
    [0, "22:00:00"],
    [10, "22:00:10"],
    [20, "22:00:20"],
    [30, "07:00:00"],
    [40, "07:00:10"],
    [50, "07:00:20"],
  ]);
  const [line] = breaks.map(({ text }) => plain(text));
  assertEquals(line, '<line class="break" x1="50%" x2="50%" y1="0" y2="200"><title>9 h later</title></line>');
  assertEquals(plain(meaning), "the time of day (UTC); the dotted line stands for 9 h without work");
});
