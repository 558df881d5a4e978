import { assertEquals } from "@std/assert";
import { EVERYWHERE_CASES } from "../everywhere/all_cases.ts";
import { findTool, mustEnd, PackedProjects } from "../packed_project.ts";

/** What the runners are made of, as paths from the folder of `PackedProjects`. */
const FOLDER = "everywhere";
const NAMES = ["expect", "everywhere_case", "all_cases", "run_on_runtime", "workerd_worker", "page", "policy_page"];
const SUBJECTS = ["retry", "limit", "cache", "fallback", "map", "telemetry", "file"];
const FILES = [...NAMES, ...SUBJECTS.map((subject) => `${subject}_cases`)].map((name) => `./${FOLDER}/${name}.ts`);

const projects = new PackedProjects();

/** The directory of a project with the packed package and the cases. */
export function everywhereProject(): Promise<string> {
  return projects.directory(FILES);
}

/** Removes it. */
export function removeProject(): Promise<void> {
  return projects.remove();
}

/** What a case came to. */
export interface CaseResult {
  readonly name: string;
  readonly failure?: string;
}

/** Has a step for each case, and misses none. */
export async function stepThrough(t: Deno.TestContext, results: readonly CaseResult[]): Promise<void> {
  for (const { name, failure } of results) await t.step(name, () => assertEquals(failure, undefined));
  assertEquals(results.map(({ name }) => name), EVERYWHERE_CASES.map(({ name }) => name));
  if (results.length < 100) throw new Error("there are too few cases");
}

/** Makes one file of `entry` and of the package, as users of bundlers do; `undefined` where there is no bundler. */
export const bundle: ((entry: string) => Promise<string>) | undefined = await makeBundle();

async function makeBundle(): Promise<((entry: string) => Promise<string>) | undefined> {
  const esbuild = await findTool("esbuild");
  if (esbuild === undefined) return undefined;
  return async (entry) => {
    const project = await everywhereProject();
    const target = `${project}/${entry}.bundle.mjs`;
    const args = [`${entry}.ts`, "--bundle", "--format=esm", `--outfile=${target}`, "--external:node:*"];
    await mustEnd(esbuild(project, ...args, "--external:redis", "--log-level=warning"));
    return target;
  };
}
