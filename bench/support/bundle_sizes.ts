/**
 * What a bundler makes of imports of this library and of others: `deno run -A bench/support/bundle_sizes.ts`
 * prints a line of JSON for each. Bundled and minified by esbuild with code splitting; what counts is the code that is
 * loaded with the import itself, each file of it gzipped, not what an `import()` loads later.
 */
import { build, type BuildOptions, type BuildResult, type Metafile, type Plugin, stop } from "npm:esbuild@0.28.2";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

/** What is loaded with an import. */
export interface BundleSize {
  /** What is imported, as in `opero`. */
  readonly name: string;
  /** Its size, minified. */
  readonly bytes: number;
  /** Its size gzipped. */
  readonly gzipped: number;
  /** In how many files it comes. */
  readonly files: number;
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const OUT = "/out";

/** The published package says of all of its files that they have no effect but what they export. */
const withoutSideEffects: Plugin = {
  name: "without-side-effects",
  setup(setup) {
    setup.onResolve({ filter: /^\./ }, async ({ path, kind, resolveDir, importer, pluginData }) => {
      if (pluginData === "resolved") return undefined;
      const resolved = await setup.resolve(path, { kind, resolveDir, importer, pluginData: "resolved" });
      return { path: resolved.path, sideEffects: false };
    });
  },
};

/**
 * Bundles `code`, which imports `./mod.ts`.
 *
 * @param name What to call it.
 * @param code A module.
 * @returns The size of what is loaded at once.
 */
export async function bundleSize(name: string, code: string): Promise<BundleSize> {
  return { name, ...sizeAtOnce(await build({ ...optionsFor(code), metafile: true, write: false })) };
}

/**
 * The size of what a bundle loads at once.
 *
 * @param result What esbuild made of `entry.ts`, kept in memory.
 * @returns Its size, and in how many files it comes.
 */
export function sizeAtOnce(
  { metafile, outputFiles }: BuildResult<{ metafile: true; write: false }>,
): Omit<BundleSize, "name"> {
  const names = loadedAtOnce(metafile).map(lastPart);
  const files = outputFiles.filter(({ path }) => names.includes(lastPart(path)));
  const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);
  return {
    bytes: sum(files.map(({ contents }) => contents.length)),
    gzipped: sum(files.map(({ contents }) => gzipSync(contents, { level: 9 }).length)),
    files: files.length,
  };
}

function lastPart(path: string): string {
  return path.split(/[\\/]/).at(-1)!;
}

function optionsFor(code: string) {
  return {
    stdin: { contents: code, resolveDir: ROOT, loader: "ts", sourcefile: "entry.ts" },
    absWorkingDir: ROOT,
    outdir: OUT,
    entryNames: "entry",
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "es2024",
    plugins: [withoutSideEffects],
    logLevel: "error",
  } as const satisfies BuildOptions;
}

/** The files that the entry imports, and those that these import. */
function loadedAtOnce({ outputs }: Metafile): string[] {
  const entry = Object.keys(outputs).find((path) => outputs[path]!.entryPoint === "entry.ts")!;
  const paths = new Set([entry]);
  for (const path of paths) {
    for (const { path: imported, kind } of outputs[path]!.imports) {
      if (kind === "import-statement" && outputs[imported] !== undefined) paths.add(imported);
    }
  }
  return [...paths];
}

if (import.meta.main) {
  for (const names of ["opero", "opmap", "AllFailedError", "createOpero", "*"]) {
    const code = names === "*" ? `export * from "./mod.ts";` : `export { ${names} } from "./mod.ts";`;
    console.log(JSON.stringify(await bundleSize(names, code)));
  }
  await stop();
}
