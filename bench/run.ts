/**
 * Runs all benchmarks, each file in a process of its own, prints their tables, and exits with 1 where a bar is missed:
 * `deno task bench`. With words as arguments only the files are run whose names begin with one of them.
 *
 * `--write` saves what was measured in `bench/results/` and writes it into the documents; `--render` writes what was
 * saved before, and measures nothing. `--quick` makes a few rounds only, for a look. The word `growth` stands for how cost grows.
 */
import { BARS } from "./bars.ts";
import { blocksOver, growthText, measureGrowth } from "./support/growth/measure_growth.ts";
import { BENCH, readSaved, save, writeDocuments } from "./support/documents.ts";
import { sectionText } from "./support/report.ts";
import { type BenchResult, missedIn, type SectionResult } from "./support/result.ts";
import { describeMachine, measureSection, SECTIONS } from "./support/sections.ts";

const words = Deno.args.filter((argument) => !argument.startsWith("--"));
const isAll = words.length === 0;
const isQuick = Deno.args.includes("--quick");
if (isQuick) Deno.env.set("OPERO_BENCH_QUICK", "1");

if (Deno.args.includes("--render")) {
  await writeDocuments(await readSaved());
} else {
  const result = await measureAll();
  const isToWrite = Deno.args.includes("--write");
  if (isToWrite && !isAll) throw new Error("The documents show one run of all files: leave out the words");
  if (isToWrite) await save(BENCH, result);
  // What was saved is rounded: rounded once more, a figure could differ by its last digit.
  if (isToWrite) await writeDocuments(await readSaved());
  if (reportMissed(result) > 0) Deno.exit(1);
}

async function measureAll(): Promise<BenchResult> {
  const startMs = performance.now();
  const [day, machine] = [new Date().toISOString().slice(0, 10), describeMachine()];
  console.log(machine);
  const sections: SectionResult[] = [];
  for (const section of SECTIONS.filter(({ file }) => isAll || words.some((word) => file.startsWith(word)))) {
    const result = await measureSection(section);
    console.log(`\n${sectionText(result)}`);
    sections.push(result);
  }
  const growth = isAll || words.includes("growth") ? await measureGrowth() : [];
  if (growth.length > 0) console.log(`\n### How cost grows\n\n${growthText(growth)}`);
  return { day, machine, seconds: Math.round((performance.now() - startMs) / 1_000), sections, growth, isQuick };
}

/** Names the bars that were missed, and tells how many these are. A part of the files is held to its own bars. */
function reportMissed({ sections, growth }: BenchResult): number {
  const measured = new Set(sections.flatMap(({ rows }) => rows.map(({ name }) => name)));
  const missed = missedIn(sections).filter((name) => isAll || measured.has(name));
  const blocks = blocksOver(growth).map((each) => `block of the event loop: ${each}`);
  console.log();
  for (const name of missed) console.log(`missed${measured.has(name) ? "" : " (not measured)"}: ${name}`);
  for (const name of blocks) console.log(`missed: ${name}`);
  console.log(`${missed.length} of ${Object.keys(BARS).length} bars missed, and ${blocks.length} blocks too long`);
  return missed.length + blocks.length;
}
