import { assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { ConfigurationError, WorkerError } from "../../src/errors.ts";
import { CallJob } from "../../src/pool/call_job.ts";
import type { Loss } from "../../src/pool/loss_judgement.ts";
import { Pace } from "../../src/pool/pace.ts";
import type { ShareOptions } from "../../src/pool/pool.ts";
import { PoolShare } from "../../src/pool/pool_share.ts";
import { transfer } from "../../src/pool/transfer.ts";
import { callFor, rejection } from "../support/open_pool.ts";

const EMPTY: Loss<CallJob> = { running: undefined, isForgottenOne: false, begun: [], waiting: [], hasServed: false };

/** A share of a pool that does nothing, which runs `f`. */
function openShare(options: Partial<ShareOptions> = {}): PoolShare {
  return new PoolShare({
    id: 1,
    fn: { name: "f", source: "() => 1", module: undefined, occurrence: 0 },
    options: { workers: 1, workerConcurrency: 1, maxCrashesPerItem: 2, ...options },
    pace: new Pace(undefined),
    host: {
      dispatchSoon: () => {},
      watch: () => {},
      stop: () => {},
      release: () => [],
      forget: () => Promise.resolve(),
    },
  });
}

/** A job that a worker has. */
function sentJob(share: PoolShare, item: unknown = 1): { job: CallJob; outcome: Promise<Error> } {
  const job = new CallJob(callFor(item), share);
  share.pendingCount++;
  return { job, outcome: rejection(job.promise) };
}

Deno.test("PoolShare.onLost() gives up what waits after three workers in a row that were of no use", async () => {
  const share = openShare();
  const { job, outcome } = sentJob(share);
  const lose = () => share.onLost({ ...EMPTY, waiting: share.feed.takeAll() }, "gone", "why");
  share.runAgain([job]);
  lose();
  lose();
  assertEquals([job.isSettled, share.hopeless], [false, undefined]);
  lose();
  const error = await outcome;
  assertInstanceOf(error, WorkerError);
  assertEquals([error.message, error.cause, job.call.state], ['Cannot start a worker for "f"', "why", undefined]);
  assertStrictEquals(share.hopeless?.error, error);
  share.onLoaded();
  assertEquals(share.hopeless, undefined);
});

Deno.test("PoolShare.onLost() asks for 'module' where no code may be made of the text of a function", async () => {
  const share = openShare();
  const { job, outcome } = sentJob(share);
  share.runAgain([job]);
  const cause = new EvalError("'unsafe-eval' is not an allowed source of script");
  for (let lost = 0; lost < 3; lost++) share.onLost({ ...EMPTY, waiting: share.feed.takeAll() }, "boot", cause);
  const error = await outcome;
  assertInstanceOf(error, ConfigurationError);
  assertEquals([error.message, error.cause], [
    "Cannot start a worker for \"f\" as 'module' must name where the function stands, since no code may be made of its text " +
    "here, by a Content-Security-Policy without 'unsafe-eval' say: received none",
    cause,
  ]);
});

Deno.test("PoolShare.onLost() counts workers anew after a result, and none that was of use or has a culprit", () => {
  const share = openShare();
  const { job } = sentJob(share);
  share.runAgain([job]);
  const lose = (loss: Partial<Loss<CallJob>> = {}) =>
    share.onLost({ ...EMPTY, waiting: share.feed.takeAll(), ...loss }, "gone", undefined);
  lose();
  lose();
  share.onResults(1, 1);
  lose();
  lose();
  share.onResults(0, 1);
  lose({ hasServed: true });
  lose({ running: sentJob(share).job });
  lose({ begun: [sentJob(share).job, sentJob(share).job] });
  assertEquals(job.isSettled, false);
  lose();
  assertEquals(job.isSettled, true);
});

Deno.test("PoolShare.onLost() gives up an item that three silent workers in a row did not begin", async () => {
  const share = openShare();
  const { job, outcome } = sentJob(share);
  for (const _ of [1, 2]) share.onLost({ ...EMPTY, waiting: [job], hasServed: true }, "silent", undefined);
  share.onLost({ ...EMPTY, waiting: [job], hasServed: true }, "gone", undefined);
  assertEquals(job.isSettled, false);
  share.onLost({ ...EMPTY, waiting: [job], hasServed: true }, "silent", undefined);
  assertEquals((await outcome).message, 'Cannot begin an item of "f" as 3 workers gave no sign of life');
});

Deno.test("PoolShare counts the silent workers in a row, until one tells a result", () => {
  const share = openShare();
  const counts: number[] = [];
  const lose = (reason: "silent" | "gone") => {
    share.onLost({ ...EMPTY, hasServed: true }, reason, undefined);
    counts.push(share.silentInRow);
  };
  lose("silent");
  lose("gone");
  lose("silent");
  share.onResults(0, 1);
  lose("silent");
  share.onResults(1, 1);
  lose("silent");
  assertEquals(counts, [1, 1, 2, 3, 1]);
});

Deno.test("PoolShare.onLost() runs suspects alone, and one that is doubted in a worker that has run nothing", () => {
  const share = openShare({ workerConcurrency: 2 });
  const [one, two, three] = [sentJob(share).job, sentJob(share).job, sentJob(share).job];
  share.onLost({ ...EMPTY, begun: [one, two] }, "uncaught", undefined);
  share.onLost({ ...EMPTY, begun: [three], hasServed: true }, "uncaught", undefined);
  assertEquals([one, two, three].map((job) => [job.isSuspect, job.isDoubted]), [
    [true, false],
    [true, false],
    [false, true],
  ]);
  assertEquals([share.feed.isFreshNeeded, share.feed.waitingCount], [true, 3]);
});

Deno.test("PoolShare.onLost() times out the culprit of a worker that gave no sign of life or overran", async () => {
  const share = openShare();
  for (const reason of ["overrun", "silent"] as const) {
    const { job, outcome } = sentJob(share);
    job.limitMs = 250;
    share.onLost({ ...EMPTY, running: job }, reason, undefined);
    assertEquals((await outcome).message, 'An attempt of "f" took longer than 250 ms');
  }
});

Deno.test("PoolShare.giveUp() hands a mistake of the configuration on as it is, for good", async () => {
  const told: unknown[] = [];
  const share = openShare({ onHopeless: (error) => told.push(error) });
  const mistake = new ConfigurationError("Cannot do so");
  const [first, second] = [sentJob(share), sentJob(share)];
  share.runAgain([first.job]);
  share.giveUp(new Error("broken"));
  assertEquals([(await first.outcome).message, told], ['Cannot start a worker for "f"', []]);
  share.runAgain([second.job]);
  share.onLost(EMPTY, "uncaught", mistake);
  assertStrictEquals(await second.outcome, mistake);
  assertEquals([told, second.job.call.state?.isFinal], [[mistake], true]);
});

Deno.test("PoolShare.runAgain() fails what had its buffers moved, and lets only the others wait for a worker", async () => {
  const share = openShare();
  const bytes = new Uint8Array(8);
  const [moved, other] = [sentJob(share, transfer({ bytes }, [bytes.buffer])), sentJob(share)];
  share.runAgain([moved.job, other.job]);
  assertEquals([share.feed.waitingCount, share.feed.takeAll(), share.pendingCount], [1, [other.job], 1]);
  assertEquals((await moved.outcome).message, 'Cannot run an item of "f" again as its buffers were moved');
});
