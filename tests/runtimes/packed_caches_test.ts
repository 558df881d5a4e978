import { assert, assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { hasRedisServer, RedisServer } from "../support/redis_server.ts";
import { isObtainable, makePackedProject, mustEnd, runTool, type Tool } from "./packed_project.ts";

/** What a user of the redis cache installs, in the version that the other tests run with. */
const REDIS = config.imports.redis.replace("npm:", "");

/** Runs a file of this folder, which prints the results of tests, in a project with the packed package. */
async function runPacked(t: Deno.TestContext, tool: Tool, file: string, args: string[], packages: string[]) {
  const project = await makePackedProject([new URL(`./${file}`, import.meta.url)], packages);
  const stdout = await mustEnd(runTool(project, tool, file, ...args));
  await Deno.remove(project, { recursive: true });
  const results: { name: string; failure?: string }[] = stdout.trim().split("\n").map((line) => JSON.parse(line));
  for (const { name, failure } of results) await t.step(name, () => assertEquals(failure, undefined));
  return results.length;
}

for (const [tool, name] of [["node", "Node 24"], ["bun", "Bun"]] as const) {
  const canRun = await isObtainable(tool);
  Deno.test({
    name: `${name} passes the conformance suite over the caches of the packed package`,
    ignore: !canRun,
    fn: async (t) => assert(await runPacked(t, tool, "run_cache_cases.ts", [], []) > 140),
  });

  Deno.test({
    name: `${name} passes the conformance suite over the redis cache of the packed package (needs redis-server)`,
    ignore: !canRun || !hasRedisServer,
    fn: async (t) => {
      await using server = await RedisServer.start();
      assert(await runPacked(t, tool, "run_redis_cases.ts", [server.url], [REDIS]) > 50);
    },
  });
}
