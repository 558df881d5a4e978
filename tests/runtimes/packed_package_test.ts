import { assert, assertEquals, assertMatch } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { hasNatsServer, NatsServer } from "../support/nats_server.ts";
import { hasRedisServer, RedisServer } from "../support/redis_server.ts";
import { findTool, mustEnd, PackedProjects, type Tool } from "./packed_project.ts";
import { PORTABLE_CASES } from "./portable_cases.ts";

const FILES = [
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

const projects = new PackedProjects();

Deno.test.afterAll(() => projects.remove());

/** The `package.json` of the packed package. */
async function readManifest(project: string) {
  return JSON.parse(await Deno.readTextFile(`${project}/node_modules/@opero/core/package.json`));
}

type Run = (tool: Tool, t: Deno.TestContext) => Promise<void>;

function test(name: string, tool: Tool | undefined, run: Run, isPossible = true): void {
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

for (const [name, runtime] of [["node", "Node 24"], ["bun", "Bun"]] as const) {
  const tool = await findTool(name);

  test(`${runtime} runs the portable cases from the packed package`, tool, async (tool, t) => {
    const results = await runCases(t, tool(await projects.directory(FILES), "run_cases.ts"));
    assertEquals(results.map(({ name }) => name), PORTABLE_CASES.map(({ name }) => name));
  });

  test(
    `${runtime} runs pools from the packed package that lose nothing but the faulty items`,
    tool,
    async (tool) => {
      const stdout = await mustEnd(tool(await projects.directory(FILES), "run_pool_faults.ts"));
      const reports = stdout.trim().split("\n").map((line) => JSON.parse(line));
      assertEquals(reports, [{ mode: "process", wrong: [] }, { mode: "async_process", wrong: [] }]);
    },
  );

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

  const engineName = `${runtime} passes the conformance suite over the engines of the packed package`;
  test(`${engineName} (needs nats-server)`, tool, async (tool, t) => {
    await using server = await NatsServer.start();
    const project = await projects.directory(["./run_engine_cases.ts"], [REDIS, ...NATS]);
    const results = await runCases(t, tool(project, "run_engine_cases.ts", server.url));
    assert(results.length > 15);
  }, hasNatsServer);
  test(`${engineName} (needs redis-server)`, tool, async (tool, t) => {
    await using server = await RedisServer.start();
    const project = await projects.directory(["./run_engine_cases.ts"], [REDIS, ...NATS]);
    const results = await runCases(t, tool(project, "run_engine_cases.ts", server.url));
    assert(results.length > 15);
  }, hasRedisServer);
}

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
