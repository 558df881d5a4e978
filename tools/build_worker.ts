import { stripTypeScriptTypes } from "node:module";
import { WORKER_TEXT_MARK } from "../src/pool/wire/worker_text.ts";

/*
 * Writes src/pool/worker_source.ts, the text that workers are started from. A worker file inside a
 * package does not survive all registries and bundlers, and a text does.
 */

const ROOT = new URL("../", import.meta.url);
const ENTRY = new URL("src/pool/worker/worker_entry.ts", ROOT);
const TARGET = new URL("src/pool/worker_source.ts", ROOT);

/** What items may put something else in the place of, while the worker goes on with what it began with. */
const KEPT_GLOBALS =
  "const { AbortController, ArrayBuffer, Atomics, Error, Int32Array, Map, Object, Promise, Reflect, Set, " +
  "SharedArrayBuffer, Symbol, Uint8Array, WeakMap, performance, setTimeout, structuredClone } = globalThis;";

const IMPORT = /^import (?:type )?(?:\{[^}]*\} from )?"(\.[^"]+)";\n/gm;

/** The modules that `url` needs at run time, the needed before those who need them. */
function collect(url: URL, seen: Map<string, string>): Map<string, string> {
  if (seen.has(url.href)) return seen;
  const source = Deno.readTextFileSync(url);
  const script = stripTypeScriptTypes(source);
  seen.set(url.href, "");
  for (const [statement, specifier] of source.matchAll(IMPORT)) {
    if (!statement.startsWith("import type ") && !isTypesOnly(statement)) collect(new URL(specifier!, url), seen);
  }
  // Set anew, so that it stands behind what it needs.
  seen.delete(url.href);
  return seen.set(url.href, script);
}

function isTypesOnly(statement: string): boolean {
  const names = /\{([^}]*)\}/.exec(statement)?.[1]?.split(",").map((name) => name.trim()).filter(Boolean) ?? [];
  return names.length > 0 && names.every((name) => name.startsWith("type "));
}

/** Without comments on lines of their own, blank lines and indentation: nobody reads it, and each worker parses it. */
function shrink(script: string): string {
  return script
    .replaceAll(/^import [^;]*;\n?/gm, "")
    .replaceAll(/^\s*\/\*[\s\S]*?\*\/\s*$/gm, "")
    .split("\n")
    .map((line) => line.trim().replace(/^export /, "").replace(/^\/\/.*$/, "").replaceAll(/ {2,}/g, " "))
    .filter((line) => line !== "" && line !== ";")
    .join("\n");
}

/** The text of src/pool/worker_source.ts as it should be. */
export function buildWorkerSource(): string {
  const modules = collect(ENTRY, new Map());
  const script = [...modules.values()].map(shrink).filter((text) => text !== "").join("\n");
  const source =
    `${WORKER_TEXT_MARK}(() => {\n"use strict";\n${KEPT_GLOBALS}\n${script}\n})();\n//# sourceURL=opero:worker`;
  return `// Written by tools/build_worker.ts from worker_entry.ts and what it imports.\n\n` +
    `/** The module that workers are started from. */\n// deno-fmt-ignore\n` +
    `export const WORKER_SOURCE: string =\n  ${JSON.stringify(source)};\n`;
}

if (import.meta.main) Deno.writeTextFileSync(TARGET, buildWorkerSource());
