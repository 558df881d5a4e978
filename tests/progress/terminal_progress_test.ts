import { assertEquals } from "@std/assert";
import { FakeClock } from "../../src/testing/fake_clock.ts";
import { writeAbove } from "../../src/runtime/terminal_lines.ts";
import { Progress, type ProgressWait } from "../../src/progress/progress.ts";
import type { TerminalStyle } from "../../src/runtime/terminal.ts";
import { TerminalProgress } from "../../src/progress/terminal_progress.ts";

/** What stands on a terminal of the height of `output`; it knows what the board of progress uses. */
function screenOf(output: string): string[] {
  const lines: string[] = [""];
  let [row, column] = [0, 0];
  // deno-lint-ignore no-control-regex -- the escapes themselves
  for (const [text, count, kind] of output.matchAll(/\x1b\[(\d*)([AJK])|[^]/g)) {
    const line = lines[row] ??= "";
    if (text === "\r") column = 0;
    else if (text === "\n") [row, column] = [row + 1, 0];
    else if (kind === "A") row -= Number(count);
    else if (kind === "K") lines[row] = line.slice(0, column);
    else if (kind === "J") lines.splice(row, Infinity, line.slice(0, column));
    else lines[row] = line.slice(0, column) + text + line.slice(++column);
  }
  return lines.map((line) => line.replace(/ *[█░]+/, ""));
}

interface Setup {
  readonly clock: FakeClock;
  readonly written: string[];
  /** What is called once a second. */
  readonly ticks: (() => void)[];
  begin(
    label?: string,
    total?: number,
    wait?: () => ProgressWait,
  ): { shown: TerminalProgress; count(isFailed?: boolean): void };
}

function setUp(isTerminal: boolean, style: TerminalStyle = isTerminal ? "bar" : "lines"): Setup {
  const clock = new FakeClock();
  const written: string[] = [];
  const ticks: (() => void)[] = [];
  const setTick = (_ms: number, callback: () => void) => {
    ticks.push(callback);
    return () => void ticks.splice(ticks.indexOf(callback), 1);
  };
  const terminal = { style, columns: 40, isColored: false, write: (text: string) => void written.push(text) };
  return {
    clock,
    written,
    ticks,
    begin(label = "thumbs", total = 2, wait?: () => ProgressWait) {
      const progress = new Progress(() => total, clock, wait);
      const shown = new TerminalProgress(progress, label, terminal, clock, setTick);
      return {
        shown,
        count(isFailed = false) {
          progress.count({ isFailed });
          shown.changed();
        },
      };
    },
  };
}

Deno.test("TerminalProgress draws at most ten times a second", async () => {
  const { clock, written, begin } = setUp(true);
  const { shown, count } = begin("thumbs", 1_000);
  for (let item = 0; item < 100; item++) {
    count();
    await clock.tick("10ms");
  }
  assertEquals(written.length, 10);
  assertEquals(
    written.at(-1),
    "\rthumbs  100/1,000 10%  100/s  ETA 0:09\x1b[K",
  );
  shown.finish();
});

Deno.test("TerminalProgress draws the start although nothing is done yet", async () => {
  const { clock, written, begin } = setUp(true);
  const { shown } = begin();
  await clock.tick("5s");
  assertEquals(written, ["\rthumbs  ░░░░░░░░░░░░  0/2 0%  0/s  0:00\x1b[K"]);
  shown.finish();
});

Deno.test("TerminalProgress leaves the finished line behind, with a line end", async () => {
  const { clock, written, begin } = setUp(true);
  const { shown, count } = begin();
  await clock.tick("1s");
  count();
  count(true);
  shown.finish();
  shown.finish();
  assertEquals(written.slice(1), ["\rthumbs  2/2 100%  1 failed  2/s  0:01\x1b[K", "\n"]);
  assertEquals(clock.pending, 0);
});

for (const isTerminal of [true, false]) {
  const place = isTerminal ? "on a terminal" : "where there is no terminal";
  Deno.test(`TerminalProgress shows nothing of a short run ${place}`, async () => {
    const { clock, written, begin } = setUp(isTerminal);
    const { shown, count } = begin();
    count();
    await clock.tick("99ms");
    shown.finish();
    count();
    await clock.tick("1m");
    assertEquals(written, []);
    assertEquals(clock.pending, 0);
  });

  Deno.test(`TerminalProgress sets no timer while nothing changes ${place}`, async () => {
    const { clock, begin } = setUp(isTerminal);
    const { shown } = begin();
    await clock.tick("10s");
    assertEquals(clock.pending, 0);
    shown.finish();
  });
}

Deno.test("TerminalProgress writes a line every ten seconds where there is no terminal", async () => {
  const { clock, written, begin } = setUp(false);
  const { shown, count } = begin("thumbs", 100);
  for (let second = 0; second < 25; second++) {
    count();
    await clock.tick("1s");
  }
  shown.finish();
  assertEquals(written, [
    "thumbs: 11/100 11%, 1.1/s, 0:10 elapsed, ETA 1:21\n",
    "thumbs: 21/100 21%, 1.1/s, 0:20 elapsed, ETA 1:15\n",
    "thumbs: 25/100 25%, 1/s, 0:25 elapsed, ETA 1:19\n",
  ]);
});

Deno.test("TerminalProgress writes one line at the end where a terminal cannot draw, and nothing of a short run", async () => {
  for (const [ticks, expected] of [[1, []], [12, ["thumbs: 12/100 12%, 1/s, 0:12 elapsed, ETA 1:28\n"]]] as const) {
    const { clock, written, begin } = setUp(true, "end");
    const { shown, count } = begin("thumbs", 100);
    for (let second = 0; second < ticks; second++) {
      await clock.tick(ticks === 1 ? "999ms" : "1s");
      count();
    }
    shown.finish();
    assertEquals(written, expected);
    assertEquals(clock.pending, 0);
  }
});

Deno.test("TerminalProgress gives each of two runs a line, and leaves the last one of each behind", async () => {
  const { clock, written, begin } = setUp(true);
  const first = begin("first");
  const second = begin("second");
  await clock.tick("100ms");
  assertEquals(screenOf(written.join("")), ["first  0/2 0%  0/s  0:00", "second  0/2 0%  0/s  0:00"]);
  for (let item = 0; item < 2; item++) {
    await clock.tick("5s");
    second.count();
  }
  second.shown.finish();
  assertEquals(screenOf(written.join("")), ["second  2/2 100%  0.2/s  0:10", "first  0/2 0%  0/s  0:10"]);
  first.count();
  first.count();
  first.shown.finish();
  assertEquals(screenOf(written.join("")), ["second  2/2 100%  0.2/s  0:10", "first  2/2 100%  0.2/s  0:10"]);
});

Deno.test("TerminalProgress stays below what is written above it", async () => {
  const { clock, written, begin } = setUp(true);
  const runs = [begin("first"), begin("second")];
  await clock.tick("100ms");
  writeAbove(() => void written.push("a line of a log\n"));
  const bars = ["first  0/2 0%  0/s  0:00", "second  0/2 0%  0/s  0:00"];
  assertEquals(screenOf(written.join("")), ["a line of a log", ...bars]);
  for (const { shown } of runs) shown.finish();
  writeAbove(() => void written.push("another\n"));
  assertEquals(screenOf(written.join("")), ["a line of a log", ...bars, "another"]);
});

Deno.test("TerminalProgress draws once a second what is waited for, and sets no tick once it is over", async () => {
  const { clock, written, ticks, begin } = setUp(true);
  const { shown } = begin("thumbs", 2, () => ({ seconds: 42, reason: "Retry-After" }));
  await clock.tick("100ms");
  await clock.tick("1s");
  ticks[0]!();
  assertEquals(screenOf(written.at(-1)!), ["0/2 0%  waiting 42 s: Retry-After"]);
  assertEquals(ticks.length, 1);
  shown.finish();
  assertEquals(ticks, []);
});
