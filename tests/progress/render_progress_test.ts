import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ProgressState, ShownState } from "../../src/progress/progress.ts";
import { renderProgressBar, renderProgressLine } from "../../src/progress/render_progress.ts";

const HALF_WAY: ProgressState = { done: 617, failed: 0, total: 1_234, rate: 123.4, elapsed: 65, eta: 5 };

function bar(state: Partial<ShownState>, width: number, isColored = false): string {
  return renderProgressBar({ ...HALF_WAY, ...state }, { label: "thumbs", width, isColored });
}

Deno.test("renderProgressBar() fills the width with a bar", () => {
  assertEquals(bar({}, 79), "thumbs  ████████████████░░░░░░░░░░░░░░░░░  617/1,234 50%  123/s  1:05  ETA 0:05");
  assertEquals(bar({}, 200).match(/[█░]+/)?.[0].length, 40);
});

Deno.test("renderProgressBar() drops the bar, then the least telling parts, where it is narrow", () => {
  assertEquals(
    [60, 52, 43, 36, 27, 16, 5].map((width) => bar({}, width)),
    [
      "thumbs  ███████░░░░░░░  617/1,234 50%  123/s  1:05  ETA 0:05",
      "thumbs  617/1,234 50%  123/s  1:05  ETA 0:05",
      "thumbs  617/1,234 50%  123/s  ETA 0:05",
      "thumbs  617/1,234 50%  ETA 0:05",
      "617/1,234 50%  ETA 0:05",
      "617/1,234 50%",
      "617/1",
    ],
  );
});

Deno.test("renderProgressBar() says who works: by name where there is room, or else how many", () => {
  const named = { workers: [{ name: "a:1", done: 1_600 }, { name: "b:\n2", done: 17 }] };
  const many = { workers: "abcde".split("").map((name) => ({ name, done: 1 })) };
  assertEquals(bar(named, 80), "thumbs  █████░░░░░  617/1,234 50%  123/s  1:05  ETA 0:05  by a:1 1,600, b:\\n2 17");
  assertEquals(bar(named, 60), "thumbs  617/1,234 50%  123/s  1:05  ETA 0:05  2 workers");
  assertEquals(bar(named, 50), "thumbs  617/1,234 50%  123/s  1:05  ETA 0:05");
  assertEquals(bar(many, 60), "thumbs  617/1,234 50%  123/s  1:05  ETA 0:05  5 workers");
  assertEquals(bar({ workers: [] }, 52), bar({}, 52));
  const line = renderProgressLine({ ...HALF_WAY, ...named }, "thumbs");
  assertEquals(line, "thumbs: 617/1,234 50%, 123/s, 1:05 elapsed, ETA 0:05, by a:1 1,600, b:\\n2 17");
});

Deno.test("renderProgressBar() shows failures", () => {
  assertEquals(bar({ failed: 1_000 }, 55), "thumbs  617/1,234 50%  1,000 failed  123/s  ETA 0:05");
});

Deno.test("renderProgressBar() shows a count where the total is unknown", () => {
  assertEquals(bar({ total: undefined, eta: undefined, rate: 0.0456 }, 79), "thumbs  617 items  0.046/s  1:05");
});

Deno.test("renderProgressBar() shows the end without a remaining time", () => {
  const state = { done: 3, total: 3, eta: 0, rate: 1.26, elapsed: 3_723 };
  assertEquals(bar(state, 50), "thumbs  ████████████████  3/3 100%  1.3/s  1:02:03");
  assertEquals(bar({ ...state, done: 0, total: 0 }, 50).includes("100%"), true);
});

Deno.test("renderProgressBar() uses colours only where they are wanted", () => {
  const colored = bar({ failed: 2 }, 79, true);
  assert(colored.includes("\x1b[31m2 failed\x1b[39m"), colored);
  // deno-lint-ignore no-control-regex -- the colour codes themselves
  assertEquals(colored.replace(/\x1b\[\d+m/g, ""), bar({ failed: 2 }, 79, false));
});

Deno.test("renderProgressBar() shortens a long label", () => {
  const line = renderProgressBar(HALF_WAY, { label: "x".repeat(30), width: 79, isColored: false });
  assert(line.startsWith(`${"x".repeat(23)}…  `), line);
});

Deno.test("renderProgressBar() never exceeds the width", () => {
  const state = fc.record({
    done: fc.nat(),
    failed: fc.nat(),
    total: fc.option(fc.nat(), { nil: undefined }),
    rate: fc.double({ min: 0, max: 1e9, noNaN: true }),
    elapsed: fc.double({ min: 0, max: 1e7, noNaN: true }),
    eta: fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }), { nil: undefined }),
  });
  fc.assert(fc.property(state, fc.string(), fc.nat({ max: 200 }), (state, label, width) => {
    const line = renderProgressBar(state, { label, width, isColored: false });
    assert([...line].length <= width, line);
  }));
});

Deno.test("renderProgressLine() tells the same in words", () => {
  assertEquals(renderProgressLine(HALF_WAY, "thumbs"), "thumbs: 617/1,234 50%, 123/s, 1:05 elapsed, ETA 0:05");
  assertEquals(
    renderProgressLine({ ...HALF_WAY, failed: 2, total: undefined, eta: undefined }, "thumbs"),
    "thumbs: 617 items, 2 failed, 123/s, 1:05 elapsed",
  );
});
