/**
 * What an import costs before anything is called: its size as a bundler makes it, and the processor time of a whole process that imports and ends, over that of an empty script. Deno
 * imports the sources, Node what the bundler made of them. The processes run turn by turn; medians, and the quarters
 * around them.
 *
 * `deno run -A bench/import_bench.ts`; it needs `node`, and `python3` to ask for the time of a process.
 */
import { stop } from "npm:esbuild@0.28.2";
import { bundleSize, writeBundle } from "./support/bundle_sizes.ts";

const ROUNDS = 15;
const ENTRIES: Readonly<Record<string, string>> = {
  "opero": `export { opero } from "./mod.ts";`,
  "opero, opmap": `export { opero, opmap } from "./mod.ts";`,
  "AllFailedError": `export { AllFailedError } from "./mod.ts";`,
  "all of it": `export * from "./mod.ts";`,
};

/** The user and system time of one process, in milliseconds. */
async function cpuMs(program: string, args: readonly string[]): Promise<number> {
  const script =
    "import os,sys;p=os.spawnvp(os.P_NOWAIT,sys.argv[1],sys.argv[1:]);r=os.wait4(p,0)[2];print(r.ru_utime+r.ru_stime)";
  const { stdout } = await new Deno.Command("python3", { args: ["-c", script, program, ...args] }).output();
  return 1_000 * Number(new TextDecoder().decode(stdout).trim().split("\n").at(-1));
}

const quarter = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)]!;

/** Prints what each of `scripts` costs over the first, which is empty. */
async function compare(program: string, options: readonly string[], scripts: readonly string[]): Promise<void> {
  const over = scripts.map((): number[] => []);
  for (let round = 0; round <= ROUNDS; round++) {
    const times: number[] = [];
    for (const script of scripts) times.push(await cpuMs(program, [...options, script]));
    if (round > 0) times.forEach((time, i) => over[i]!.push(time - times[0]!));
  }
  for (const [i, script] of scripts.entries()) {
    const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => quarter(over[i]!, share).toFixed(1));
    if (i > 0) console.log(`| ${program} ${script.split("/").at(-1)} | +${middle} ms | ${low} to ${high} |`);
  }
}

console.log("| import | minified | gzipped | files |\n| --- | --- | --- | --- |");
for (const [name, code] of Object.entries(ENTRIES)) {
  const { bytes, gzipped, files } = await bundleSize(name, code);
  console.log(`| ${name} | ${(bytes / 1_024).toFixed(1)} KB | ${(gzipped / 1_024).toFixed(1)} KB | ${files} |`);
}
const directory = await Deno.makeTempDir();
await Deno.writeTextFile(`${directory}/empty.mjs`, "");
await writeBundle(`import { opero } from "./mod.ts"; if (!opero) throw 1;`, directory);
const source = new URL("../mod.ts", import.meta.url).href;
await Deno.writeTextFile(`${directory}/sources.ts`, `import { opero } from "${source}"; if (!opero) throw 1;`);
console.log("\n| process | over an empty script | middle half |\n| --- | --- | --- |");
const [empty, bundled] = [`${directory}/empty.mjs`, `${directory}/entry.js`];
await compare("deno", ["run", "--no-lock", "--no-check"], [empty, `${directory}/sources.ts`, bundled]);
await compare("node", [], [empty, bundled]);
await Deno.remove(directory, { recursive: true });
await stop();
