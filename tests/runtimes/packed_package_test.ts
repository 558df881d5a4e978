import { assert, assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { findTool, mustEnd } from "./packed_project.ts";
import { FILES, projects, test, testFirstSteps } from "./packed_runs.ts";

/** As strict as a user can be, and with what the declarations of the package say checked too. */
const TYPE_CONFIG = {
  compilerOptions: {
    noEmit: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    module: "nodenext",
    target: "esnext",
    lib: ["esnext", "dom", "dom.iterable"],
    types: [],
  },
  files: ["type_consumer.ts"],
};

Deno.test.afterAll(() => projects.remove());

/** The `package.json` of the packed package. */
async function readManifest(project: string) {
  return JSON.parse(await Deno.readTextFile(`${project}/node_modules/@opero/core/package.json`));
}

await testFirstSteps(["node", "Node 24"]);

const tsc = await findTool("tsc");

test(
  "package.json says what a registry shows, what runs the package, and that modules can be left out",
  tsc,
  async () => {
    const { description, keywords, exports: _, ...fields } = await readManifest(await projects.directory(FILES));
    assert(description.length > 50 && keywords.length > 5);
    assertEquals(fields, {
      name: config.name,
      version: config.version,
      type: "module",
      license: "MIT",
      bin: { opero: "./opero.js" },
      main: "./bundle/mod.js",
      types: "./mod.d.ts",
      repository: { type: "git", url: "git+https://example.com/opero/core.git" },
      engines: { node: ">=22.13", bun: ">=1.3", deno: ">=2.5" },
      sideEffects: ["./redis.js", "./bundle/redis.js"],
    });
  },
);

test("every entry point of the packed package has types, modules, and a bundle of the same exports", tsc, async () => {
  const project = await projects.directory(FILES);
  const { exports } = await readManifest(project);
  assertEquals(Object.keys(exports), Object.keys(config.exports));
  for (const { types, module, default: bundle } of Object.values<Record<string, string>>(exports)) {
    const find = (path: string) => new URL(path, `file://${project}/node_modules/@opero/core/`).href;
    assert(Deno.statSync(new URL(find(types!))).size > 0);
    const [modules, bundled] = await Promise.all([import(find(module!)), import(find(bundle!))]);
    assertEquals(Object.keys(bundled), Object.keys(modules));
  }
});

test(
  "the main bundle of the packed package is three files, the light one two, with what is loaded late beside them",
  tsc,
  async () => {
    const directory = `${await projects.directory(FILES)}/node_modules/@opero/core/bundle`;
    const importsOf = async (name: string) => {
      const code = await Deno.readTextFile(`${directory}/${name}`);
      const found = [...code.matchAll(/^(?:import|\}) ?.*from "(.+)";$|\bimport\("(\.[^"]+)"\)/gm)];
      return [...new Set(found.map(([, fixed, late]) => fixed ?? `late ${late}`))].sort();
    };
    assertEquals(await importsOf("mod.js"), ["./base.js", "./core.js"]);
    assertEquals([await importsOf("light.js"), await importsOf("base.js")], [["./base.js"], []]);
    const late = [
      "cluster_pool",
      "keyv_store",
      "open_disk_store",
      "open_kv_limits",
      "open_kv_store",
      "open_sqlite_limits",
      "open_sqlite_store",
      "open_tracking",
      "process_lock",
      "sha256_after",
      "shared_limiter",
      "terminal_progress",
      "worker_pool",
    ];
    assertEquals(await importsOf("core.js"), ["./base.js", ...late.map((name) => `late ./${name}.js`)]);
    // What another entry point uses as well stands in a file of its own between the two.
    const isBesideBase = async (name: string): Promise<boolean> => {
      const imports = await importsOf(name);
      const shared = imports.filter((each) => each.startsWith("./chunk-"));
      return imports.includes("./base.js") ||
        (await Promise.all(shared.map((each) => isBesideBase(each.slice(2))))).includes(true);
    };
    // These need nothing but themselves.
    const alone = ["process_lock", "sha256_after"];
    for (const name of alone) assertEquals(await importsOf(`${name}.js`), [], name);
    for (const name of late) if (!alone.includes(name)) assert(await isBesideBase(`${name}.js`), name);
  },
);

test("tsc finds the types of the packed package as they were written", tsc, async (tool) => {
  const project = await projects.directory(FILES);
  await Deno.writeTextFile(`${project}/tsconfig.json`, JSON.stringify(TYPE_CONFIG));
  assertEquals(await mustEnd(tool(project)), "");
});

test("npx finds the command of the packed package, and an old Node says which one it needs", tsc, async () => {
  const project = await projects.directory(FILES);
  const text = await Deno.readTextFile(`${project}/node_modules/@opero/core/opero.js`);
  assert(text.startsWith("#!/usr/bin/env node\n"));
  assert(Deno.statSync(`${project}/node_modules/.bin/opero`).mode! & 0o100);
  // What an old Node does with it: another version, as it cannot be had everywhere.
  const old = text.replace("import process from", "const process = ").replace(/const process = .*/, OLD_NODE);
  await Deno.writeTextFile(`${project}/old.mjs`, old);
  const { code, stderr } = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", "old.mjs"], cwd: project })
    .output();
  const told = "opero needs Node 22.13 or later, 22.18 for modules in TypeScript: this is Node 20.19.0\n";
  assertEquals([code, new TextDecoder().decode(stderr)], [255, told]);
});

const OLD_NODE =
  'const process = { versions: { node: "20.19.0" }, set exitCode(code) { globalThis.Deno.exitCode = code; } };';
