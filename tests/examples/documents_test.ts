import { assert, assertEquals } from "@std/assert";
import { exampleUrl, readBlocks, readCommands } from "../support/example_document.ts";

/** Folders that are no examples: the data and the service of others, the larger main job, and whole projects. */
const OTHERS = ["data", "demo", "service", "testing"];

const MAX_LINES = 60;

const names = [...Deno.readDirSync(exampleUrl("."))].filter(({ name, isDirectory }) =>
  isDirectory && name !== "node_modules" && !OTHERS.includes(name)
).map(({ name }) => name);

function linesOf(path: string): number {
  return Deno.readTextFileSync(exampleUrl(path)).trimEnd().split("\n").length;
}

Deno.test("every example is listed in examples/README.md, with a README that begins with how it is started", () => {
  const index = Deno.readTextFileSync(exampleUrl("README.md"));
  const listed = [...index.matchAll(/\]\(([a-z_]+)\/README\.md\)/g)].map(([, name]) => name!);
  assert(names.length >= 11);
  assertEquals(listed.toSorted(), names.toSorted());
  for (const name of names) {
    assert(readCommands(name).length > 0, name);
    const shown = readBlocks(name)[1]!.language;
    assert(shown === "console" || shown === "text", `${name} shows first of all what one sees`);
    for (const command of readCommands(name)) {
      Deno.statSync(exampleUrl(`../${command.find((word) => word.endsWith(".ts"))}`));
    }
  }
});

Deno.test("no example has more than 60 lines", () => {
  for (const name of [...names, "service"]) {
    const files = [...Deno.readDirSync(exampleUrl(name))].filter(({ name }) => name.endsWith(".ts"));
    for (const file of files) assert(linesOf(`${name}/${file.name}`) <= MAX_LINES, `${name}/${file.name}`);
  }
});
