/**
 * What an import costs before anything is called, beside its peers: its size as a bundler makes it, and the processor
 * time of a whole process that imports and ends, over that of an empty script. Node, Bun and Deno import the packed
 * package and the peers out of `node_modules`, Deno the sources as well, as JSR gives them. The processes run turn by
 * turn; medians, and the quarters around them.
 *
 * `deno run -A bench/import_bench.ts`; it needs `npm`, and `python3` to ask for the time of a process. `NODE` and `BUN`
 * name other programs than those on the PATH.
 */
import { stop } from "npm:esbuild@0.28.2";
import { makeImportProject } from "./support/import_project.ts";
import { splitBundleSize } from "./support/split_bundle.ts";

const ROUNDS = 15;

const OURS = (names: string) => `import { ${names} } from "@opero/core"; export { ${names} };`;
const LIGHT = (names: string) => OURS(names).replace("@opero/core", "@opero/core/light");
const PEERS = `import retry from "p-retry"; import map from "p-map"; import { LRUCache } from "lru-cache";
export { LRUCache, map, retry };`;
const COCKATIEL = `import { handleAll, retry, ExponentialBackoff, timeout, wrap } from "cockatiel";
export { ExponentialBackoff, handleAll, retry, timeout, wrap };`;

const SIZES: Readonly<Record<string, string>> = {
  "opero": OURS("opero"),
  "opero, opmap": OURS("opero, opmap"),
  "AllFailedError": OURS("AllFailedError"),
  "all of @opero/core": `export * from "@opero/core";`,
  "opero of @opero/core/light": LIGHT("opero"),
  "opero, opmap of @opero/core/light": LIGHT("opero, opmap"),
  "p-retry + p-map + lru-cache": PEERS,
  "cockatiel: retry, timeout, wrap": COCKATIEL,
};

/** What a process imports, by the name of its script. The first is what the others are measured over. */
const SCRIPTS: Readonly<Record<string, string>> = {
  "empty": "",
  "@opero/core": OURS("opero"),
  "@opero/core/light": LIGHT("opero"),
  "p-retry + p-map + lru-cache": PEERS,
  "cockatiel": COCKATIEL,
};

/** The user and system time of one process, in milliseconds. */
async function cpuMs(cwd: string, command: readonly string[]): Promise<number> {
  const script =
    "import os,sys;p=os.spawnvp(os.P_NOWAIT,sys.argv[1],sys.argv[1:]);r=os.wait4(p,0);print(r[1],r[2].ru_utime+r[2].ru_stime)";
  const { stdout } = await new Deno.Command("python3", { args: ["-c", script, ...command], cwd }).output();
  const [status, seconds] = new TextDecoder().decode(stdout).trim().split("\n").at(-1)!.split(" ").map(Number);
  if (status !== 0) throw new Error(`${command.join(" ")} failed`);
  return 1_000 * seconds!;
}

const quarter = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)]!;

/** Prints what a process of each of `scripts` costs over the first. */
async function compare(cwd: string, program: readonly string[], scripts: ReadonlyMap<string, string>): Promise<void> {
  const over = [...scripts].map((): number[] => []);
  for (let round = 0; round <= ROUNDS; round++) {
    const times: number[] = [];
    for (const script of scripts.values()) times.push(await cpuMs(cwd, [...program, script]));
    // What the first round compiled is kept for the others, as it is for a user.
    if (round > 0) times.forEach((time, i) => over[i]!.push(time - times[0]!));
  }
  for (const [i, name] of [...scripts.keys()].entries()) {
    const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => quarter(over[i]!, share).toFixed(1));
    if (i > 0) console.log(`| ${program[0]!.split("/").at(-1)} | ${name} | +${middle} ms | ${low} to ${high} |`);
  }
}

async function isThere(program: string): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: ["--version"] }).output()).success;
  } catch {
    return false;
  }
}

const project = await makeImportProject();
try {
  console.log("| import | minified | gzipped |\n| --- | --- | --- |");
  for (const [name, code] of Object.entries(SIZES)) {
    const { bytes, gzipped } = await splitBundleSize({ directory: project, code });
    console.log(`| ${name} | ${(bytes / 1_024).toFixed(1)} KB | ${(gzipped / 1_024).toFixed(1)} KB |`);
  }
  const scripts = new Map(Object.keys(SCRIPTS).map((name, i) => [name, `${project}/script${i}.mjs`]));
  for (const [name, path] of scripts) await Deno.writeTextFile(path, SCRIPTS[name]!);
  const sources = new URL("../mod.ts", import.meta.url).href;
  await Deno.writeTextFile(`${project}/sources.ts`, OURS("opero").replace("@opero/core", sources));
  const lightSources = new URL("../light.ts", import.meta.url).href;
  await Deno.writeTextFile(`${project}/light_sources.ts`, OURS("opero").replace("@opero/core", lightSources));
  console.log("\n| process | import | over an empty script | middle half |\n| --- | --- | --- | --- |");
  for (const program of [Deno.env.get("NODE") ?? "node", Deno.env.get("BUN") ?? "bun"]) {
    if (await isThere(program)) await compare(project, [program], scripts);
  }
  const deno = [Deno.execPath(), "run", "--no-lock", "--no-check"];
  const fromSources = [
    ["@opero/core, the sources", `${project}/sources.ts`],
    ["@opero/core/light, the sources", `${project}/light_sources.ts`],
  ] as const;
  await compare(project, deno, new Map([...scripts, ...fromSources]));
} finally {
  await Deno.remove(project, { recursive: true });
  await stop();
}
