import { build, type BuildOptions, type Metafile, type Plugin } from "esbuild";
import { join, relative } from "node:path";

/**
 * The bundle of all that is loaded with the main entry point. A bundler that splits makes some fifteen files of it, one for
 * each set of others that share it, and Node takes a third of the whole time of an import to find and read these.
 */
const CORE = "core.js";

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
  /** What the main entry point loads, but that itself. */
  readonly core: ReadonlySet<string>;
  /** What is loaded when it is first used. */
  readonly late: readonly string[];
}

/**
 * Writes one bundle for each entry point, one for what the first of them loads, and one for each module that is loaded
 * when it is first used. Lines and names stay as they were, as they are what a stack shows.
 *
 * @param directory The package.
 * @param entries Its entry points, the main one first.
 * @param outdir Where the bundles go, within the package.
 */
export async function writeBundles(directory: string, entries: readonly string[], outdir: string): Promise<void> {
  const options = { ...OPTIONS, absWorkingDir: directory };
  const graph = await readGraph(options, entries);
  const names = await namesFromCore(options, graph);
  const contents = [...names].map(([path, exports]) => `export { ${exports.join(", ")} } from "./${path}";`).join("\n");
  const stdin = { contents, resolveDir: directory };
  await build({ ...options, stdin, outfile: `${outdir}/${CORE}`, plugins: [lateModules()] });
  const entryPoints = [...entries, ...graph.late];
  const plugins = [lateModules(), coreModules(directory, graph, names)];
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
  const imported = (path: string, kind: string) =>
    modules[path]!.imports.filter((each) => each.kind === kind && !each.external).map((each) => each.path);
  const main = entryPoints[0]!.replace("./", "");
  const core = new Set(imported(main, "import-statement"));
  for (const path of core) for (const next of imported(path, "import-statement")) core.add(next);
  const late = Object.keys(modules).flatMap((path) => imported(path, "dynamic-import"));
  return { modules, core, late: [...new Set(late)] };
}

/** What modules outside of the core import from it, by the modules they import it from, and under which names. */
async function namesFromCore(options: BuildOptions, { modules, core }: Graph): Promise<Map<string, string[]>> {
  const outside = Object.keys(modules).filter((path) => !core.has(path));
  const used = new Set(outside.flatMap((path) => modules[path]!.imports.map((each) => each.path)));
  const entryPoints = [...used].filter((path) => core.has(path));
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

/** A module of the core is what the core exports of it. */
function coreModules(directory: string, { core }: Graph, names: ReadonlyMap<string, readonly string[]>): Plugin {
  const textOf = (path: string) => {
    const swapped = names.get(path)!.map((pair) => pair.split(" as ").toReversed().join(" as "));
    return `export { ${swapped.join(", ")} } from "./${CORE}";`;
  };
  return {
    name: "core-modules",
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: /^\./, namespace: "core" }, ({ path }) => ({ path, external: true }));
      onResolve({ filter: /^\./, namespace: "file" }, ({ path, kind, resolveDir, importer }) => {
        if (kind !== "import-statement") return undefined;
        const found = pathWithin(directory, join(resolveDir, path));
        // One for each who asks: what they share would become a file of its own.
        return core.has(found)
          ? { path: found, namespace: "core", suffix: `?${pathWithin(directory, importer)}` }
          : undefined;
      });
      onLoad({ filter: /./, namespace: "core" }, ({ path }) => ({ contents: textOf(path), loader: "js" }));
    },
  };
}

function pathWithin(directory: string, path: string): string {
  return relative(directory, path).replaceAll("\\", "/");
}
