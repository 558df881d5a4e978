import { assert, assertEquals } from "@std/assert";
import { drawInFlight, drawThroughput } from "../../src/report/timeline_figures.ts";
import type { ReportBin, ReportTimeline } from "../../src/run_stats/run_report.ts";

function timeline(...bins: readonly Partial<ReportBin>[]): ReportTimeline {
  const nothing = { ok: 0, retried: 0, failed: 0, inFlight: 0, waiting: 0, paused: 0 };
  return { binSeconds: 0.5, bins: bins.map((bin, i) => ({ atMs: 1e12 + i * 500, ...nothing, ...bin })) };
}

/** The classes in the legend of a figure. */
const legendOf = (text: string) => [...text.matchAll(/<li>.*?<rect class="(\w+)"/g)].map(([, kind]) => kind);

/** The shapes of a figure, by their classes. */
const pathsOf = (text: string) =>
  Object.fromEntries([...text.matchAll(/<path class="(\w+)" d="(.*?)"/g)].map((m) => [m[1], m[2]]));

Deno.test("drawThroughput() stacks items a second, and has a legend of what there is", () => {
  const { text } = drawThroughput(timeline({ ok: 3, failed: 1 }, { ok: 4 }, {}))!;
  assertEquals(legendOf(text), ["ok", "failed"]);
  // Four items in half a second are eight a second, which is where the axis ends.
  assertEquals(pathsOf(text), { ok: "M0 1000V250H1V0H2V1000H1V1000H0Z", retried: "", failed: "M0 250V0H1V250H0Z" });
  assert(text.includes("at most 8 items per second"));
  // What nothing happened in has no line in the table.
  assertEquals(text.match(/<tr><th scope="row">/g)?.length, 2);
});

Deno.test("drawThroughput() and drawInFlight() draw nothing where nothing happened", () => {
  assertEquals([drawThroughput(timeline({})), drawInFlight(timeline({}))], [undefined, undefined]);
});

Deno.test("drawInFlight() shows what waits above what runs, and pauses where they take most of a part", () => {
  const { text } = drawInFlight(
    timeline({ inFlight: 4, waiting: 1 }, { inFlight: 2, waiting: 2, paused: 0.5 }, { inFlight: 1 }),
  )!;
  assertEquals(legendOf(text), ["running", "waiting", "paused"]);
  assertEquals(pathsOf(text), {
    paused: "M1 1000V0H2V1000H1Z",
    running: "M0 1000V250H1V1000H0ZM2 1000V750H3V1000H2Z",
    waiting: "M0 250V0H1V500H2V1000H1V250H0Z",
  });
  const short = drawInFlight(timeline({ inFlight: 1, paused: 0.4 }))!.text;
  assertEquals([legendOf(short), pathsOf(short).paused], [["running", "waiting"], ""]);
});
