import { assertEquals } from "@std/assert";
import { FakeClock } from "../../src/fake_clock.ts";
import { Progress } from "../../src/progress/progress.ts";
import { TerminalProgress } from "../../src/progress/terminal_progress.ts";

interface Setup {
  readonly clock: FakeClock;
  readonly written: string[];
  begin(label?: string, total?: number): { shown: TerminalProgress; count(isFailed?: boolean): void };
}

function setUp(isTerminal: boolean): Setup {
  const clock = new FakeClock();
  const written: string[] = [];
  const terminal = { isTerminal, columns: 40, isColored: false, write: (text: string) => void written.push(text) };
  return {
    clock,
    written,
    begin(label = "thumbs", total = 2) {
      const progress = new Progress(total, clock);
      const shown = new TerminalProgress(progress, label, terminal, clock);
      return {
        shown,
        count(isFailed = false) {
          progress.count(isFailed);
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
    "thumbs: 25/100 25%, 1/s, 0:25 elapsed, ETA 1:15\n",
  ]);
});

Deno.test("TerminalProgress lets a second run draw once the first has ended or paused", async () => {
  const { clock, written, begin } = setUp(true);
  const first = begin("first");
  await clock.tick("100ms");
  const second = begin("second");
  await clock.tick("100ms");
  const labels = () => written.map((text) => text.trim().split(" ")[0]);
  assertEquals(labels(), ["first"]);
  await clock.tick("1s");
  second.count();
  await clock.tick("100ms");
  assertEquals(labels(), ["first", "second"]);
  second.shown.finish();
  first.shown.finish();
});
