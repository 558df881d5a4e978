import { assertEquals, assertRejects } from "@std/assert";
import { CallJob } from "../../src/pool/call_job.ts";
import { callFor } from "../support/open_pool.ts";

function watchedJob(): { job: CallJob; counts: { settled: number; stopped: number } } {
  const counts = { settled: 0, stopped: 0 };
  const job = new CallJob(callFor(1), { onSettled: () => counts.settled++, stop: () => counts.stopped++ });
  return { job, counts };
}

Deno.test("Job settles once, whatever is said of it later, and tells its pool once", async () => {
  const { job, counts } = watchedJob();
  job.succeed("first");
  job.succeed("second");
  job.fail(new Error("third"));
  job.abort(new Error("fourth"));
  assertEquals([await job.promise, job.isSettled, counts], ["first", true, { settled: 1, stopped: 0 }]);
});

Deno.test("Job fails once, whatever is said of it later, and tells its pool once", async () => {
  const { job, counts } = watchedJob();
  job.fail(new RangeError("first"));
  job.fail(new Error("second"));
  job.succeed("third");
  await assertRejects(() => job.promise, RangeError, "first");
  assertEquals(counts, { settled: 1, stopped: 0 });
});

Deno.test("Job.abort() asks the pool to stop it, which settles it", () => {
  const { job, counts } = watchedJob();
  job.abort(new Error("stop"));
  assertEquals([job.isSettled, counts], [false, { settled: 0, stopped: 1 }]);
});

Deno.test("Job waits until its worker has begun it, whether it was sent or not", () => {
  const { job } = watchedJob();
  assertEquals(job.isWaiting, true);
  let isBegun = false;
  job.worker = { hasBegun: () => isBegun } as unknown as NonNullable<typeof job.worker>;
  assertEquals(job.isWaiting, true);
  isBegun = true;
  assertEquals(job.isWaiting, false);
});
