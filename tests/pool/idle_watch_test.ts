import { assertEquals } from "@std/assert";
import { IdleWatch, type IdlingWorker } from "../../src/pool/idle_watch.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("IdleWatch ends what was idle for long enough, and goes on while there is any", async () => {
  const nowMs = performance.now();
  const idle = { jobCount: 0, usedAtMs: nowMs, canRest: true };
  const fresh = { jobCount: 0, usedAtMs: nowMs + 60_000, canRest: true };
  const busy = { jobCount: 1, usedAtMs: nowMs - 60_000, canRest: true };
  const workers = new Set<IdlingWorker>([idle, fresh, busy]);
  const ended: IdlingWorker[] = [];
  const watch = new IdleWatch(workers, 50, (worker) => {
    workers.delete(worker);
    ended.push(worker);
  });
  watch.start();
  watch.start();
  while (ended.length === 0) await sleep(10);
  assertEquals(ended, [idle]);
  busy.jobCount = 0;
  while (ended.length === 1) await sleep(10);
  assertEquals(ended, [idle, busy]);
  watch.stop();
});

Deno.test("IdleWatch keeps what keeps the process alive for a second at most", async () => {
  const nowMs = performance.now();
  const restless = { jobCount: 0, usedAtMs: nowMs - 1_001, canRest: false };
  const workers = new Set<IdlingWorker>([restless, { jobCount: 0, usedAtMs: nowMs - 1_001, canRest: true }]);
  const ended: IdlingWorker[] = [];
  const watch = new IdleWatch(workers, 3_600_000, (worker) => {
    workers.delete(worker);
    ended.push(worker);
  });
  watch.start();
  while (ended.length === 0) await sleep(10);
  assertEquals([ended, workers.size], [[restless], 1]);
  watch.stop();
});

Deno.test("IdleWatch sets no timer where there is no worker, nor after it was stopped", async () => {
  let count = 0;
  const watch = new IdleWatch(new Set<IdlingWorker>(), 0, () => count++);
  watch.start();
  const worker = { jobCount: 0, usedAtMs: 0, canRest: true };
  const stopped = new IdleWatch(new Set<IdlingWorker>([worker]), 20, () => count++);
  stopped.start();
  stopped.stop();
  await sleep(60);
  assertEquals(count, 0);
});
