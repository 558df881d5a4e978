import { parseArgs } from "node:util";
import { BUNDLES, npmManifest, PROGRAM } from "./npm_manifest.ts";
import { programText } from "./program_text.ts";
import { writeBundles } from "./write_bundles.ts";

/*
 * Packs the package for npm: `deno task pack -o package.tgz`. To what `deno pack` makes, modules with their types, it
 * adds one bundle an entry point, as Node takes some 100 ms to find and read the modules one by one, and the fields of
 * package.json that `deno pack` does not know.
 */

const ROOT = new URL("../../", import.meta.url);
const TARBALL = "package.tgz";

/** Runs a program to its end in `cwd`. */
async function run(cwd: string | URL, program: string, ...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args: [...args], cwd }).output();
  if (!success) throw new Error(`${program} ${args.join(" ")} failed:\n${new TextDecoder().decode(stderr)}`);
}

/** Packs into `target`. */
async function pack(target: string, packOptions: readonly string[], repository: string | undefined): Promise<void> {
  const parent = await Deno.realPath(await Deno.makeTempDir({ prefix: "opero-pack-" }));
  try {
    await run(ROOT, Deno.execPath(), "pack", "--no-source-maps", ...packOptions, "-o", `${parent}/${TARBALL}`);
    // Named without a directory, as some `tar` takes what stands before a colon for a host.
    await run(parent, "tar", "-xzf", TARBALL);
    const directory = `${parent}/package`;
    const path = `${directory}/package.json`;
    const manifest = npmManifest(JSON.parse(await Deno.readTextFile(path)), repository);
    await Deno.writeTextFile(path, `${JSON.stringify(manifest, undefined, 2)}\n`);
    await writeBundles(directory, Object.values(manifest.exports).map(({ module }) => module), BUNDLES);
    await Deno.writeTextFile(`${directory}/${PROGRAM}`, programText(`./${BUNDLES}/cli.js`));
    await Deno.chmod(`${directory}/${PROGRAM}`, 0o755);
    await run(parent, "tar", "-czf", TARBALL, "package");
    await Deno.copyFile(`${parent}/${TARBALL}`, target);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

const { values } = parseArgs({
  options: {
    output: { type: "string", short: "o", default: TARBALL },
    repository: { type: "string" },
    "allow-dirty": { type: "boolean", default: false },
  },
});
await pack(values.output, values["allow-dirty"] ? ["--allow-dirty"] : [], values.repository);
Deno.exit();
