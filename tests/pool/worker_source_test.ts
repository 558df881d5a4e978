import { assert, assertEquals } from "@std/assert";
import * as acorn from "acorn";
import * as eslintScope from "eslint-scope";
import { WORKER_TEXT_MARK } from "../../src/pool/wire/worker_text.ts";
import { WORKER_SOURCE } from "../../src/pool/worker_source.ts";
import * as keptGlobals from "../../tools/worker_text/kept_globals.js";

const ROOT = new URL("../../", import.meta.url);

/** What `deno task build:worker` would write. The bundler is no part of what the tests load, it has a lock of its own. */
async function built(): Promise<string> {
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--frozen", "--config", "tools/worker_text/deno.json", "tools/worker_text/main.ts", "--print"],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test("WORKER_SOURCE is what the bundler makes of the sources, each time", async () => {
  const text = await Deno.readTextFile(new URL("src/pool/worker_source.ts", ROOT));
  assertEquals(await Promise.all([built(), built()]), [text, text], "run 'deno task build:worker'");
});

Deno.test("WORKER_SOURCE is a strict script with a name, which imports nothing when it starts", () => {
  assertEquals(/^(import|export)\b/m.test(WORKER_SOURCE), false);
  assert(WORKER_SOURCE.startsWith(`${WORKER_TEXT_MARK}"use strict";`));
  assert(WORKER_SOURCE.endsWith("\n//# sourceURL=opero:worker"));
});

Deno.test("WORKER_SOURCE keeps what it began with, and has nothing global of its own", () => {
  const script = acorn.parse(WORKER_SOURCE, { ecmaVersion: "latest", sourceType: "script", ranges: true });
  // deno-lint-ignore no-explicit-any -- the two packages do not know each other's types
  const { globalScope } = eslintScope.analyze(script as any, { ecmaVersion: 2024, sourceType: "script" });
  assertEquals(globalScope?.variables.map(({ name }) => name), []);
  const asked = new Set(globalScope?.through.map(({ identifier }) => (identifier as { name: string }).name));
  assertEquals(Object.keys(keptGlobals).filter((name) => asked.has(name)), []);
  // The text is read as it is written: what it does ask for anew is there.
  assert(asked.has("globalThis") && asked.has("String"));
});
