import { assert, assertEquals } from "@std/assert";
import { POLICY_PLOTS } from "../../bench/support/plots/policy_plots.ts";

const IMAGES = "docs/images";
const at = (path: string) => new URL(`../../${path}`, import.meta.url);
const namesIn = (path: string) =>
  [...Deno.readDirSync(at(path))].filter(({ isFile }) => isFile).map(({ name }) => name);

for (const [path, draw] of Object.entries(POLICY_PLOTS)) {
  Deno.test(`${path} is what the simulation draws`, async () => {
    const drawn = await draw();
    assertEquals(Deno.readTextFileSync(at(path)), drawn, "run `deno task plots`: the picture is older");
    assert(drawn.includes("prefers-color-scheme: dark"));
  });
}

Deno.test("every picture of the documents is drawn by the script, and stands in a document with its text", () => {
  const texts = namesIn("docs").map((name) => Deno.readTextFileSync(at(`docs/${name}`)));
  const shown = texts.flatMap((text) => [...text.matchAll(/!\[([^\]]{40,})\]\((images\/[^)]+)\)/g)]);
  const paths = shown.map(([, , path]) => `docs/${path}`);
  assertEquals([...new Set(paths)].sort(), Object.keys(POLICY_PLOTS).sort());
  assertEquals(namesIn(IMAGES).map((name) => `${IMAGES}/${name}`).sort(), Object.keys(POLICY_PLOTS).sort());
});
