import { assertEquals } from "@std/assert";
import { createHistogram } from "node:perf_hooks";
import { referToFunction } from "../../src/pool/function_reference.ts";
import { CallJob } from "../../src/pool/call_job.ts";
import type { Job } from "../../src/pool/job.ts";
import { PoolWorker } from "../../src/pool/pool_worker.ts";
import type { PoolShare, SharedWorker } from "../../src/pool/pool_share.ts";
import { callFor, openPool, runItem } from "../support/open_pool.ts";

/** What the runtime clones and cannot read again, hidden from the check of values. */
function unreadable(): unknown {
  let reads = 0;
  return {
    get later(): unknown {
      return reads++ === 0 ? 1 : createHistogram();
    },
  };
}

/** Runs `item` in `pool` next to no other. */
function runAlone(pool: PoolShare, item: unknown): Promise<unknown> {
  const call = callFor(item);
  const outcome = pool.run(call);
  (call.attempt as Job).isSuspect = true;
  pool.runAgain(pool.feed.takeAll());
  return outcome;
}

/** What `worker.isIsolated` is set to from now on. */
function isolationsOf(worker: SharedWorker): boolean[] {
  const set: boolean[] = [];
  Object.defineProperty(worker, "isIsolated", {
    get: () => set.at(-1) ?? false,
    set: (isIsolated: boolean) => set.push(isIsolated),
  });
  return set;
}

const ENDS: Record<string, { item: unknown; outcome: unknown }> = {
  "has its result": { item: 1, outcome: "number" },
  "could not be read there": { item: unreadable(), outcome: "SerializationError" },
};

for (const [name, { item, outcome }] of Object.entries(ENDS)) {
  Deno.test(`PoolWorker is open to others as soon as the item that ran alone ${name}`, async () => {
    await using pool = openPool((value: unknown) => typeof value, { workerConcurrency: 2 });
    await runItem(pool, 0);
    const isolations = isolationsOf([...pool.held][0]!);
    assertEquals(await runAlone(pool, item).catch(({ name }) => name), outcome);
    assertEquals(isolations, [true, false]);
  });
}

/** A worker that serves a function, and what it told of: how many items, and whether it was isolated then. */
async function withWorker(
  run: (worker: PoolWorker, told: [count: number, isIsolated: boolean][]) => Promise<void>,
): Promise<void> {
  const told: [number, boolean][] = [];
  const owner = {
    onProgress: () => {},
    onResults: ({ isIsolated }: PoolWorker, count: number) => void told.push([count, isIsolated]),
    onLost: () => {},
  };
  const worker = new PoolWorker({ slotCount: 4, place: {}, owner });
  const fn = referToFunction((ms: number) => new Promise((resolve) => setTimeout(resolve, ms, ms)), "test");
  worker.serve({ id: 1, fn, concurrency: 2, known: new Map() }, 0);
  try {
    await run(worker, told);
  } finally {
    await worker.end();
  }
}

const jobFor = (item: unknown) => new CallJob(callFor(item), { stop: () => {}, onSettled: () => {} });

Deno.test("PoolWorker is isolated until the last item that it has has ended, and no longer", async () => {
  await withWorker(async (worker, told) => {
    const jobs = [jobFor(0), jobFor(200)] as const;
    worker.send(jobs);
    worker.isIsolated = true;
    await jobs[0].promise;
    assertEquals([worker.isIsolated, worker.jobCount], [true, 1]);
    await jobs[1].promise;
    assertEquals([worker.isIsolated, worker.jobCount, told], [false, 0, [[1, true], [1, false]]]);
  });
});

Deno.test("PoolWorker has served once an item ended in it, well or not", async () => {
  await withWorker(async (worker) => {
    const job = jobFor({ valueOf: 1 });
    worker.send([job]);
    assertEquals([worker.hasServed, worker.isReady, worker.jobCount, worker.freeCount], [false, false, 1, 3]);
    await job.promise.catch(() => {});
    assertEquals([worker.hasServed, worker.isReady, worker.jobCount, worker.freeCount], [true, true, 0, 4]);
  });
});

Deno.test("PoolWorker fails an item that cannot be sent, and sends those beside it", async () => {
  for (const items of [[1, "bad"], ["bad", 2], [1, "bad", 3]]) {
    await withWorker(async (worker) => {
      const jobs = items.map((item) => jobFor(item === "bad" ? () => {} : item));
      const outcomes = Promise.all(jobs.map(({ promise }) => promise.catch(({ message }) => message)));
      worker.send(jobs);
      assertEquals(jobs.map((job) => worker.has(job)), items.map((item) => item !== "bad"));
      const refusal = "Cannot send an item to a worker as it holds a function";
      assertEquals(await outcomes, items.map((item) => item === "bad" ? refusal : item));
      assertEquals([worker.jobCount, worker.freeCount], [0, 4]);
    });
  }
});

Deno.test("PoolWorker fails an item that arrived unreadable, and sends those beside it once more", async () => {
  await withWorker(async (worker) => {
    const [lost, beside] = [jobFor(unreadable()), jobFor(5)];
    worker.send([lost, beside]);
    assertEquals(await lost.promise.catch(({ name }) => name), "SerializationError");
    assertEquals([worker.has(lost), worker.has(beside) || beside.isSettled], [false, true]);
    assertEquals(await beside.promise, 5);
  });
});
