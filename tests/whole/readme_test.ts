import { assert, assertEquals } from "@std/assert";

const read = (path: string) => Deno.readTextFileSync(new URL(`../../${path}`, import.meta.url));
const README = read("README.md");
const PIPELINE = read("src/engine/pipeline.ts");

/** The layers as the code nests them, the outermost first. */
function orderInCode(): string[] {
  const layers = PIPELINE.slice(PIPELINE.indexOf("const layers ="), PIPELINE.indexOf("];\n"));
  return [...layers.matchAll(/(\w+)Layer(?:For)?\(|^ {4}(retry|rateLimit),$/gm)].map(([, layer, other]) =>
    layer ?? other!
  );
}

/** What the texts call the layers. */
const NAMES: readonly [pattern: RegExp, layer: string][] = [
  [/^signal$/, "signal"],
  [/^reraise$/, "reraise"],
  [/^fallback( value)?$/, "fallback"],
  [/^cache$/, "cache"],
  [/^deadline$/, "deadline"],
  [/^retry( with .*)?$/, "retry"],
  [/^(argument fallback|fallback (to|through) .*)$/, "argFallback"],
  [/^rate limit$/, "rateLimit"],
  [/^(failure|`?failOn`?)$/, "failOn"],
  [/^timeout$/, "timeout"],
  [/^interrupt$/, "interrupt"],
];

function layerOf(text: string): string | undefined {
  return NAMES.find(([pattern]) => pattern.test(text.trim()))?.[1];
}

/** The layers in a text such as `cache → retry { rate limit }`; `names` says what is meant by words of its own. */
function orderIn(text: string, names: Readonly<Record<string, string>> = {}): string[] {
  const steps = text.replaceAll(/[*\n]|^ \* /gm, " ").replaceAll(/ +/g, " ").split(/→|\{|\}/).map((step) =>
    step.trim()
  );
  const known = steps.map((step) => names[step] ?? layerOf(step)).filter((layer) => layer !== undefined);
  assert(known.length >= 5, text);
  return known;
}

function assertOrder(drawn: readonly string[]): void {
  assertEquals(drawn, orderInCode().filter((layer) => drawn.includes(layer)));
}

Deno.test("the order of the layers in the code is the one that is promised", () => {
  assertEquals(orderInCode(), [
    ...["signal", "reraise", "fallback", "cache", "deadline", "retry", "argFallback"],
    ...["rateLimit", "failOn", "timeout", "interrupt"],
  ]);
});

Deno.test("README draws the order of the layers as it is, on its first screen and in full", () => {
  const [first, full] = [README.match(/\*\*(cache → [^*]+)\*\*/), README.match(/The order is fixed: ([^.]+)/)];
  assertOrder(orderIn(first![1]!));
  // What is true of a value is asked once there is one, after the timeout.
  const drawn = orderIn(full![1]!.replace(/ → your function → `failOn`/, ""));
  assertEquals(drawn, ["signal", "fallback", "cache", "deadline", "retry", "argFallback", "rateLimit", "timeout"]);
  assertOrder(drawn);
});

Deno.test("the docs of the code draw the order of the layers as it is", () => {
  const texts = [read("mod.ts"), read("src/default_instance.ts")].map((text) => text.match(/: (cache → [^.,]+)/)![1]!);
  for (const text of texts) assertOrder(orderIn(text.replaceAll("\n *", " "), { fallback: "argFallback" }));
  const rows = [...PIPELINE.matchAll(/^ \* \| (?!layer|---)([\w ]+) \|/gm)].map(([, name]) => layerOf(name!));
  assertEquals(rows, orderInCode());
});

Deno.test("README's example of a pool runs as a script", async () => {
  const block = [...README.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code!).find((code) =>
    code.includes("import.meta.main")
  )!;
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/main.ts`, `${block}\nconsole.log("done");`);
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const args = ["run", "-A", "--quiet", "--no-lock", `--config=${config}`, `${dir}/main.ts`];
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, env: { NO_COLOR: "1" } }).output();
    assertEquals([stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)), ["done\n", ""]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
