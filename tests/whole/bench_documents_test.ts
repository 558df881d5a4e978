import { assert, assertEquals, assertThrows } from "@std/assert";
import { DEMO_PICTURE, DEMO_RECORDING, DOCUMENTS, readSaved } from "../../bench/support/documents.ts";
import { demoLines, demoPicture } from "../../bench/support/plots/demo_picture.ts";
import { growthPlot } from "../../bench/support/growth/growth_plot.ts";
import { replaceBlock } from "../../bench/support/markdown.ts";

const BLOCK = /<!-- bench:(\w+) -->[^]*?<!-- \/bench:\1 -->/g;
const FIGURE = /\d[\d.]* (?:ns|µs)\b|\b\d+(?:\.\d+)? ?×/;

const saved = await readSaved();
const read = (path: string) => Deno.readTextFileSync(new URL(`../../${path}`, import.meta.url));

Deno.test("every block of figures is what the script makes of the saved run", () => {
  for (const { path, blocks } of DOCUMENTS) {
    const document = read(path);
    const written = Object.entries(blocks(saved)).reduce(
      (text, [name, block]) => replaceBlock(text, name, block),
      document,
    );
    assertEquals(document, written, `run \`deno task bench --render\`: ${path} is older`);
  }
});

Deno.test("the plot is what the script draws of the saved run, for light and dark pages", () => {
  const plot = growthPlot(saved.bench.growth);
  assertEquals(read("bench/results/growth.svg"), plot);
  assertEquals(plot.match(/<polyline/g)?.length, saved.bench.growth.length);
  assert(plot.includes("prefers-color-scheme: dark"));
});

Deno.test("the picture of the demo is what the script draws of the recorded run, from its first bar to its table", () => {
  const picture = demoPicture(Deno.readTextFileSync(DEMO_RECORDING));
  assertEquals(
    Deno.readTextFileSync(DEMO_PICTURE),
    picture,
    "run `deno task plots:demo` or `deno task bench --render`",
  );
  for (const text of ["█", "Killed (kill -9)", "journaled", "from the journal", "Every record has its airport"]) {
    assert(picture.includes(text), text);
  }
  assert(read("README.md").includes("](bench/results/demo.svg)"));
});

Deno.test("demoLines() keeps what is seen last of each line, and refuses a run that did not end", () => {
  const bar = (percent: number) => `\r\u001b[Kload \u001b[32m██\u001b[0m ${percent}%`;
  const end = "Every record has its airport. All is well";
  const run = `Task demo\nThe nearest of 3\n${bar(10)}${bar(50)}\r\n${end}\nmore\n`;
  assertEquals(demoLines(run), `The nearest of 3\nload \u001b[32m██\u001b[0m 50%\n${end}\n`);
  assertThrows(() => demoLines("The nearest of 3\n"), Error, "The recording has no line that begins with");
});

Deno.test("documents have no measured figure outside of the script's blocks", () => {
  for (const { path, blocks } of DOCUMENTS) {
    const document = read(path);
    assertEquals([...document.matchAll(BLOCK)].map(([, name]) => name), Object.keys(blocks(saved)));
    assertEquals(document.replaceAll(BLOCK, "").match(FIGURE), null, path);
  }
  assert(FIGURE.test("it takes 1.5 µs") && FIGURE.test("0.83 × p-retry") && !FIGURE.test("64 workers × tasks"));
});

Deno.test("replaceBlock() replaces a block and nothing else, and throws where there is none", () => {
  const document = "a\n\n<!-- bench:x -->\n\nold\n\n<!-- /bench:x -->\n\nb";
  assertEquals(replaceBlock(document, "x", "new"), document.replace("old", "new"));
  assertThrows(
    () => replaceBlock(document, "y", "new"),
    Error,
    "There is no block <!-- bench:y --> … <!-- /bench:y -->",
  );
});
