import { assertEquals, assertRejects } from "@std/assert";
import { loadFunction } from "../../src/cli/load_function.ts";
import { UsageError } from "../../src/cli/usage_error.ts";

/** A module of this text. */
const moduleOf = (text: string) => `data:text/javascript,${encodeURIComponent(text)}`;
const SEVERAL = moduleOf("export const one = (n) => n; export function two(n) { return n; } export const three = 3;");

/** The names of the function that is chosen. */
async function nameIn(text: string): Promise<string> {
  return (await loadFunction(moduleOf(text), "/")).name;
}

Deno.test("loadFunction() takes the default export, the only function, or the one that is named", async () => {
  assertEquals(await nameIn("export const other = () => 1; export default function main() {}"), "main");
  assertEquals(await nameIn("export const n = 1; export const only = () => 1;"), "only");
  assertEquals((await loadFunction(`${SEVERAL}#two`, "/")).fn.name, "two");
});

Deno.test("loadFunction() knows what an item costs, which is no function to choose", async () => {
  const { name, cost } = await loadFunction(
    moduleOf("export const ask = (n) => n; export const cost = (n) => n;"),
    "/",
  );
  assertEquals([name, cost?.(7)], ["ask", 7]);
  assertEquals((await loadFunction(moduleOf("export default (n) => n; export const cost = 5;"), "/")).cost, undefined);
});

Deno.test("loadFunction() names a default export without a name by its file", async () => {
  const path = await Deno.makeTempFile({ prefix: "opero_load_", suffix: ".mjs" });
  await Deno.writeTextFile(path, "export default (n) => n;");
  const { name, url } = await loadFunction(path, "/elsewhere");
  assertEquals([name, url], [path.split("/").at(-1)!.replace(".mjs", ""), `file://${path}`]);
  await Deno.remove(path);
});

Deno.test("loadFunction() takes a function with properties of its own, one of which a map has, too", async () => {
  for (const property of ["stream", "withMeta"]) {
    const path = await Deno.makeTempFile({ suffix: ".mjs" });
    await Deno.writeTextFile(path, `export const enrich = Object.assign((n) => n, { ${property}: 1 });`);
    assertEquals((await loadFunction(path, "/elsewhere")).name, "enrich");
    await Deno.remove(path);
  }
});

const WRONG: readonly (readonly [text: string, name: string, message: string])[] = [
  ["export const n = 1;", "", "the module exports no function"],
  ["export const a = () => 1; export const b = () => 2;", "", "the module exports several functions; choose one: "],
  ["export const enrich = () => 1;", "#enrihc", `the module exports no function "enrihc", did you mean 'enrich'?`],
  ["export const enrich = () => 1;", "#zzzzzz", 'the module exports no function "zzzzzz"; it exports enrich'],
  ["export const n = 1;", "#n", 'the module exports no function "n"'],
  ["export default Object.assign(() => 1, { stream: 1, withMeta: 1 });", "", '"default" is a map itself'],
  ["throw new Error('on import')", "", "the module cannot be loaded: on import"],
];

for (const [text, name, message] of WRONG) {
  Deno.test(`loadFunction() refuses ${text}${name}`, async () => {
    await assertRejects(() => loadFunction(moduleOf(text) + name, "/"), UsageError, message);
  });
}
