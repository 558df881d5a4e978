import { assertEquals } from "@std/assert";

const MOD = JSON.stringify(new URL("../../mod.ts", import.meta.url).href);

const REFUSAL = (task: string) =>
  `Cannot ${task} as 'module' must be a module that starts no worker while a worker imports it, but only where ` +
  "'import.meta.main' holds, or one that holds functions alone: received one that does";

/** What a script that starts with a map `look` over its own `table` prints first on stderr, and its exit code. */
async function runScript(end: string): Promise<[code: number, error: string, output: string]> {
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(
    path,
    `import { opmap, runAsync } from ${MOD};
    const table = [10, 20, 30];
    const first = async (n: number) => {
      await new Promise((done) => setTimeout(done, 500));
      return table[n] ?? 0;
    };
    const look = opmap(first, { mode: "process", module: import.meta.url, workers: 2, progress: false });
    const say = (error: Error) => console.error(error.name + ": " + error.message);
    ${end}`,
  );
  const args = ["run", "-A", "--no-check", "--no-lock", "--quiet", path];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    env: { NO_COLOR: "1" },
    signal: AbortSignal.timeout(60_000),
  }).output();
  await Deno.remove(path);
  const [line = ""] = new TextDecoder().decode(stderr).split("\n");
  return [code, line.replace(/^error: Uncaught (\(in promise\) )?/, ""), new TextDecoder().decode(stdout).trim()];
}

Deno.test("opmap() refuses a script that maps while its workers import it, with a word about import.meta.main", async () => {
  const expected = [1, `ConfigurationError: ${REFUSAL('map "first"')}`, ""];
  assertEquals(await runScript("console.log(await look([0, 1, 2]));"), expected);
  assertEquals(await runScript("for await (const value of look.stream([0, 1])) console.log(value);"), expected);
  assertEquals(await runScript("console.log(await look([0, 1], { onError: 'return' }));"), expected);
});

Deno.test("opmap() refuses a script that maps behind its import, too", async () => {
  const expected = [1, `ConfigurationError: ${REFUSAL('map "first"')}`, ""];
  const later = "(async () => { await new Promise((done) => setTimeout(done, 30)); console.log(await look([0])); })();";
  assertEquals(await runScript(later), expected);
  const caught = "look([0, 1]).then(console.log, (error) => { say(error); Deno.exit(1); });";
  assertEquals(await runScript(caught), expected);
});

Deno.test("runAsync() refuses a script that its worker would run again", async () => {
  const end = "console.log(runAsync.with({ module: import.meta.url })(first, 1));";
  assertEquals(await runScript(end), [1, `ConfigurationError: ${REFUSAL('run "first"')}`, ""]);
});

Deno.test("opmap() maps in a pool within an item of a pool, of a guarded module", async () => {
  const end = `
    const inner = opmap((n: number) => n + 1, { mode: "process", workers: 1, progress: false });
    const outer = opmap(async (n: number) => (await inner([n, n + table.length]))[1]!, {
      mode: "process", module: import.meta.url, workers: 1, progress: false,
    });
    if (import.meta.main) console.log((await outer([1, 2])).join());`;
  assertEquals(await runScript(end), [0, "", "5,6"]);
});
