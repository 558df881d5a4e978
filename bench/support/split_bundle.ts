import { build, type BuildResult, type Metafile, type Plugin } from "npm:esbuild@0.28.2";
import { gzipSync } from "node:zlib";

/** What is loaded with an import. */
export interface BundleSize {
  /** Its size, minified. */
  readonly bytes: number;
  /** Its size gzipped. */
  readonly gzipped: number;
  /** In how many files it comes. */
  readonly files: number;
}

/** What is bundled. */
export interface BundleEntry {
  /** The directory that the entry stands in. */
  readonly directory: string;
  /** A module. */
  readonly code: string;
  readonly plugins?: Plugin[];
}

const ENTRY = "entry.ts";

/**
 * Bundles a module by esbuild, minified and split by what an `import()` loads later.
 *
 * @param entry The module, and where it stands.
 * @returns The size of what is loaded at once.
 */
export async function splitBundleSize({ directory, code, plugins = [] }: BundleEntry): Promise<BundleSize> {
  const result = await build({
    stdin: { contents: code, resolveDir: directory, loader: "ts", sourcefile: ENTRY },
    absWorkingDir: directory,
    outdir: "out",
    entryNames: "entry",
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "es2024",
    plugins,
    metafile: true,
    write: false,
    logLevel: "error",
  });
  return sizeAtOnce(result);
}

function sizeAtOnce({ metafile, outputFiles }: BuildResult<{ metafile: true; write: false }>): BundleSize {
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

/** The files that the entry imports, and those that these import. */
function loadedAtOnce({ outputs }: Metafile): string[] {
  const entry = Object.keys(outputs).find((path) => outputs[path]!.entryPoint === ENTRY)!;
  const paths = new Set([entry]);
  for (const path of paths) {
    for (const { path: imported, kind } of outputs[path]!.imports) {
      if (kind === "import-statement" && outputs[imported] !== undefined) paths.add(imported);
    }
  }
  return [...paths];
}
