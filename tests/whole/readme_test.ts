import { assert, assertEquals } from "@std/assert";
import { OPERO_TABLE } from "../../src/engine/opero_table.ts";
import { POLICIES } from "../../src/engine/policies.ts";
import type { PolicyHost } from "../../src/policy/policy_host.ts";
import { FakeClock } from "../../testing.ts";

const read = (path: string) => Deno.readTextFileSync(new URL(`../../${path}`, import.meta.url));
const README = read("README.md");
const LAYERS = read("docs/layers.md");

/** The layers as the code nests them, the outermost first. */
const ORDER: readonly string[] = POLICIES.map(({ name }) => name);

/** What the texts call the layers. */
const NAMES: readonly [pattern: RegExp, layer: string][] = [
  [/^signal$/, "signal"],
  [/^reraise$/, "reraise"],
  [/^fallback( value)?$/, "fallback"],
  [/^cache$/, "cache"],
  [/^deadline$/, "deadline"],
  [/^retry( with .*)?$/, "retry"],
  [/^(argument fallback|fallback (to|through) .*)$/, "argFallback"],
  [/^circuit breaker$/, "circuitBreaker"],
  [/^hedge$/, "hedge"],
  [/^concurrency$/, "concurrency"],
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
  assertEquals(drawn, ORDER.filter((layer) => drawn.includes(layer)));
}

Deno.test("the order of the layers in the code is the one that is promised", () => {
  assertEquals(ORDER, [
    ...["signal", "reraise", "fallback", "cache", "deadline", "retry", "argFallback"],
    ...["circuitBreaker", "hedge", "concurrency", "rateLimit", "failOn", "timeout", "interrupt"],
  ]);
});

Deno.test("README draws the order of the layers as it is, on its first screen and in full", () => {
  const [first, full] = [
    README.match(/\*\*(cache → [^*]+)\*\*/),
    README.match(/\[The order\]\(docs\/layers.md\) is fixed: ([^.]+)/),
  ];
  assertOrder(orderIn(first![1]!));
  // What is true of a value is asked once there is one, after the timeout.
  const drawn = orderIn(full![1]!.replace(/ → your function → `failOn`/, ""));
  assertEquals(drawn, [
    ...["signal", "fallback", "cache", "deadline", "retry", "argFallback", "circuitBreaker", "hedge"],
    ...["concurrency", "rateLimit", "timeout"],
  ]);
  assertOrder(drawn);
});

Deno.test("the docs of the code draw the order of the layers as it is", () => {
  const texts = [read("mod.ts"), read("src/default_instance.ts")].map((text) => text.match(/: (cache → [^.,]+)/)![1]!);
  for (const text of texts) assertOrder(orderIn(text.replaceAll("\n *", " "), { fallback: "argFallback" }));
});

Deno.test("docs/layers.md has a row for each layer, in their order, with the options that switch it on", () => {
  const rows = [...LAYERS.matchAll(/^\| `(\w+)` +\| ([^|]+) \|/gm)].map(([, name, cell]) => {
    return [name!, [...cell!.matchAll(/`(\w+)`/g)].map(([, option]) => option!)] as const;
  });
  assertEquals(rows.map(([name]) => name), ORDER);
  const values: Readonly<Record<string, unknown>> = {
    ...{ signal: new AbortController().signal, reraise: true, fallback: 0, cache: true, deadline: 1 },
    ...{
      argFallback: 0,
      circuitBreaker: true,
      hedge: { after: 1 },
      concurrency: 1,
      rateLimit: 1,
      failOn: () => false,
      timeout: 1,
    },
  };
  const composed = (given: Readonly<Record<string, unknown>>) => {
    // Of a parameter and a cache it is asked only whether there is one.
    const host = {
      clock: new FakeClock(),
      failures: {},
      outcomes: {},
      parameters: given.argFallback,
      cache: given.cache,
    };
    const options = OPERO_TABLE.fill(given);
    return POLICIES.filter((policy) => {
      const layer = policy.resolve(options, host as unknown as PolicyHost);
      return typeof layer === "object" ? layer.plain : layer;
    }).map(({ name }) => name);
  };
  assertEquals(composed({}), ["retry"]);
  for (const [option, value] of Object.entries(values)) {
    const switchedOn = rows.filter(([, options]) => options.includes(option)).map(([name]) => name);
    assertEquals(composed({ [option]: value }), ORDER.filter((name) => name === "retry" || switchedOn.includes(name)));
  }
});

/** The code of README's blocks. */
const BLOCKS = [...README.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code!);

/** Runs a script in a process of its own; returns what it writes. */
async function runScript(code: string): Promise<{ stdout: string; stderr: string }> {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/main.ts`, code);
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const args = ["run", "-A", "--quiet", "--no-lock", `--config=${config}`, `${dir}/main.ts`];
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, env: { NO_COLOR: "1" } }).output();
    const decoder = new TextDecoder();
    return { stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("README's first example gets its user by the second key, after a 503, and once only", async () => {
  const statuses = [401, 503, 401, 200];
  const service = `
    const seen: string[] = [];
    const statuses = ${JSON.stringify(statuses)};
    globalThis.fetch = (url, init) => {
      const status = statuses[seen.length] ?? 500;
      seen.push(new Headers(init?.headers).get("x-key") + " for " + url);
      return Promise.resolve(Response.json({ name: "Ada" }, { status }));
    };`;
  const calls = `
    const users = await Promise.all([getUser("7"), getUser("7")]);
    console.log(JSON.stringify([...users, await getUser("7")]));
    console.log(seen.join("\\n"));`;
  const { stdout, stderr } = await runScript(`${service}\n${BLOCKS[0]}\n${calls}`);
  const user = { name: "Ada" };
  const requests = ["key-1", "key-2", "key-1", "key-2"].map((key) => `${key} for https://api.example.com/users/7`);
  assertEquals([stdout.trim().split("\n"), stderr], [[JSON.stringify([user, user, user]), ...requests], ""]);
});

Deno.test("README is a screen before it continues, and short", () => {
  const lines = README.split("\n");
  assert(lines.length < 250, `${lines.length} lines`);
  const first = lines.indexOf("## What you get");
  assert(first > 0 && first < 50, `${first}`);
  for (const name of ["deno add", "npm install", "pnpm add", "bun add"]) assert(README.includes(name), name);
});

Deno.test("README's example of a pool runs as a script", async () => {
  const block = BLOCKS.find((code) => code.includes("import.meta.main"));
  assertEquals(await runScript(`${block}\nconsole.log("done");`), { stdout: "done\n", stderr: "" });
});
