import { build, type BuildOptions, type Metafile, type Plugin } from "esbuild";
import { join, relative } from "node:path";

/**
 * The bundles of what is loaded with an entry point, each without what the one before it has: first that of the smallest.
 * A bundler that splits makes some fifteen files of these, one for each set of others that share it, and Node takes a
 * third of the whole time of an import to find and read them.
 */
const SHARED: readonly (readonly [file: string, entry: string])[] = [["base.js", "light.js"], ["core.js", "mod.js"]];

const OPTIONS = {
  bundle: true,
  format: "esm",
  platform: "neutral",
  target: "es2024",
  charset: "utf8",
  logLevel: "warning",
} as const satisfies BuildOptions;

/** A module, by its path in the package. */
type Module = Metafile["inputs"][string];

/** What the package is made of. */
interface Graph {
  readonly modules: Readonly<Record<string, Module>>;
  /** What is loaded when it is first used. */
  readonly late: readonly string[];
}

/** A bundle that others import from. */
interface Shared {
  readonly file: string;
  /** What it holds. */
  readonly holds: ReadonlySet<string>;
  /** What it exports of those, and under which names. */
  readonly names: ReadonlyMap<string, readonly string[]>;
}

/**
 * Writes one bundle for each entry point, those that they share, and one for each module that is loaded when it is first
 * used. Lines and names stay as they were, as they are what a stack shows.
 *
 * @param directory The package.
 * @param entries Its entry points.
 * @param outdir Where the bundles go, within the package.
 */
export async function writeBundles(directory: string, entries: readonly string[], outdir: string): Promise<void> {
  const options = { ...OPTIONS, absWorkingDir: directory };
  const graph = await readGraph(options, entries);
  const shared: Shared[] = [];
  for (const [file, entry] of SHARED) {
    const bundle = await readShared(options, graph, file, entry, shared);
    const lines = [...bundle.names].map(([path, exports]) => `export { ${exports.join(", ")} } from "./${path}";`);
    const stdin = { contents: lines.join("\n"), resolveDir: directory };
    const plugins = [lateModules(), sharedModules(directory, shared, false)];
    await build({ ...options, stdin, outfile: `${outdir}/${file}`, plugins });
    shared.push(bundle);
  }
  const entryPoints = [...entries, ...graph.late];
  const plugins = [lateModules(), sharedModules(directory, shared, true)];
  await build({
    ...options,
    entryPoints,
    outdir,
    entryNames: "[name]",
    chunkNames: "[name]-[hash]",
    splitting: true,
    plugins,
  });
}

async function readGraph(options: BuildOptions, entryPoints: readonly string[]): Promise<Graph> {
  const { metafile } = await build({
    ...options,
    entryPoints: [...entryPoints],
    outdir: "out",
    write: false,
    metafile: true,
  });
  const modules = metafile.inputs;
  const late = Object.keys(modules).flatMap((path) => importedBy(modules[path]!, "dynamic-import"));
  return { modules, late: [...new Set(late)] };
}

function importedBy(module: Module, kind: string): string[] {
  return module.imports.filter((each) => each.kind === kind && !each.external).map((each) => each.path);
}

/** The bundle `file` of what `entry` loads, but that itself and what others hold. */
async function readShared(
  options: BuildOptions,
  { modules }: Graph,
  file: string,
  entry: string,
  others: readonly Shared[],
): Promise<Shared> {
  const loaded = new Set(importedBy(modules[entry]!, "import-statement"));
  for (const path of loaded) for (const next of importedBy(modules[path]!, "import-statement")) loaded.add(next);
  const known = new Set(others.flatMap(({ holds }) => [...holds]));
  const holds = loaded.difference(known);
  const outside = Object.keys(modules).filter((path) => !holds.has(path) && !known.has(path));
  return { file, holds, names: await namesUsed(options, modules, outside, holds) };
}

/** What the modules `outside` import of those that a bundle `holds`, and under which names. */
async function namesUsed(
  options: BuildOptions,
  modules: Graph["modules"],
  outside: readonly string[],
  holds: ReadonlySet<string>,
): Promise<Map<string, string[]>> {
  const used = new Set(outside.flatMap((path) => modules[path]!.imports.map((each) => each.path)));
  const entryPoints = [...used].filter((path) => holds.has(path));
  const { metafile } = await build({
    ...options,
    bundle: false,
    entryPoints,
    outdir: "out",
    write: false,
    metafile: true,
  });
  const outputs = Object.values(metafile.outputs);
  return new Map(
    outputs.map(({ entryPoint, exports }, i) => [entryPoint!, exports.map((name) => `${name} as _${i}_${name}`)]),
  );
}

/** What is loaded late stands beside the bundles, under its own name. */
function lateModules(): Plugin {
  return {
    name: "late-modules",
    setup: ({ onResolve }) =>
      onResolve(
        { filter: /^\./ },
        ({ path, kind }) =>
          kind === "dynamic-import" ? { path: `./${path.split("/").at(-1)}`, external: true } : undefined,
      ),
  };
}

/** A module that a shared bundle holds is what that exports of it. */
function sharedModules(directory: string, shared: readonly Shared[], isSplit: boolean): Plugin {
  const holderOf = (path: string) => shared.find(({ holds }) => holds.has(path));
  const textOf = (path: string) => {
    const { file, names } = holderOf(path)!;
    const swapped = names.get(path)!.map((pair) => pair.split(" as ").toReversed().join(" as "));
    return `export { ${swapped.join(", ")} } from "./${file}";`;
  };
  return {
    name: "shared-modules",
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: /^\./, namespace: "shared" }, ({ path }) => ({ path, external: true }));
      onResolve({ filter: /^\./, namespace: "file" }, ({ path, kind, resolveDir, importer }) => {
        if (kind !== "import-statement") return undefined;
        const found = pathWithin(directory, join(resolveDir, path));
        // One for each importer of a bundle that is split: what they share would become a file of its own.
        return holderOf(found) === undefined
          ? undefined
          : { path: found, namespace: "shared", suffix: isSplit ? `?${pathWithin(directory, importer)}` : "" };
      });
      onLoad({ filter: /./, namespace: "shared" }, ({ path }) => ({ contents: textOf(path), loader: "js" }));
    },
  };
}

function pathWithin(directory: string, path: string): string {
  return relative(directory, path).replaceAll("\\", "/");
}
