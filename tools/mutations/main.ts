/**
 * Changes the source in one place at a time and looks whether a test notices:
 * `deno task test:mutations [--count 60] [--seed 1] [--only src/limiter] [--chosen]`.
 *
 * `--chosen` makes the changes of `chosen_mutations.ts` in place of random ones; `--only` keeps to files whose path
 * begins so. It prints a line for each change and ends with 1 where one was noticed by no test.
 */
import { parseArgs } from "node:util";
import { CHOSEN_MUTATIONS } from "./chosen_mutations.ts";
import { EQUAL_MUTATIONS } from "./equal_mutations.ts";
import { findMutations } from "./find_mutations.ts";
import { applyMutation, describeMutation, lineOf, type Mutation } from "./mutation.ts";
import { testsFor } from "./tests_for.ts";
import { Workspace } from "./workspace.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
/** What a stage of tests may take: the nearest ones take seconds, all others together some minutes on two busy cores. */
const STAGE_LIMITS_MS = [90_000, 120_000, 420_000];

type Verdict = "killed" | "killed by its time" | "equal" | "SURVIVED";

const { values: flags } = parseArgs({
  args: Deno.args,
  options: {
    count: { type: "string", default: "60" },
    seed: { type: "string", default: String(Date.now() % 100_000) },
    only: { type: "string", default: "src/" },
    chosen: { type: "boolean", default: false },
  },
});

await using workspace = await Workspace.copyOf(ROOT);
const mutations = flags.chosen ? chosenMutations() : randomMutations(Number(flags.count), Number(flags.seed));
console.log(`${mutations.length} changes${flags.chosen ? "" : `, seed ${flags.seed}`}`);
const verdicts: Verdict[] = [];
for (const mutation of mutations) {
  const verdict = await judge(mutation);
  verdicts.push(verdict);
  console.log(`${verdict.padEnd(18)} ${describeMutation(mutation, workspace.read(mutation.file))}`);
}
const survivors = verdicts.filter((verdict) => verdict === "SURVIVED").length;
console.log(`${verdicts.length - survivors} killed or equal, ${survivors} survived`);
Deno.exitCode = survivors === 0 ? 0 : 1;

async function judge(mutation: Mutation): Promise<Verdict> {
  const source = workspace.read(mutation.file);
  const line = lineOf(mutation, source);
  const { file, kind } = mutation;
  if (EQUAL_MUTATIONS.some((equal) => equal.file === file && equal.line === line && equal.kind === kind)) {
    return "equal";
  }
  return await workspace.withChange(file, applyMutation(mutation, source), async () => {
    for (const [stage, tests] of testsFor(file, ROOT).entries()) {
      if (tests.length === 0) continue;
      const outcome = await workspace.test(tests, STAGE_LIMITS_MS[stage]!);
      if (outcome !== "passed") return outcome === "failed" ? "killed" : "killed by its time";
    }
    return "SURVIVED";
  });
}

function chosenMutations(): Mutation[] {
  return CHOSEN_MUTATIONS.filter(({ file }) => file.startsWith(flags.only)).map(({ file, from, to, kind }) => {
    const source = workspace.read(file);
    const start = source.indexOf(from);
    if (start === -1 || source.indexOf(from, start + 1) !== -1) {
      throw new Error(`${file} has to hold exactly once: ${from}`);
    }
    return { file, start, end: start + from.length, replacement: to, kind };
  });
}

function randomMutations(count: number, seed: number): Mutation[] {
  const all = sourceFiles(`${ROOT}src`, "src")
    .filter((file) => file.startsWith(flags.only) && !file.endsWith("worker_source.ts"))
    .flatMap((file) => findMutations(file, workspace.read(file)));
  const random = mulberry32(seed);
  return Array.from(
    { length: Math.min(count, all.length) },
    () => all.splice(Math.floor(random() * all.length), 1)[0]!,
  );
}

function sourceFiles(folder: string, path: string): string[] {
  return [...Deno.readDirSync(folder)].toSorted((a, b) => a.name.localeCompare(b.name)).flatMap((
    { name, isDirectory },
  ) => isDirectory ? sourceFiles(`${folder}/${name}`, `${path}/${name}`) : [`${path}/${name}`]);
}

/** A generator with a seed, so that a run can be made again (Mulberry32 of Tommy Ettinger, public domain). */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
