/**
 * Changes the source in one place at a time and looks whether a test notices:
 * `deno task test:mutations [--count 60] [--seed 1] [--only src/limiter,src/layers] [--skip src/cache/codec] [--chosen]`.
 *
 * `--chosen` makes the changes of `chosen_mutations.ts` in place of random ones; `--only` keeps to files whose path
 * begins so, `--skip` leaves such files out. The tests are run in stages, the nearest first; `--stages 2` asks only the
 * first two. Each stage has to pass on the unchanged source, which also tells how long it may take. It prints a line
 * for each change, ends with the counts and the survivors, and with 1 where there are any.
 */
import { parseArgs } from "node:util";
import { CHOSEN_MUTATIONS } from "./chosen_mutations.ts";
import { findMutations } from "./find_mutations.ts";
import { describeMutation, type Mutation } from "./mutation.ts";
import { Judge, type Verdict } from "./judge.ts";
import { Workspace } from "./workspace.ts";
import { seededRandom } from "../../src/testing/seeded_random.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const GENERATED = "src/pool/worker_source.ts";

const { values: flags } = parseArgs({
  args: Deno.args,
  options: {
    count: { type: "string", default: "60" },
    seed: { type: "string", default: String(Date.now() % 100_000) },
    only: { type: "string", default: "src/" },
    skip: { type: "string", default: "" },
    stages: { type: "string", default: "4" },
    chosen: { type: "boolean", default: false },
  },
});

await using workspace = await Workspace.copyOf(ROOT);
const judge = new Judge(workspace, ROOT, Number(flags.stages));
const mutations = flags.chosen ? chosenMutations() : randomMutations(Number(flags.count), Number(flags.seed));
console.log(`${mutations.length} changes${flags.chosen ? "" : `, seed ${flags.seed}`}`);
const counts: Record<Verdict["kind"], number> = {
  "killed by an assertion": 0,
  "killed by time": 0,
  equal: 0,
  SURVIVED: 0,
};
const survivors: string[] = [];
for (const mutation of mutations) {
  const { kind, noticedBy } = await judge.judge(mutation);
  const described = describeMutation(mutation, workspace.read(mutation.file));
  counts[kind]++;
  if (kind === "SURVIVED") survivors.push(described);
  console.log(`${kind.padEnd(22)} ${described}${noticedBy === undefined ? "" : ` <- ${noticedBy}`}`);
}
console.log(Object.entries(counts).map(([kind, count]) => `${count} ${kind}`).join(", "));
for (const survivor of survivors) console.log(`SURVIVED ${survivor}`);
Deno.exitCode = survivors.length === 0 ? 0 : 1;

/** Whether `file` is among those that were asked for. */
function isWanted(file: string): boolean {
  const begins = (paths: string) => paths.split(",").some((path) => path !== "" && file.startsWith(path));
  return begins(flags.only) && !begins(flags.skip) && file !== GENERATED;
}

function chosenMutations(): Mutation[] {
  return CHOSEN_MUTATIONS.filter(({ file }) => isWanted(file)).map(({ file, from, to, kind }) => {
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
    .filter(isWanted)
    .flatMap((file) => findMutations(file, workspace.read(file)));
  const random = seededRandom(seed);
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
