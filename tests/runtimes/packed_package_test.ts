import { assertEquals } from "@std/assert";
import { isObtainable, makePackedProject, mustEnd, runTool, type Tool } from "./packed_project.ts";
import { PORTABLE_CASES } from "./portable_cases.ts";

const FILES = [
  "./portable_cases.ts",
  "./run_cases.ts",
  "./type_consumer.ts",
  "../support/faulty_item.ts",
  "../support/run_pool_faults.ts",
  "../../examples/quickstart.ts",
];

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

/** The project is made once, by the first test that needs it. */
let project: Promise<string> | undefined;

Deno.test.afterAll(async () => {
  if (project !== undefined) await Deno.remove(await project, { recursive: true });
});

async function testPacked(tool: Tool, name: string, run: (project: string, t: Deno.TestContext) => Promise<void>) {
  const ignore = !await isObtainable(tool);
  Deno.test({ name, ignore, fn: async (t) => run(await (project ??= makeProject()), t) });
}

function makeProject(): Promise<string> {
  return makePackedProject(FILES.map((file) => new URL(file, import.meta.url)));
}

for (const [tool, name] of [["node", "Node 24"], ["bun", "Bun"]] as const) {
  await testPacked(tool, `${name} runs the portable cases from the packed package`, async (project, t) => {
    const stdout = await mustEnd(runTool(project, tool, "run_cases.ts"));
    const results: { name: string; failure?: string }[] = stdout.trim().split("\n").map((line) => JSON.parse(line));
    assertEquals(results.map(({ name }) => name), PORTABLE_CASES.map(({ name }) => name));
    for (const { name, failure } of results) await t.step(name, () => assertEquals(failure, undefined));
  });

  await testPacked(
    tool,
    `${name} runs pools from the packed package that lose nothing but the faulty items`,
    async (project) => {
      const stdout = await mustEnd(runTool(project, tool, "run_pool_faults.ts"));
      const reports = stdout.trim().split("\n").map((line) => JSON.parse(line));
      assertEquals(reports, [{ mode: "process", wrong: [] }, { mode: "async_process", wrong: [] }]);
    },
  );

  await testPacked(tool, `${name} runs the quickstart from the packed package`, async (project) => {
    const stdout = await mustEnd(runTool(project, tool, "quickstart.ts"));
    assertEquals(stdout.match(/attempts: \d/g), ["attempts: 4", "attempts: 0"]);
  });
}

await testPacked("tsc", "tsc finds the types of the packed package as they were written", async (project) => {
  await Deno.writeTextFile(`${project}/tsconfig.json`, JSON.stringify(TYPE_CONFIG));
  assertEquals(await mustEnd(runTool(project, "tsc")), "");
});
