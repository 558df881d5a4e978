import { assertEquals, assertInstanceOf } from "@std/assert";
import { WorkerError } from "../../../src/errors.ts";
import { CallJob } from "../../../src/pool/call_job.ts";
import { transfer } from "../../../src/pool/transfer.ts";
import { callFor, openPool, rejection, runItem } from "../../support/open_pool.ts";

Deno.test("PoolShare.runAgain() forgets the worker and the time of what it takes back", async () => {
  await using share = openPool(runItemOf);
  const job = new CallJob(callFor({ ms: 1 }), { stop: () => {}, onSettled: () => {} });
  Object.assign(job, { ranMs: 5, worker: {} });
  share.runAgain([job]);
  assertEquals([job.ranMs, job.worker, share.feed.takeAll()], [undefined, undefined, [job]]);
});

interface Item {
  readonly ms: number;
  readonly exits?: boolean;
  readonly bytes?: Uint8Array;
}

async function runItemOf({ ms, exits }: Item): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  if (exits) (globalThis as unknown as { process: { exit(code: number): never } }).process.exit(1);
  return ms;
}

Deno.test("an item that runs again has all of its time again", async () => {
  await using pool = openPool(runItemOf, { workerConcurrency: 2, timeoutMs: 3_000 });
  const [patient, deadly] = [runItem(pool, { ms: 2_000 }), runItem(pool, { ms: 1_500, exits: true })];
  const error = await rejection(deadly);
  assertEquals(error.message, 'An item of "runItemOf" ended its worker by an exit with code 1');
  assertEquals(await patient, 2_000);
});

Deno.test("an item whose buffers were moved does not run again, and says why", async () => {
  await using pool = openPool(runItemOf, { workerConcurrency: 2 });
  const bytes = new Uint8Array(8);
  const moved = runItem(pool, transfer({ ms: 5_000, bytes }, [bytes.buffer]));
  const deadly = rejection(runItem(pool, { ms: 50, exits: true }));
  const error = await rejection(moved);
  assertInstanceOf(error, WorkerError);
  assertEquals(error.message, 'Cannot run an item of "runItemOf" again as its buffers were moved');
  assertInstanceOf(await deadly, WorkerError);
});

Deno.test("items that shared a worker with one that ends it run again, and get their results", async () => {
  await using pool = openPool(runItemOf, { workerConcurrency: 4, timeoutMs: 60_000 });
  const runs = [0, 1, 2].map((n) => runItem(pool, { ms: 100 + n, exits: n === 1 }));
  assertEquals((await rejection(runs[1]!)).name, "WorkerError");
  assertEquals(await Promise.all([runs[0], runs[2]]), [100, 102]);
  assertEquals(await runItem(pool, { ms: 1 }), 1);
});

Deno.test("items of which one ends their worker run one by one, and then together again", async () => {
  await using pool = openPool(async (n: number) => {
    if (n === 1) {
      setTimeout(() => {
        throw new Error("nobody catches this");
      }, 20);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
    return n;
  }, { workerConcurrency: 3 });
  const timer = setTimeout(() => pool.close(), 30_000);
  const runs = [0, 1, 2].map((n) => runItem(pool, n));
  const error = await rejection(runs[1]!);
  assertEquals(error.message, 'An item of "anonymous" ended its worker by an error that nothing caught');
  assertEquals(await Promise.all([runs[0], runs[2]]), [0, 2]);
  assertEquals(await Promise.all([3, 4, 5, 6].map((n) => runItem(pool, n))), [3, 4, 5, 6]);
  clearTimeout(timer);
});
