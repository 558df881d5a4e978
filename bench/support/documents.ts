import { type ParallelResult, parallelText } from "./command/parallel_result.ts";
import { scaleText } from "./cluster/scale_text.ts";
import { demoPicture } from "./plots/demo_picture.ts";
import { growthPlot } from "./growth/growth_plot.ts";
import { growthText } from "./growth/measure_growth.ts";
import { sectionText, shortTable } from "./report.ts";
import { replaceBlock } from "./markdown.ts";
import type { BenchResult } from "./result.ts";

/** Where the run of all benchmarks is saved. */
export const BENCH: URL = new URL("../results/bench.json", import.meta.url);

/** Where the run beside GNU parallel is saved. */
export const PARALLEL: URL = new URL("../results/parallel.json", import.meta.url);

const PLOT = new URL("../results/growth.svg", import.meta.url);

/** What a run of the demo left on its terminal. */
export const DEMO_RECORDING: URL = new URL("../results/demo.txt", import.meta.url);

/** The picture of that run. */
export const DEMO_PICTURE: URL = new URL("../results/demo.svg", import.meta.url);

/** The rows of the README's short table. */
const README_ROWS: readonly string[] = [
  "retries: 3, success",
  "retries: 3, timeout, success",
  "memory hit, string argument",
  "memory hit, object argument",
  "rate limit, not reached",
  "whole stack, miss",
  "list of 100 000 async items, 50 at once",
  "20 000 tiny items, 2 workers, after 5 s of rest",
  "sqlite hit of 1 KB",
];

/** The runs that are saved. */
export interface Saved {
  readonly bench: BenchResult;
  readonly parallel: ParallelResult;
}

/** A document with blocks that are written from what was measured. */
export interface BenchDocument {
  /** Its path from the root of the repository. */
  readonly path: string;
  /** The text of each block by its name. */
  readonly blocks: (saved: Saved) => Readonly<Record<string, string>>;
}

/** All of them. */
export const DOCUMENTS: readonly BenchDocument[] = [
  { path: "README.md", blocks: ({ bench }) => ({ short: shortText(bench) }) },
  { path: "docs/performance.md", blocks: ({ bench }) => ({ short: shortText(bench) }) },
  { path: "docs/scale.md", blocks: ({ bench }) => ({ scale: scaleText(bench) }) },
  {
    path: "bench/README.md",
    blocks: ({ bench, parallel }) => ({
      run: runText(bench),
      tables: tablesText(bench),
      growth: growthText(bench.growth),
      parallel: parallelText(parallel),
    }),
  },
];

/**
 * The runs that are saved.
 *
 * @returns What was measured.
 */
export async function readSaved(): Promise<Saved> {
  const [bench, parallel] = await Promise.all([BENCH, PARALLEL].map((url) => Deno.readTextFile(url)));
  return { bench: JSON.parse(bench!), parallel: JSON.parse(parallel!) };
}

/**
 * Saves a run, in place of the one before.
 *
 * @param url Where.
 * @param result What was measured.
 */
export async function save(url: URL, result: BenchResult | ParallelResult): Promise<void> {
  await Deno.writeTextFile(url, `${JSON.stringify(result, rounded, 2)}\n`);
}

/**
 * Writes what was measured into all documents, and draws the plot, and the picture of the demo that was recorded.
 *
 * @param saved What was measured.
 */
export async function writeDocuments(saved: Saved): Promise<void> {
  await Deno.writeTextFile(PLOT, growthPlot(saved.bench.growth));
  await Deno.writeTextFile(DEMO_PICTURE, demoPicture(await Deno.readTextFile(DEMO_RECORDING)));
  for (const { path, blocks } of DOCUMENTS) {
    const url = new URL(`../../${path}`, import.meta.url);
    const text = Object.entries(blocks(saved)).reduce(
      (document, [name, block]) => replaceBlock(document, name, block),
      await Deno.readTextFile(url),
    );
    await Deno.writeTextFile(url, text);
  }
}

/** Six digits are more than any measurement has. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Number(value.toPrecision(6)) : value;
}

function runText({ day, machine, seconds, isQuick }: BenchResult): string {
  const lines = [`Measured on ${day}`, machine, `All of it took ${(seconds / 60).toFixed(1)} minutes`];
  const quick = isQuick ? ["A quick look of a few rounds, which says little"] : [];
  return [...lines, ...quick].map((line) => `- ${line}`).join("\n");
}

function tablesText({ sections }: BenchResult): string {
  return sections.map(sectionText).join("\n\n");
}

function shortText({ sections, isQuick }: BenchResult): string {
  // A few rounds are no figures to show to everybody.
  if (isQuick) return "The table is written by the next full run, `deno task bench --write`.";
  const rows = sections.flatMap((section) => section.rows);
  return shortTable(README_ROWS.flatMap((name) => rows.find((row) => row.name === name) ?? []));
}
