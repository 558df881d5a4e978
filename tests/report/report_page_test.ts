import { assert, assertEquals } from "@std/assert";
import { type DefaultTreeAdapterTypes, parse } from "parse5";
import { reportPage } from "../../src/report/report_page.ts";
import { RunStats } from "../../src/run_stats/run_stats.ts";
import { type SampleRun, sampleRun } from "../support/sample_run.ts";

type Node = DefaultTreeAdapterTypes.Node;
type Element = DefaultTreeAdapterTypes.Element;

const SAMPLES: Readonly<Record<string, SampleRun>> = {
  "of one item": { items: 1 },
  "of a run that ended well": { items: 2_000 },
  "of a run with failures": { items: 2_000, hasFailures: true },
  "of two runs, with nine hours between them": { items: 2_000, hasFailures: true, isResumed: true },
  "of three machines": { items: 500, hasFailures: true, hasMachines: true },
};

/** All elements below a node. */
function elementsIn(node: Node): Element[] {
  const inner = "childNodes" in node ? node.childNodes.flatMap(elementsIn) : [];
  return "tagName" in node ? [node, ...inner] : inner;
}

function textOf(node: Node): string {
  if ("value" in node) return node.value;
  return "childNodes" in node ? node.childNodes.map(textOf).join("") : "";
}

function attributeOf({ attrs }: Element, name: string): string | undefined {
  return attrs.find((each) => each.name === name)?.value;
}

for (const [name, sample] of Object.entries(SAMPLES)) {
  const page = reportPage(sampleRun(sample));

  Deno.test(`reportPage() ${name} names no other place, and runs nothing`, () => {
    const elements = elementsIn(parse(page));
    const tags = new Set(elements.map(({ tagName }) => tagName));
    for (const tag of ["script", "iframe", "img", "object", "embed", "form", "base", "a"]) assert(!tags.has(tag), tag);
    const isLink = (name: string) => /^(?:src|href|xlink:href|action|data|on\w+)$/.test(name);
    const links = elements.flatMap(({ attrs }) => attrs.filter(({ name }) => isLink(name)));
    assertEquals(links.map(({ value }) => value), ["data:,"]);
    assert(!/:\/\/|url\(|@import/.test(page));
    assert(elements.some((each) => attributeOf(each, "http-equiv") === "Content-Security-Policy"));
  });

  Deno.test(`reportPage() ${name} is well-formed; all has a name, and each chart a table`, () => {
    const errors: string[] = [];
    const elements = elementsIn(parse(page, { onParseError: ({ code }) => errors.push(code) }));
    assertEquals(errors, []);
    assertEquals(attributeOf(elements[0]!, "lang"), "en");
    const roles = elements.filter((each) => attributeOf(each, "role") !== undefined);
    assertEquals(roles.filter((each) => !attributeOf(each, "aria-label")), []);
    const figures = elements.filter(({ tagName }) => tagName === "figure");
    assertEquals(figures.length, 3);
    for (const figure of figures) assert(elementsIn(figure).some(({ tagName }) => tagName === "table"));
    const headings = elements.filter(({ tagName }) => /^h\d$/.test(tagName)).map(({ tagName }) => tagName);
    assertEquals([headings[0], ...new Set(headings.slice(1))], ["h1", "h2"]);
  });
}

Deno.test("reportPage() says first how the run came out", () => {
  const outcome = (ok: number, failed: number, left: number) => {
    const stats = new RunStats();
    const failure = { label: "Error", message: "no" };
    for (let i = 0; i < ok; i++) stats.add({ endedMs: 1e12 + i, durationMs: 1, attempts: 1 });
    for (let i = 0; i < failed; i++) stats.add({ endedMs: 1e12 + i, durationMs: 1, attempts: 1, failure });
    const elements = elementsIn(parse(reportPage(stats.report({ task: "enrich" }, { left }))));
    return textOf(elements.find((each) => attributeOf(each, "class")?.startsWith("outcome"))!);
  };
  assertEquals(outcome(1_200, 0, 0), "All 1\u202f200 items succeeded");
  assertEquals(outcome(1, 0, 0), "The item succeeded");
  assertEquals(outcome(7, 2, 0), "7 of 9 items succeeded, 2 failed");
  assertEquals(outcome(7, 0, 3), "7 of 10 items succeeded, 3 not done");
  assertEquals(outcome(7, 2, 1), "7 of 10 items succeeded, 2 failed, 1 not done");
  assertEquals(outcome(0, 0, 0), "No items");
});

Deno.test("reportPage() names the task, the options, the machine, the exit, and how to continue", () => {
  const text = textOf(parse(reportPage(sampleRun({ items: 300, hasFailures: true }))));
  const parts = [
    "enrich version 2",
    "Began 2026-11-25 22:00:00 UTC",
    "ran to its end (exit code 101)",
    "runtimeDeno 2.9.6",
    "processors8",
    "timeout30s",
    "opero map enrich.ts --items quakes.jsonl --workers 16 --journal run.jsonl",
  ];
  for (const part of parts) assert(text.includes(part), part);
});

Deno.test("reportPage() escapes all that comes from outside", () => {
  const stats = new RunStats(true);
  const evil = `</title></style><script>alert(1)</script><img src=x onerror="a">&quot;'\u0000\ud800`;
  const failure = { label: evil, message: evil };
  stats.add({ endedMs: 1e12, durationMs: 5, attempts: 2, key: evil, worker: evil, failure, costs: { [evil]: 1 } });
  const about = { task: evil, version: evil, options: { [evil]: evil }, resume: evil, exit: { code: 1, reason: evil } };
  const page = reportPage(stats.report({ ...about, machine: { runtime: evil, cpus: 1 } }));
  const tags = elementsIn(parse(page)).map(({ tagName }) => tagName);
  assert(!tags.includes("script") && !tags.includes("img"));
  assert(page.isWellFormed() && !page.includes("\u0000"));
});

Deno.test("reportPage() shows no secret, item, value or key of the user's, unless values may be shown", () => {
  const page = (areValuesShown: boolean) => {
    const stats = new RunStats(areValuesShown);
    const message = 'no "canary-value" at https://canary-host/?key=canary-key of canary-item';
    const failure = { label: "Error", message };
    stats.add({ endedMs: 1e12, durationMs: 5, attempts: 2, key: "canary-name", failure, item: ["canary-item"] });
    return reportPage(stats.report({ task: "t" }));
  };
  assertEquals(page(false).match(/canary/g), null);
  assertEquals(page(true).match(/canary-\w+/g)!.length, 6);
});

Deno.test("reportPage() of a million items, and of all kinds of errors with long texts, is below 100 KB", () => {
  const report = sampleRun({ items: 1_000_000, hasFailures: true, isResumed: true, hasMachines: true });
  const worst = new RunStats(true);
  for (let i = 0; i < 1_000; i++) {
    const failure = { label: `Error${i} ${"日".repeat(200)}`, message: "本".repeat(5_000) };
    const worker = `w${i}${"日".repeat(100)}`;
    worst.add({
      index: i,
      endedMs: 1e12 + i * 1_000,
      durationMs: i,
      attempts: i,
      key: "k".repeat(22),
      worker,
      failure,
    });
  }
  for (const each of [report, { ...worst.report({ task: "t" }), timeline: report.timeline }]) {
    const { length } = new TextEncoder().encode(reportPage(each));
    assert(length < 100_000, `${length} bytes`);
  }
});
