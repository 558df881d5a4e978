/** The projects below `examples/testing`, each with its test runner, and the packed package as users get it. */
import { assertStringIncludes } from "@std/assert";
import config from "../../../deno.json" with { type: "json" };
import { findTool, mustEnd, PackedProjects } from "../packed_project.ts";

/** What the summary of each runner says of the tests that passed. */
const PASSED = { vitest: "5 passed (5)", jest: "5 passed, 5 total", node_test: "pass 6" } as const;

const npm = await findTool("npm");
const projects = new PackedProjects();

Deno.test.afterAll(() => projects.remove());

for (const [name, passed] of Object.entries(PASSED)) {
  Deno.test({
    name: `examples/testing/${name} passes with the packed package`,
    ignore: npm === undefined,
    fn: async () => {
      const { code, stdout, stderr } = await npm!(await projects.example(`testing/${name}`), "test");
      // Jest sums up on stderr.
      const output = `${stdout}\n${stderr}`;
      assertStringIncludes(output, passed);
      if (code !== 0) throw new Error(output);
    },
  });
}

Deno.test({
  name: "examples/testing/deno passes with the packed package",
  ignore: npm === undefined,
  fn: async () => {
    const assertion = config.imports["@std/assert"];
    const project = await projects.example("testing/deno", [assertion.match(/npm:([^/]+)/)![1]!]);
    const time = new URL("../fake_time.ts", import.meta.url).href;
    // In place of what is on JSR, which cannot be had everywhere.
    const imports = { "@std/assert": assertion, "@std/testing/time": time };
    await Deno.writeTextFile(`${project}/deno.json`, JSON.stringify({ imports, nodeModulesDir: "manual" }));
    const command = new Deno.Command(Deno.execPath(), { args: ["test", "--no-lock", "--no-check"], cwd: project });
    const { code, stdout, stderr } = await command.output();
    const text = new TextDecoder();
    const ended = { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
    assertStringIncludes(await mustEnd(Promise.resolve(ended)), "5 passed");
  },
});
