import { assertEquals } from "@std/assert";

/** What `script` prints, run where a page would not be isolated, so that workers share no memory with it. */
async function runUnshared(script: string): Promise<string> {
  const mod = JSON.stringify(new URL("../../../mod.ts", import.meta.url).href);
  const text = `
    import { currentCall, opmap } from ${mod};
    Object.defineProperty(globalThis, "crossOriginIsolated", { value: false });
    const quiet = { retries: 0, progress: false, onError: "return", permissions: { unstable: true } };
    const kind = (value) => value instanceof Error ? value.errors[0].name : value;
    ${script}
    Deno.exit(0);
  `;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--unstable-worker-options", `data:text/javascript,${encodeURIComponent(text)}`],
    signal: AbortSignal.timeout(60_000),
  }).output();
  return new TextDecoder().decode(stdout).trim() || new TextDecoder().decode(stderr);
}

for (const mode of ["process", "async_process"]) {
  Deno.test(`a pool without shared memory gives each item its result, again and again: ${mode}`, async () => {
    const script = `
      const map = opmap((n) => n % 2 ? n * 2 : Promise.resolve(n * 2), { ...quiet, mode: "${mode}", workers: 2 });
      const items = Array.from({ length: 5_000 }, (_, n) => n);
      let wrong = 0;
      for (let round = 0; round < 3; round++) (await map(items)).forEach((value, n) => wrong += value === n * 2 ? 0 : 1);
      console.log(wrong);`;
    assertEquals(await runUnshared(script), "0");
  });

  Deno.test(`a pool without shared memory charges a loop, an exit and a throw to their items alone: ${mode}`, async () => {
    const script = `
      const map = opmap(async (n) => {
        if (n === 3) for (;;);
        if (n === 5) Deno.exit(2);
        if (n === 7) throw new RangeError("seven");
        if (n === 9) await new Promise(() => {});
        return n;
      }, { ...quiet, mode: "${mode}", workers: 2, workerConcurrency: ${
      mode === "process" ? "undefined" : 4
    }, timeout: "500ms" });
      console.log((await map([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])).map(kind).join());`;
    assertEquals(
      await runUnshared(script),
      "1,2,TimeoutError,4,WorkerError,6,RangeError,8,TimeoutError,10",
    );
  });
}

Deno.test("a pool without shared memory never runs an item that is aborted before it begins", async () => {
  const script = `
    const map = opmap((n) => {
      const endMs = performance.now() + 200;
      while (performance.now() < endMs);
      return (globalThis.ran ??= []).push(n) && globalThis.ran.join("+");
    }, { ...quiet, mode: "process", workers: 1 });
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("enough")), 300);
    console.log((await map([1, 2, 3, 4], { signal: controller.signal }).catch((error) => error)).message);
    console.log(await map([5]));`;
  const [reason, after] = (await runUnshared(script)).split("\n");
  assertEquals(reason, "enough");
  assertEquals(/[34]/.test(after!), false, after);
});
