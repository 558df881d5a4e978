import { assert, assertEquals } from "@std/assert";

const EXAMPLES = new URL("../../examples/", import.meta.url);

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `deno run` as a user would, without colours. */
async function runDeno(...args: string[]): Promise<Ended> {
  const env = { NO_COLOR: "1" };
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", ...args],
    cwd: new URL("../../", import.meta.url),
    env,
  });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

for (const { name, isFile } of Deno.readDirSync(EXAMPLES)) {
  if (!isFile || !name.endsWith(".ts")) continue;
  Deno.test(`examples/${name} runs to its end`, async () => {
    const { code, stdout, stderr } = await runDeno("-A", "--unstable-kv", "--config=deno.json", `examples/${name}`);
    assertEquals({ code, stderr: stderr.replace(/^Check .*\n/gm, "") }, { code: 0, stderr: "" });
    assert(stdout !== "", "An example shows something");
  });
}

Deno.test("examples/quickstart.ts needs no permission, four attempts at first and none from the cache", async () => {
  const { code, stdout } = await runDeno("--no-prompt", "examples/quickstart.ts");
  assertEquals(code, 0);
  assertEquals(stdout.match(/attempts: \d/g), ["attempts: 4", "attempts: 0"]);
});
