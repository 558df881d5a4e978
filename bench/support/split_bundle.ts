import { build, type BuildResult, type Metafile, type Plugin } from "npm:esbuild@0.28.2";
import { isAbsolute, join } from "node:path";
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

const OPTIONS = {
  outdir: "out",
  entryNames: "entry",
  bundle: true,
  minify: true,
  format: "esm",
  platform: "node",
  target: "es2024",
  metafile: true,
  write: false,
  logLevel: "error",
} as const;

/**
 * Bundles a module by esbuild, minified and split by what an `import()` loads later. An `import()` that stands in code
 * that is left out loads nothing: esbuild alone would make a chunk for it, and share with it what else is left out.
 *
 * @param entry The module, and where it stands.
 * @returns The size of what is loaded at once.
 */
export async function splitBundleSize({ directory, code, plugins = [] }: BundleEntry): Promise<BundleSize> {
  const stdin = { contents: code, resolveDir: directory, loader: "ts", sourcefile: ENTRY } as const;
  const options = { ...OPTIONS, absWorkingDir: directory };
  const late = new Set<string>();
  const plain = await build({ ...options, stdin, plugins: [lateExcept(late), ...plugins] });
  let found = importedLate(plain);
  while (found.length > 0) {
    for (const path of found) late.add(path);
    const loaded = await Promise.all(
      found.map((path) => build({ ...options, entryPoints: [path], plugins: [lateExcept(new Set()), ...plugins] })),
    );
    found = [...new Set(loaded.flatMap(importedLate))].filter((path) => !late.has(path));
  }
  return sizeAtOnce(await build({ ...options, stdin, splitting: true, plugins: [lateExcept(late), ...plugins] }));
}

/** Leaves out what is imported late, but for the modules of `late`. */
function lateExcept(late: ReadonlySet<string>): Plugin {
  return {
    name: "late-except",
    setup: ({ onResolve }) =>
      onResolve({ filter: /^\./ }, ({ path, kind, resolveDir }) => {
        if (kind !== "dynamic-import") return undefined;
        const found = join(resolveDir, path);
        return late.has(found) ? undefined : { path: found, external: true };
      }),
  };
}

/** The modules that an `import()` loads which is left in a bundle. */
function importedLate({ metafile }: BuildResult<{ metafile: true; write: false }>): string[] {
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  return imports.filter(({ kind, external, path }) => kind === "dynamic-import" && external && isAbsolute(path))
    .map(({ path }) => path);
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
