import { assertEquals, assertMatch } from "@std/assert";

const RUN = new URL("../../.ci/run", import.meta.url);
const SERVERS = ["curl", "redis-server", "nats-server", "pg_ctlcluster", "mariadbd", "chromium"];

const FAILING_TESTS = `
Deno.test("first", () => { throw new Error("the first\\n" + "line\\n".repeat(100)); });
Deno.test("second", () => { throw new Error("the second"); });
Deno.test("third", () => {});
`;

/** Runs `.ci/run` with an `npx` that runs `commands`, by the task that it is told to run, and succeeds at all others. */
async function runChecks(directory: string, commands: Readonly<Record<string, string>>) {
  const cases = Object.entries(commands).map(([task, command]) => `"-y deno@2 task ${task}") ${command} ;;\n`);
  const programs = { npx: `case "$*" in\n${cases.join("")}esac\n` };
  for (const [name, text] of [...Object.entries(programs), ...SERVERS.map((name) => [name, ""])]) {
    await Deno.writeTextFile(`${directory}/${name}`, `#!/bin/sh\n${text}`, { mode: 0o755 });
  }
  const env = { PATH: `${directory}:${Deno.env.get("PATH")}`, DENO: Deno.execPath(), DIRECTORY: directory };
  const { code, stdout } = await new Deno.Command("bash", { args: [RUN.pathname], env, stderr: "null" }).output();
  return { code, lines: new TextDecoder().decode(stdout).trim().split("\n") };
}

async function withDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await work(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const ignore = Deno.build.os === "windows";

Deno.test({
  name: ".ci/run ends with each test that failed and the beginning of its error, then with the counts",
  ignore,
  fn: () =>
    withDirectory(async (directory) => {
      await Deno.writeTextFile(`${directory}/failing_test.ts`, FAILING_TESTS);
      const { code, lines } = await runChecks(directory, { "test:slow": '"$DENO" test "$DIRECTORY/failing_test.ts"' });
      const end = lines.slice(lines.indexOf("--- all checks ended"));
      assertEquals([code, end.at(-1), end.length < 60], [1, "1 passed, 2 failed", true]);
      assertEquals(end[1], "--- failed: npx -y deno@2 task test:slow");
      assertEquals(end.filter((line) => line.startsWith("error: ")), [
        "error: Error: the first",
        "error: Error: the second",
      ]);
      const names = end.filter((line) => line.startsWith("failed: "));
      assertEquals(names.map((line) => line.replace(/ => .*\//, " => ")), [
        "failed: first => failing_test.ts:2:6",
        "failed: second => failing_test.ts:3:6",
      ]);
    }),
});

Deno.test({
  name: ".ci/run ends with the last lines of a check without tests that failed, and counts the checks",
  ignore,
  fn: () =>
    withDirectory(async (directory) => {
      const { code, lines } = await runChecks(directory, {
        test: 'echo "ok | 3 passed | 0 failed (1s)"',
        "test:slow": 'echo "ok | 4 passed (2 steps) | 0 failed | 1 ignored (1s)"',
        "ok:checks": 'seq 100; echo "error: not formatted" >&2; exit 3',
      });
      const end = lines.slice(lines.indexOf("--- all checks ended"));
      assertEquals(code, 1);
      assertMatch(
        end.join("\n"),
        /^[^\n]+\n--- failed: npx -y deno@2 task ok:checks\n87\n[^a-z]+\nerror: not formatted\n7 passed, 1 failed$/,
      );
    }),
});

Deno.test({
  name: ".ci/run ends with the counts alone, and 0, where nothing failed",
  ignore,
  fn: () =>
    withDirectory(async (directory) => {
      const { code, lines } = await runChecks(directory, { test: 'echo "ok | 3 passed | 0 failed (1s)"' });
      assertEquals([code, lines.slice(-2)], [0, ["--- all checks ended", "3 passed, 0 failed"]]);
    }),
});
