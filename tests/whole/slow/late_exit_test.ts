import { assert } from "@std/assert";

const MOD = new URL("../../../mod.ts", import.meta.url).href;
const CONFIG = new URL("../../../deno.json", import.meta.url);

/** In a process of its own, in which nothing else keeps the processor busy; it says how much it worked while it idled. */
const SCRIPT = `
  import process from "node:process";
  import { createOpero } from ${JSON.stringify(MOD)};
  const instance = createOpero();
  const exitLate = instance.opmap(async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    const startMs = performance.now();
    while (performance.now() - startMs < 400);
    globalThis.process.exit(4);
  }, { mode: "async_process", workers: 2, retries: 0, timeout: "50ms", onError: "return", progress: false });
  await exitLate([1, 2, 3, 4, 5, 6, 7, 8]);
  await instance.close();
  const idle = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const busyMs = async () => {
    const before = process.cpuUsage();
    await idle(1_000);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };
  // The loops of all eight items end by themselves; where one worker has them all, that takes some seconds.
  let busy = await busyMs();
  for (let i = 0; i < 30 && busy >= 50; i++) busy = await busyMs();
  console.log(busy);
  Deno.exit(0);
`;

Deno.test("opmap() leaves no thread in a loop when items exit after their workers were ended", async () => {
  const args = ["run", "-A", "--no-check", "--ext=ts", `--config=${CONFIG.pathname}`, "-"];
  const command = new Deno.Command(Deno.execPath(), { args, stdin: "piped", stdout: "piped", stderr: "null" });
  const child = command.spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(SCRIPT));
  await writer.close();
  const busyMs = Number(new TextDecoder().decode((await child.output()).stdout) || NaN);
  assert(busyMs < 50, `${busyMs} of 1 000 ms busy, half a minute later`);
});
