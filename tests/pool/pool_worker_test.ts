import { assertEquals } from "@std/assert";
import { createHistogram } from "node:perf_hooks";
import type { Job } from "../../src/pool/job.ts";
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
