import { buildSync } from "esbuild";
import { WORKER_TEXT_MARK } from "../../src/pool/wire/worker_text.ts";

/*
 * Writes src/pool/worker_source.ts, the text that workers are started from; with `--print` it shows what it would
 * write. A worker file inside a package does not survive all registries and bundlers, and a text does.
 */

const ROOT = new URL("../../", import.meta.url);
const TARGET = new URL("src/pool/worker_source.ts", ROOT);

/** Where a runtime shows a line of the text, it shows no more than this. */
const MAX_LINE = 120;

/** The text of a worker: its entry and all it imports, as small as it gets, in a scope of its own. */
function buildWorkerText(): string {
  const { outputFiles: [script] } = buildSync({
    absWorkingDir: Deno.realPathSync(ROOT),
    entryPoints: ["src/pool/worker/worker_entry.ts"],
    inject: ["tools/worker_text/kept_globals.js"],
    bundle: true,
    minify: true,
    format: "iife",
    target: "esnext",
    charset: "utf8",
    lineLimit: MAX_LINE,
    write: false,
    // The text is a script, which is not strict by itself as its modules are; no configuration of others is looked for.
    tsconfigRaw: { compilerOptions: { alwaysStrict: true } },
  });
  return `${WORKER_TEXT_MARK}${script!.text.trimEnd()}\n//# sourceURL=opero:worker`;
}

/** The text of src/pool/worker_source.ts as it should be. */
function buildWorkerSource(): string {
  return "// Written by `deno task build:worker` from worker_entry.ts and what it imports.\n\n" +
    "/** The script that workers are started from. */\n// deno-fmt-ignore\n" +
    `export const WORKER_SOURCE: string =\n  ${JSON.stringify(buildWorkerText())};\n`;
}

if (Deno.args.includes("--print")) console.log(buildWorkerSource().trimEnd());
else Deno.writeTextFileSync(TARGET, buildWorkerSource());
