/** Bundles that bundlers make of the packed package: without a warning, and each does what it is to do where it runs. */
import { assertEquals } from "@std/assert";
import { type Ended, findTool, mustEnd, PackedProjects, type Tool } from "../packed_project.ts";
import { hasBrowser, openPage } from "./browser_page.ts";

const BUNDLERS = ["rollup@4.68.8", "@rollup/plugin-node-resolve@16.0.3", "vite@8.3.8", "webpack@5.113.0"];

const ENTRY = "bundled_app.js";

const OUTCOMES = ["a at 3", ["AllFailedError", true], [2, 4], [3, 7]];

/**
 * What builds read. For functions that a pool finds by their module, its address has to stay that of the bundle, and what
 * the bundler adds has to run in a worker as well. webpack is called by its API: its command is a package of its own.
 */
const CONFIGS: Readonly<Record<string, string>> = {
  "index.html": `<!doctype html><meta charset="utf-8"><script type="module" src="/${ENTRY}"></script>`,
  "vite.config.js": `export default {
  logLevel: "warn",
  ssr: { noExternal: true },
  build: { modulePreload: { polyfill: false } },
};`,
  "webpack_build.js": `import webpack from "webpack";
const [target, filename] = process.argv.slice(2);
webpack({
  mode: "production",
  target,
  entry: "./${ENTRY}",
  experiments: { outputModule: true },
  module: { parser: { javascript: { importMeta: false } } },
  output: { path: process.cwd() + "/out/webpack_" + target, filename, module: true },
  performance: false,
  optimization: { minimize: false },
}, (error, stats) => {
  const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
  for (const { message } of [...errors, ...warnings]) console.error(message);
  if (error) throw error;
});`,
};

const [node, bun, esbuild] = await Promise.all([findTool("node"), findTool("bun"), findTool("esbuild")]);
const deno: Tool = async (cwd, ...args) => {
  const env = { NO_COLOR: "1" };
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd, env }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
};

const projects = new PackedProjects();

Deno.test.afterAll(() => projects.remove());

async function bundlersProject(): Promise<string> {
  const project = await projects.directory([`./everywhere/${ENTRY}`], BUNDLERS);
  for (const [name, text] of Object.entries(CONFIGS)) await Deno.writeTextFile(`${project}/${name}`, text);
  return project;
}

/** A bundle: who makes it, by which arguments, and the file or the page that it is. */
type Build = readonly [name: string, tool: Tool | undefined, args: readonly string[], made: string];

const ES = [ENTRY, "--bundle", "--minify", "--format=esm", "--log-level=warning"];

const PROGRAMS: readonly Build[] = [
  ["esbuild", esbuild, [...ES, "--platform=node", "--outfile=out/esbuild/app.mjs"], "out/esbuild/app.mjs"],
  [
    "Rollup",
    node,
    ["node_modules/.bin/rollup", "-p", "node-resolve", ENTRY, "-d", "out/rollup", "--silent", "--failAfterWarnings"],
    `out/rollup/${ENTRY}`,
  ],
  ["Vite", node, ["node_modules/.bin/vite", "build", "--ssr", ENTRY, "--outDir", "out/ssr"], `out/ssr/${ENTRY}`],
  ["webpack", node, ["webpack_build.js", "node", "app.mjs"], "out/webpack_node/app.mjs"],
  ["bun build", bun, ["build", ENTRY, "--target=node", "--outdir=out/bun"], `out/bun/${ENTRY}`],
  ["deno bundle", deno, ["bundle", "--no-lock", "--quiet", ENTRY, "-o", "out/deno/app.js"], "out/deno/app.js"],
];

const PAGES: readonly Build[] = [
  ["esbuild", esbuild, [...ES, `--outfile=out/page/${ENTRY}`], "out/page"],
  ["Vite", node, ["node_modules/.bin/vite", "build", "--outDir", "out/vite"], "out/vite"],
  ["webpack", node, ["webpack_build.js", "web", ENTRY], "out/webpack_web"],
];

/** Makes a bundle, and shows all that the bundler had to say against it. */
async function make([, tool, args]: Build): Promise<string> {
  const project = await bundlersProject();
  const ended: Ended = await tool!(project, ...args);
  await mustEnd(Promise.resolve(ended));
  assertEquals(ended.stderr, "");
  return project;
}

async function runs(program: Promise<Ended>): Promise<void> {
  assertEquals(JSON.parse(await mustEnd(program)), OUTCOMES);
}

for (const build of PROGRAMS) {
  const [name, tool, , file] = build;
  Deno.test({
    name: `${name} makes a program without a warning, whose pools find their functions`,
    ignore: tool === undefined || node === undefined,
    fn: async () => await runs(node!(await make(build), file)),
  });
}

const TYPES: Readonly<Record<string, string>> = { html: "text/html", js: "text/javascript" };

for (const build of PAGES) {
  const [name, tool, , directory] = build;
  Deno.test({
    name: `${name} makes a page without a warning, whose pools find their functions (needs chromium)`,
    ignore: tool === undefined || !hasBrowser,
    fn: async () => {
      const project = await make(build);
      // Vite has made the page as well; those of the others load what they have made.
      const page = `${project}/${name === "Vite" ? directory : "."}/index.html`;
      const outcomes = await openPage(async (path) => {
        const file = path === "/" ? page : `${project}/${directory}${path}`;
        const body = await Deno.readFile(file).catch(() => undefined);
        if (body === undefined) return new Response("", { status: 404 });
        return new Response(body, { headers: { "content-type": TYPES[file.split(".").at(-1)!] ?? "text/plain" } });
      });
      assertEquals(outcomes, OUTCOMES);
    },
  });
}

Deno.test({
  name: "bun build --compile makes a program whose pools find their functions",
  ignore: bun === undefined,
  fn: async () => {
    const project = await bundlersProject();
    await mustEnd(bun!(project, "build", "--compile", ENTRY, "--outfile=out/compiled_by_bun"));
    await runs(runFile(`${project}/out/compiled_by_bun`));
  },
});

/** What `deno compile` puts programs into is a download of its own, which cannot be had everywhere. */
async function canCompile(): Promise<boolean> {
  const directory = await Deno.makeTempDir({ prefix: "opero-compile-" });
  await Deno.writeTextFile(`${directory}/empty.js`, "");
  const { code } = await deno(directory, "compile", "--no-lock", "-o", "empty", "empty.js");
  await Deno.remove(directory, { recursive: true });
  return code === 0;
}

Deno.test({
  name: "deno compile makes a program whose pools find their functions (needs the download of denort)",
  ignore: node === undefined || !await canCompile(),
  fn: async () => {
    const project = await bundlersProject();
    const args = ["compile", "-A", "--no-lock", "--node-modules-dir=manual", "-o", "out/compiled_by_deno", ENTRY];
    await mustEnd(deno(project, ...args));
    await runs(runFile(`${project}/out/compiled_by_deno`));
  },
});

async function runFile(path: string): Promise<Ended> {
  const { code, stdout, stderr } = await new Deno.Command(path).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

const REQUIRED = `const { opero, opmap } = require("@opero/core");
const { isMainThread } = require("node:worker_threads");
const { pathToFileURL } = require("node:url");
const options = { mode: "process", workers: 1, progress: false };
const bySource = opmap((n) => 2 * n, options);
const byModule = opmap((n) => 3 * n, { ...options, module: pathToFileURL(__filename).href });
const run = async () => [await opero(() => 1)(), await bySource([1, 2]), await byModule([1, 2])];
if (isMainThread) {
  run().then((outcomes) => console.log(JSON.stringify(outcomes))).finally(() => (bySource.close(), byModule.close()));
}`;

for (const version of ["node@22.13", "node@24.21.0"]) {
  const tool = await findTool("node", version);
  Deno.test({
    name: `${version} runs a CommonJS program that requires the package`,
    ignore: tool === undefined,
    fn: async () => {
      const project = await bundlersProject();
      await Deno.writeTextFile(`${project}/required.cjs`, REQUIRED);
      const { code, stdout, stderr } = await tool!(project, "required.cjs");
      assertEquals([code, stdout, stderr], [0, "[1,[2,4],[3,6]]\n", ""]);
    },
  });
}
