/** The cases for every platform on the oldest runtimes that are promised, on those that most use, and on the newest. */
import { assertEquals, assertMatch } from "@std/assert";
import { findTool, mustEnd, type ToolName } from "../packed_project.ts";
import { type CaseResult, everywhereProject, removeProject, stepThrough } from "./everywhere_project.ts";

const PARTS = ["workers", "files", "blocking", "asyncContext"];

const RUNTIMES: readonly (readonly [tool: ToolName, version: string, parts: readonly string[]])[] = [
  ["node", "node@22.13", [...PARTS, "loops", "sqlite"]],
  ["node", "node@24.21.0", [...PARTS, "loops", "sqlite"]],
  ["node", "node@26", [...PARTS, "loops", "sqlite"]],
  ["bun", "bun@1.3.0", PARTS],
  ["bun", "bun@1.4.5", [...PARTS, "loops", "sqlite"]],
  ["deno", "deno@2.5.0", [...PARTS, "loops", "sqlite", "kv"]],
];

Deno.test.afterAll(removeProject);

for (const [name, version, parts] of RUNTIMES) {
  const tool = await findTool(name, version);
  const run = name === "deno"
    ? ["run", "-A", "--unstable-kv", "--no-check", "--node-modules-dir=manual", "--no-lock"]
    // The oldest Node does not yet take TypeScript by itself.
    : version === "node@22.13"
    ? ["--experimental-strip-types"]
    : [];
  Deno.test({
    name: `${version} runs the cases for every platform from the packed package`,
    ignore: tool === undefined,
    fn: async (t) => {
      const stdout = await mustEnd(tool!(await everywhereProject(), ...run, "run_on_runtime.ts", ...parts));
      const results: CaseResult[] = stdout.trim().split("\n").map((line) => JSON.parse(line));
      await stepThrough(t, results);
    },
  });
}

const TOO_OLD: readonly (readonly [tool: ToolName, version: string])[] = [
  ["node", "node@20"],
  ["bun", "bun@1.2.0"],
  ["deno", "deno@2.4.0"],
];

for (const [name, version] of TOO_OLD) {
  const tool = await findTool(name, version);
  Deno.test({
    name: `${version} is too old, and is told so by one sentence`,
    ignore: tool === undefined,
    fn: async () => {
      const project = await everywhereProject();
      const run = name === "deno" ? ["run", "-A", "--node-modules-dir=manual", "--no-lock"] : [];
      for (const door of ["@opero/core", "@opero/core/light"]) {
        await Deno.writeTextFile(`${project}/old.mjs`, `import { opero } from "${door}"; opero(() => 1);`);
        const { code, stderr } = await tool!(project, ...run, "old.mjs");
        assertEquals(code, 1);
        assertMatch(stderr, /Cannot load @opero\/core as this runtime is too old/);
      }
    },
  });
}
