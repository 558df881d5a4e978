import { assertEquals } from "@std/assert";
import { CallJob } from "../../src/pool/call_job.ts";
import type { Job } from "../../src/pool/job.ts";
import { Pace } from "../../src/pool/pace.ts";
import type { PoolWorker } from "../../src/pool/pool_worker.ts";
import { WorkerFeed } from "../../src/pool/worker_feed.ts";
import { callFor } from "../support/open_pool.ts";

/** A worker that keeps what it is sent. */
class FakeWorker {
  isReady = true;
  isIsolated = false;
  isYielding = false;
  hasServed = true;
  freeCount = 100;
  readonly messages: number[][] = [];
  jobs: Job[] = [];

  get jobCount(): number {
    return this.jobs.length;
  }

  send(jobs: readonly Job[]): void {
    this.jobs.push(...jobs);
    this.messages.push(jobs.map(numberOf));
  }

  takeBack(count: number): Job[] {
    return this.jobs.splice(this.jobs.length - count, count);
  }
}

function numberOf(job: Job): number {
  return job.call.args[0] as number;
}

function jobs(...numbers: number[]): Job[] {
  return numbers.map((n) => new CallJob(callFor(n), { stop: () => {}, onSettled: () => {} }));
}

function feed(given: WorkerFeed, ...workers: FakeWorker[]): number[][][] {
  for (const worker of workers) worker.messages.length = 0;
  given.feed(new Set(workers) as unknown as ReadonlySet<PoolWorker>);
  return workers.map(({ messages }) => [...messages]);
}

function feedWith(queued: readonly Job[], concurrency = 1, chunk?: number): WorkerFeed {
  const made = new WorkerFeed(concurrency, chunk, new Pace(chunk));
  for (const job of queued) made.push(job);
  return made;
}

Deno.test("WorkerFeed.feed() gives each worker what it runs and one more, in turns", () => {
  const made = feedWith(jobs(1, 2, 3, 4, 5, 6));
  assertEquals(feed(made, new FakeWorker(), new FakeWorker()), [[[1], [3]], [[2], [4]]]);
  assertEquals(made.waitingCount, 2);
});

Deno.test("WorkerFeed.feed() fills messages up to the size that was asked for", () => {
  assertEquals(feed(feedWith(jobs(1, 2, 3, 4, 5), 1, 3), new FakeWorker(), new FakeWorker()), [[[1, 2, 3]], [[4, 5]]]);
});

Deno.test("WorkerFeed.feed() gives one worker what is done sooner than it is split", () => {
  for (const [itemMs, messages] of [[0.01, [[[1, 2, 3, 4]], []]], [0.2, [[[1, 2]], [[3, 4]]]]] as const) {
    const pace = new Pace(undefined);
    for (let n = 0; n < 4; n++) pace.record(10, 10 * itemMs);
    const made = new WorkerFeed(1, undefined, pace);
    for (const job of jobs(1, 2, 3, 4)) made.push(job);
    assertEquals<unknown>(feed(made, new FakeWorker(), new FakeWorker()), messages);
  }
});

Deno.test("WorkerFeed.feed() gives the first worker jobs where none is ready yet, and else only those that are", () => {
  const [starting, ready] = [new FakeWorker(), new FakeWorker()];
  starting.isReady = false;
  assertEquals(feed(feedWith(jobs(1)), starting), [[[1]]]);
  assertEquals(feed(feedWith(jobs(2)), starting, ready), [[], [[2]]]);
});

Deno.test("WorkerFeed.feed() gives nothing to a worker that is to turn to another function", () => {
  const yielding = new FakeWorker();
  yielding.isYielding = true;
  assertEquals(feed(feedWith(jobs(1)), yielding), [[]]);
});

Deno.test("WorkerFeed.feed() gives a suspect to a worker that has nothing else, and no other job beside it", () => {
  const made = feedWith(jobs(1, 2, 3));
  const suspects = jobs(8, 9);
  for (const job of suspects) job.isSuspect = true;
  made.runAgain(suspects);
  const [busy, idle] = [new FakeWorker(), new FakeWorker()];
  busy.jobs = jobs(0);
  assertEquals(feed(made, busy, idle), [[[1]], [[8]]]);
  assertEquals([busy.isIsolated, idle.isIsolated], [false, true]);
  assertEquals(feed(made, busy, idle), [[], []]);
  Object.assign(idle, { jobs: [], isIsolated: false });
  assertEquals(feed(made, busy, idle), [[], [[9]]]);
});

Deno.test("WorkerFeed.feed() gives a doubted job to a worker that has run nothing, before any suspect", () => {
  const made = feedWith([]);
  const [suspect, doubted] = jobs(1, 2);
  suspect!.isSuspect = true;
  Object.assign(doubted!, { isSuspect: true, isDoubted: true });
  made.runAgain([suspect!, doubted!]);
  assertEquals(made.isFreshNeeded, true);
  const [used, fresh] = [new FakeWorker(), new FakeWorker()];
  fresh.hasServed = false;
  assertEquals(feed(made, fresh, used), [[[2]], [[1]]]);
  assertEquals([made.isFreshNeeded, made.waitingCount], [false, 0]);
});

Deno.test("WorkerFeed.feed() moves half of what waits at the busiest worker to one that has nothing to do", () => {
  const made = feedWith([], 1, 8);
  made.pace.record(1, 10);
  const [busy, idle] = [new FakeWorker(), new FakeWorker()];
  busy.jobs = jobs(1, 2, 3, 4, 5, 6, 7);
  assertEquals(feed(made, busy, idle), [[], [[4, 5, 6, 7]]]);
});

Deno.test("WorkerFeed.feed() moves nothing that is done sooner than it is moved", () => {
  const made = feedWith([], 1, 8);
  made.pace.record(1_000, 10);
  const [busy, idle] = [new FakeWorker(), new FakeWorker()];
  busy.jobs = jobs(1, 2, 3, 4, 5, 6, 7);
  assertEquals(feed(made, busy, idle), [[], []]);
});

Deno.test("WorkerFeed.runAgain() puts jobs before all others, and takeAll() empties it", () => {
  const made = feedWith(jobs(3));
  made.runAgain(jobs(1, 2));
  assertEquals(made.takeAll().map(numberOf), [1, 2, 3]);
  assertEquals(made.waitingCount, 0);
});
