import { assert, assertEquals } from "@std/assert";
import { AttemptWatch } from "../../src/pool/attempt_watch.ts";
import { CallJob } from "../../src/pool/call_job.ts";
import type { Job, JobHolder } from "../../src/pool/job.ts";
import { callFor } from "../support/open_pool.ts";

const LIMIT_MS = 40;

function newJob(): Job {
  return new CallJob(callFor(1), { stop: () => {}, onSettled: () => {} });
}

/** What a watch says of a job with a limit while its worker is as `worker` says, and how often the worker was asked. */
async function watch(worker: Partial<JobHolder>, isExpectedToEnd = false): Promise<{ said: string[]; asked: number }> {
  const said: string[] = [];
  let asked = 0;
  const made = new AttemptWatch({
    onOverrun: (_job, limitMs) => said.push(`overran ${limitMs}`),
    onUnresponsive: () => said.push("deaf"),
    onSilent: () => said.push("silent"),
  });
  const job = newJob();
  job.worker = {
    has: () => true,
    hasBegun: () => true,
    blocker: undefined,
    silentMs: 0,
    isAloneWith: () => false,
    probe: () => asked++,
    takeOneBack: () => false,
    abort: () => {},
    ...worker,
  };
  if (isExpectedToEnd) made.expectEnd(job);
  else made.limit(job, LIMIT_MS);
  const endMs = performance.now() + 10 * LIMIT_MS;
  while (performance.now() < endMs) await new Promise((resolve) => setTimeout(resolve, 5));
  made.close();
  return { said: [...new Set(said)], asked };
}

Deno.test("AttemptWatch tells of a job that ran for longer than its limit, and asks its worker for a sign of life", async () => {
  const { said, asked } = await watch({});
  assertEquals(said, [`overran ${LIMIT_MS}`]);
  assert(asked > 0);
});

Deno.test("AttemptWatch charges no job that another keeps waiting", async () => {
  assertEquals(await watch({ blocker: newJob() }), { said: [], asked: 0 });
});

Deno.test("AttemptWatch charges no job that has not begun", async () => {
  assertEquals(await watch({ hasBegun: () => false }), { said: [], asked: 0 });
});

Deno.test("AttemptWatch charges nobody for the silence of a worker that others may have caused", async () => {
  assertEquals((await watch({ silentMs: LIMIT_MS - 1 })).said, []);
  assertEquals((await watch({ silentMs: LIMIT_MS })).said, ["silent"]);
});

Deno.test("AttemptWatch charges a job for the silence that it alone can have caused", async () => {
  assertEquals((await watch({ silentMs: LIMIT_MS, isAloneWith: () => true })).said, [`overran ${LIMIT_MS}`]);
});

Deno.test("AttemptWatch tells of a job that was told to stop and is still there after a moment", async () => {
  assertEquals((await watch({}, true)).said, ["deaf"]);
  assertEquals((await watch({ has: () => false }, true)).said, []);
});
