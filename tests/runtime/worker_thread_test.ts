import { assertEquals } from "@std/assert";

const MODULE = JSON.stringify(import.meta.resolve("../../src/runtime/worker_thread.ts"));

/**
 * What a thread that runs `source` was told to have ended of, once it is gone for sure. In a process of its own, as Deno
 * writes what ends a thread on stderr, too.
 */
async function causesOf(source: string): Promise<unknown[]> {
  const script = `
    import { startWorkerThread } from ${MODULE};
    const causes = [];
    const { promise: ended, resolve: onEnded } = Promise.withResolvers();
    const thread = startWorkerThread({
      source: ${JSON.stringify(source)},
      memoryLimit: undefined,
      onMessage: () => {},
      onUnread: () => {},
      onEnd: (cause) => {
        causes.push(cause instanceof Error ? [cause.name, cause.message] : String(cause));
        onEnded();
      },
    });
    await ended;
    // Its exit is told of after what it died of.
    await thread.end();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await thread.end();
    console.log(JSON.stringify(causes));
    Deno.exit(0);`;
  const args = ["run", "-A", "--no-check", "--quiet", `data:text/javascript,${encodeURIComponent(script)}`];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("startWorkerThread() tells once that a thread ended, and what of", async () => {
  assertEquals(await causesOf("throw new RangeError('broken')"), [["RangeError", "broken"]]);
});

Deno.test("startWorkerThread() tells once that a thread ended itself", async () => {
  assertEquals(await causesOf("process.exit(3)"), ["undefined"]);
});
