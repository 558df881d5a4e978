/**
 * What a bundler makes of imports of this library: `deno run -A bench/support/bundle_sizes.ts` prints a line of JSON for
 * each. What counts is the code that is loaded with the import itself, each file of it gzipped, not what an `import()`
 * loads later.
 */
import { type Plugin, stop } from "npm:esbuild@0.28.2";
import { fileURLToPath } from "node:url";
import { splitBundleSize } from "./split_bundle.ts";

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

for (const name of ["opero", "opmap", "AllFailedError", "createOpero", "*"]) {
  const code = name === "*" ? `export * from "./mod.ts";` : `export { ${name} } from "./mod.ts";`;
  const size = await splitBundleSize({ directory: ROOT, code, plugins: [withoutSideEffects] });
  console.log(JSON.stringify({ name, ...size }));
}
await stop();
