import { assert, assertEquals } from "@std/assert";
import { isObtainable, makePackedProject, mustEnd, runTool } from "./packed_project.ts";

for (const [tool, name] of [["node", "Node 24"], ["bun", "Bun"]] as const) {
  const ignore = !await isObtainable(tool);
  Deno.test({
    name: `${name} passes the conformance suite over the caches of the packed package`,
    ignore,
    fn: async (t) => {
      const project = await makePackedProject([new URL("./run_cache_cases.ts", import.meta.url)]);
      const stdout = await mustEnd(runTool(project, tool, "run_cache_cases.ts"));
      await Deno.remove(project, { recursive: true });
      const results: { name: string; failure?: string }[] = stdout.trim().split("\n").map((line) => JSON.parse(line));
      assert(results.length > 140);
      for (const { name, failure } of results) await t.step(name, () => assertEquals(failure, undefined));
    },
  });
}
