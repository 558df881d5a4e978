/** What the tests of the packed package run on one runtime: each file registers a part of them, on those that it is about. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { hasNatsServer, NatsServer } from "../support/nats_server.ts";
import { hasRedisServer, RedisServer } from "../support/redis_server.ts";
import { findTool, mustEnd, PackedProjects, type Tool } from "./packed_project.ts";
import { PORTABLE_CASES } from "./portable_cases.ts";

/** What runs in a project with the packed package. */
export const FILES: readonly string[] = [
  "./portable_cases.ts",
  "./run_cases.ts",
  "./run_cache_cases.ts",
  "./run_command_endings.ts",
  "./type_consumer.ts",
  "../support/faulty_item.ts",
  "../support/run_pool_faults.ts",
  "../../examples/quickstart.ts",
];

/** What a user of the redis cache installs, in the version that the other tests run with. */
const REDIS = config.imports.redis.replace("npm:", "");

/** What a user of the engine over NATS installs. */
const NATS = [config.imports["@nats-io/transport-node"], config.imports["@nats-io/jetstream"]].map((specifier) =>
  specifier.replace("npm:", "")
);

/** The projects of one file of tests. */
export const projects: PackedProjects = new PackedProjects();

type Run = (tool: Tool, t: Deno.TestContext) => Promise<void>;

/** A test that needs this tool. */
export function test(name: string, tool: Tool | undefined, run: Run, isPossible = true): void {
  Deno.test({ name, ignore: tool === undefined || !isPossible, fn: (t) => run(tool!, t) });
}

interface CaseResult {
  readonly name: string;
  readonly failure?: string;
}

/** Runs a file that prints the results of tests, and has a step for each. */
async function runCases(t: Deno.TestContext, ended: ReturnType<Tool>): Promise<CaseResult[]> {
  const results: CaseResult[] = (await mustEnd(ended)).trim().split("\n").map((line) => JSON.parse(line));
  for (const { name, failure } of results) await t.step(name, () => assertEquals(failure, undefined));
  return results;
}

/** A runtime as it is called, and its tool. */
export type Runtime = readonly [name: "node" | "bun", title: string];

/** What a user does first: the portable cases, the bundle, the quickstart, the command. */
export async function testFirstSteps([name, runtime]: Runtime): Promise<void> {
  const tool = await findTool(name);

  test(`${runtime} runs the portable cases from the packed package`, tool, async (tool, t) => {
    const results = await runCases(t, tool(await projects.directory(FILES), "run_cases.ts"));
    assertEquals(results.map(({ name }) => name), PORTABLE_CASES.map(({ name }) => name));
  });

  test(
    `${runtime} loads the bundle of the packed package, in which a stack names functions and lines`,
    tool,
    async (tool) => {
      const project = await projects.directory(FILES);
      const code = `import { opero } from "@opero/core";
console.log(import.meta.resolve("@opero/core"));
try {
  opero(() => {}, { retries: -1 });
} catch (error) {
  console.log(error.stack);
}`;
      await Deno.writeTextFile(`${project}/stack.mjs`, code);
      const [path, ...stack] = (await mustEnd(tool(project, "stack.mjs"))).trim().split("\n");
      assert(path!.endsWith("/node_modules/@opero/core/bundle/mod.js"), path);
      assertMatch(stack.join("\n"), /validateOptions.*\.js:\d{2,}:\d{1,3}\)?$/m);
    },
  );

  test(`${runtime} runs the quickstart from the packed package`, tool, async (tool) => {
    const stdout = await mustEnd(tool(await projects.directory(FILES), "quickstart.ts"));
    assertEquals(stdout.match(/attempts: \d/g), ["attempts: 4", "attempts: 0"]);
  });

  test(`${runtime} runs the command opero from the packed package`, tool, async (tool) => {
    const project = await projects.directory(FILES);
    await Deno.writeTextFile(`${project}/double.ts`, "export default (n: number) => 2 * n;");
    await Deno.writeTextFile(`${project}/in.jsonl`, "1\n2\n3\n");
    const program = "node_modules/.bin/opero";
    const map = [program, "map", "double.ts", "--items", "in.jsonl", "--journal", "run.jsonl", "--mode", "process"];
    assertEquals(await mustEnd(tool(project, ...map)), "2\n4\n6\n");
    assertMatch(await mustEnd(tool(project, program, "journal", "run.jsonl")), /^3 items: 3 ok, 0 failed$/m);
    const { code, stderr } = await tool(project, program, "map");
    assertEquals([code, stderr], [255, "opero map: name the module to map, as in opero map enrich.ts\n"]);
    await Deno.remove(`${project}/run.jsonl`);
  });
}

/** What holds in the long run: pools with faults, signals, and the conformance suites of caches and engines. */
export async function testThePromises([name, runtime]: Runtime): Promise<void> {
  const tool = await findTool(name);

  test(
    `${runtime} runs pools from the packed package that lose nothing but the faulty items`,
    tool,
    async (tool) => {
      const stdout = await mustEnd(tool(await projects.directory(FILES), "run_pool_faults.ts"));
      const reports = stdout.trim().split("\n").map((line) => JSON.parse(line));
      assertEquals(reports, [{ mode: "process", wrong: [] }, { mode: "async_process", wrong: [] }]);
    },
  );

  test(`${runtime} ends the command of the packed package as signals and readers ask`, tool, async (tool) => {
    const ended = JSON.parse(await mustEnd(tool(await projects.directory(FILES), "run_command_endings.ts")));
    assertEquals(ended, { once: [130, true], twice: [143, 4], gone: [141, ""] });
  });

  test(`${runtime} passes the conformance suite over the caches of the packed package`, tool, async (tool, t) => {
    const results = await runCases(t, tool(await projects.directory(FILES), "run_cache_cases.ts"));
    assert(results.length > 140);
  });

  const redisName = `${runtime} passes the conformance suite over the redis cache of the packed package`;
  test(`${redisName} (needs redis-server)`, tool, async (tool, t) => {
    await using server = await RedisServer.start();
    const project = await projects.directory(["./run_redis_cases.ts"], [REDIS]);
    const results = await runCases(t, tool(project, "run_redis_cases.ts", server.url));
    assert(results.length > 50);
  }, hasRedisServer);

  const brokers = [
    ["nats-server", hasNatsServer, () => NatsServer.start()],
    ["redis-server", hasRedisServer, () => RedisServer.start()],
  ] as const;
  for (const [needed, isThere, start] of brokers) {
    const engineName = `${runtime} passes the conformance suite over the engines of the packed package`;
    test(`${engineName} (needs ${needed})`, tool, async (tool, t) => {
      await using server = await start();
      const results = await runCases(t, tool(await engineProject(), "run_engine_cases.ts", server.url));
      assert(results.length > 15);
    }, isThere);

    const workerName = `${runtime} serves callers by the command opero worker of the packed package`;
    test(`${workerName} (needs ${needed})`, tool, async (tool) => {
      await using server = await start();
      const line = await mustEnd(tool(await engineProject(), "run_worker_command.ts", server.url));
      const { told, ...ended } = JSON.parse(line);
      assertEquals(ended, { call: [0, "200"], map: [0, 200], worker: [0, true] }, told);
    }, isThere);
  }
}

/** A project of a user of the engines. */
function engineProject(): Promise<string> {
  return projects.directory(["./run_engine_cases.ts", "./run_worker_command.ts"], [REDIS, ...NATS]);
}
