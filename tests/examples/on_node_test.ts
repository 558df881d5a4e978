import { assertEquals } from "@std/assert";
import config from "../../examples/deno.json" with { type: "json" };
import { findTool, mustEnd, PackedProjects } from "../runtimes/packed_project.ts";
import { exampleUrl, readBlock, readBlocks } from "../support/example_document.ts";
import { ExampleProgram } from "../support/example_program.ts";
import { ExampleService } from "../support/example_service.ts";
import { hasCurl, ServedExample } from "../support/served_example.ts";

const projects = new PackedProjects();
const node = await findTool("node");
const tsc = await findTool("tsc");

Deno.test.afterAll(() => projects.remove());

/** What the README of an example says for Node: the packages to install, and the program to start. */
function readNodeSteps(name: string): { packages: string[]; program: string[] } {
  const lines = readBlocks(name).filter(({ language }) => language === "sh").at(-1)!.lines;
  const packages = lines.filter((line) => line.startsWith("npm install ")).join(" ").split(" ").filter((word) =>
    !/^(?:npm|install|--save-dev|@opero\/core)$/.test(word)
  );
  return { packages, program: lines.find((line) => line.startsWith("node "))!.split(" ") };
}

/** The packages in the versions that the examples are checked with. */
function withVersions(names: readonly string[]): string[] {
  const versions = new Map(Object.entries(config.imports));
  return names.map((name) => versions.get(name)?.replace("npm:", "") ?? name);
}

const SERVERS = ["hono", "express", "fastify", "nestjs"];

/** One project for all of them, as an installation takes the most of the time. */
async function projectOf(name: string): Promise<string> {
  const packages = new Set(
    SERVERS.flatMap((each) => readNodeSteps(each).packages).filter((each) => each !== "typescript"),
  );
  const project = await projects.directory([], withVersions([...packages]));
  const directory = `${project}/${name}`;
  await Deno.mkdir(directory);
  for (const { name: file } of Deno.readDirSync(exampleUrl(name))) {
    await Deno.copyFile(new URL(file, exampleUrl(`${name}/`)), `${directory}/${file}`);
  }
  return directory;
}

/** Where the program is that `npx` has fetched. */
async function pathOfNode(directory: string): Promise<string> {
  return (await mustEnd(node!(directory, "-p", "process.execPath"))).trim();
}

for (const name of SERVERS) {
  Deno.test({
    name: `examples/${name} on Node does what its README shows (needs curl and npm)`,
    ignore: !hasCurl || node === undefined || tsc === undefined,
    fn: async () => {
      const directory = await projectOf(name);
      const { program: [, ...args] } = readNodeSteps(name);
      if (args[0]!.startsWith("dist/")) assertEquals(await mustEnd(tsc!(directory)), "");
      const path = await pathOfNode(directory);
      await using example = await ServedExample.start(
        name,
        (env) => new ExampleProgram([path, ...args], { env, cwd: directory }),
      );
      await example.tryCommands();
      await example.checkRequests();
      await example.stopService();
      await example.tryCommands(1);
    },
  });
}

Deno.test({
  name: "examples/fetch on Node writes what its README shows (needs npm)",
  ignore: node === undefined,
  fn: async () => {
    const directory = await projectOf("fetch");
    await using service = await ExampleService.start("fetch");
    await using program = new ExampleProgram([await pathOfNode(directory), "main.ts"], {
      env: { API_URL: service.url },
      cwd: directory,
    });
    assertEquals(await program.untilEnd(), 0);
    assertEquals(program.lines, readBlock("fetch", "text"));
  },
});
