import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);

/** What a process in an environment of continuous integration writes of a run that is over in its first turn, so long after by its clock. */
async function writtenBy(lengthMs: number): Promise<string> {
  const code = `
    import { openRunProgress } from "${new URL("src/progress/run_progress.ts", ROOT)}";
    let nowMs = 0;
    const clock = { now: () => nowMs };
    const run = openRunProgress({ progress: true, label: "load", total: () => 2, wait: () => undefined, clock });
    run.count({ isFailed: false });
    run.count({ isFailed: true });
    nowMs = ${lengthMs};
    run.finish();
  `;
  const args = ["eval", "--no-lock", "--no-check", code];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, env: { CI: "1" } }).output();
  const text = new TextDecoder().decode(stderr);
  assert(success, text);
  return text;
}

Deno.test("openRunProgress() shows the end of a run that was over before what draws was loaded", async () => {
  assertEquals(await writtenBy(20_000), "load: 2/2 100%, 1 failed, 0.1/s, 0:20 elapsed\n");
});

Deno.test("openRunProgress() writes nothing of a run that was over at once", async () => {
  assertEquals(await writtenBy(10), "");
});
