import { assert, assertEquals } from "@std/assert";
import { LifeWatch, type WatchedWorker } from "../../src/pool/life_watch.ts";

const LIMIT_MS = 250;

/** Whether a worker is told of as lifeless that is as `worker` says for a while. */
async function isLifeless(worker: Partial<WatchedWorker>): Promise<boolean> {
  const watched = { jobCount: 1, begunCount: 0, isReady: true, idleMs: 0, ...worker };
  const limits: number[] = [];
  const watch = new LifeWatch<WatchedWorker>({
    watched: [watched],
    patienceWith: () => LIMIT_MS,
    onLifeless: (_worker, limitMs) => limits.push(limitMs),
  });
  watch.start();
  await new Promise((resolve) => setTimeout(resolve, 6 * LIMIT_MS));
  watch.stop();
  const told = limits.length;
  await new Promise((resolve) => setTimeout(resolve, LIMIT_MS));
  assertEquals(limits.length, told);
  assert(limits.every((limitMs) => limitMs === LIMIT_MS));
  return told > 0;
}

Deno.test("LifeWatch tells of a worker that has jobs and begins none", async () => {
  assertEquals(await isLifeless({}), true);
});

Deno.test("LifeWatch tells of a worker whose function is not there, whatever else it still does", async () => {
  assertEquals(await isLifeless({ isReady: false, begunCount: 1 }), true);
});

Deno.test("LifeWatch says nothing of a worker that is at an item, or has none", async () => {
  assertEquals(await isLifeless({ begunCount: 1 }), false);
  assertEquals(await isLifeless({ jobCount: 0 }), false);
});
