import { assertEquals } from "@std/assert";
import { startWorkerThread } from "../../src/runtime/worker_thread.ts";

/** What a thread that runs `source` was told to have ended of, once it is gone for sure. */
async function causesOf(source: string): Promise<unknown[]> {
  const causes: unknown[] = [];
  const { promise: ended, resolve: onEnded } = Promise.withResolvers<void>();
  const thread = startWorkerThread({
    source,
    memoryLimit: undefined,
    onMessage: () => {},
    onUnread: () => {},
    onEnd: (cause) => {
      causes.push(cause);
      onEnded();
    },
  })!;
  await ended;
  // Its exit is told of after what it died of.
  await thread.end();
  await new Promise((resolve) => setTimeout(resolve, 100));
  await thread.end();
  return causes;
}

Deno.test("startWorkerThread() tells once that a thread ended, and what of", async () => {
  const [cause, ...others] = await causesOf("throw new RangeError('broken')");
  assertEquals([(cause as Error).name, (cause as Error).message, others], ["RangeError", "broken", []]);
});

Deno.test("startWorkerThread() tells once that a thread ended itself", async () => {
  assertEquals(await causesOf("process.exit(3)"), [undefined]);
});
