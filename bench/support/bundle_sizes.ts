/**
 * What a bundler makes of imports of this library: `deno run -A bench/support/bundle_sizes.ts` prints a line of JSON for
 * each. What counts is the code that is loaded with the import itself, each file of it gzipped, not what an `import()`
 * loads later. `--write` writes the table of docs/doors.md.
 */
import { type Plugin, stop } from "npm:esbuild@0.28.2";
import { fileURLToPath } from "node:url";
import { markdownTable, replaceBlock } from "./markdown.ts";
import { type BundleSize, splitBundleSize } from "./split_bundle.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

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

const POLICIES = ["argFallback", "cache", "circuitBreaker", "concurrency", "hedge", "rateLimit", "retryBudget"];

/** What is measured: names, by the entry points that they are imported from. */
const IMPORTS: readonly Readonly<Record<string, string>>[] = [
  { "@opero/core": "opero" },
  { "@opero/core": "opero, opmap" },
  { "@opero/core": "createOpero" },
  { "@opero/core": "AllFailedError" },
  { "@opero/core": "*" },
  { "@opero/core/light": "opero" },
  { "@opero/core/light": "opero, opmap" },
  { "@opero/core/light": "createOpero" },
  { "@opero/core/light": "AllFailedError" },
  ...POLICIES.map((policy) => ({ "@opero/core/light": "createOpero", "@opero/core/policies": policy })),
];

const FILES: Readonly<Record<string, string>> = {
  "@opero/core": "./mod.ts",
  "@opero/core/light": "./light.ts",
  "@opero/core/policies": "./policies.ts",
};

const DOCUMENT = new URL("../../docs/doors.md", import.meta.url);

/** The size of an import, by what a user writes. */
interface ImportSize extends BundleSize {
  readonly name: string;
}

async function measure(names: Readonly<Record<string, string>>): Promise<ImportSize> {
  const lists = Object.entries(names).map(([entry, each]) => [entry, each === "*" ? each : `{ ${each} }`] as const);
  const code = lists.map(([entry, list]) => `export ${list} from "${FILES[entry]}";`).join("\n");
  const size = await splitBundleSize({ directory: ROOT, code, plugins: [withoutSideEffects] });
  return { name: lists.map(([entry, list]) => `import ${list} from "${entry}"`).join("; "), ...size };
}

/** The table of the document. */
function tableOf(sizes: readonly ImportSize[]): string {
  const kilobytes = (bytes: number) => `${(bytes / 1_024).toFixed(1)} KB`;
  const lines = sizes.map(({ name, bytes, gzipped }) => [`\`${name}\``, kilobytes(bytes), kilobytes(gzipped)]);
  return markdownTable(["import", "minified", "gzipped"], lines);
}

const sizes: ImportSize[] = [];
for (const names of IMPORTS) sizes.push(await measure(names));
for (const size of sizes) console.log(JSON.stringify(size));
if (Deno.args.includes("--write")) {
  await Deno.writeTextFile(DOCUMENT, replaceBlock(await Deno.readTextFile(DOCUMENT), "sizes", tableOf(sizes)));
}
await stop();
