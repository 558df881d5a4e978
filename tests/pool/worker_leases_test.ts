import { assertEquals } from "@std/assert";
import type { PoolShare, SharedWorker } from "../../src/pool/pool_share.ts";
import { askBack, leaseWorkers, neediest, wantedWorkers } from "../../src/pool/worker_leases.ts";

interface FakeWorker {
  jobCount: number;
  served: FakeShare | undefined;
  servesSinceMs: number;
  isReady: boolean;
  isYielding: boolean;
  isIsolated: boolean;
  takeBack(): string[];
}

interface FakeShare {
  readonly name: string;
  readonly feed: { waitingCount: number };
  readonly held: Set<FakeWorker>;
  readonly options: { readonly workers: number };
  wanted: number;
  servedAtMs: number;
  readonly ranAgain: string[];
  take(worker: FakeWorker, nowMs: number): void;
  runAgain(jobs: readonly string[]): void;
}

function share(name: string, workers: number, waitingCount: number, servedAtMs = 0): FakeShare {
  return {
    name,
    feed: { waitingCount },
    held: new Set(),
    options: { workers },
    wanted: Math.min(workers, waitingCount),
    servedAtMs,
    ranAgain: [],
    take(worker, nowMs) {
      worker.served?.held.delete(worker);
      this.held.add(worker);
      Object.assign(worker, { served: this, servesSinceMs: nowMs, isYielding: false });
      this.servedAtMs = nowMs;
    },
    runAgain(jobs) {
      this.ranAgain.push(...jobs);
    },
  };
}

function worker(served?: FakeShare, jobCount = 0, servesSinceMs = 0): FakeWorker {
  const made: FakeWorker = {
    jobCount,
    served,
    servesSinceMs,
    isReady: true,
    isYielding: false,
    isIsolated: false,
    takeBack() {
      this.jobCount--;
      return ["job"];
    },
  };
  served?.held.add(made);
  return made;
}

const asWorkers = (workers: FakeWorker[]) => new Set(workers) as unknown as ReadonlySet<SharedWorker>;
const asShares = (shares: FakeShare[]) => new Set(shares) as unknown as ReadonlySet<PoolShare>;
const asWorker = (worker: FakeWorker) => worker as unknown as SharedWorker;
const lease = (workers: FakeWorker[], shares: FakeShare[], nowMs: number) =>
  leaseWorkers(asWorkers(workers), asShares(shares), nowMs);
const names = (workers: FakeWorker[]) => workers.map(({ served }) => served?.name);

Deno.test("leaseWorkers() shares idle workers out evenly, and leaves busy ones where they are", () => {
  const [a, b] = [share("a", 4, 9), share("b", 4, 9)];
  const workers = [worker(a, 1), worker(), worker(), worker()];
  lease(workers, [a, b], 5);
  assertEquals(names(workers), ["a", "b", "a", "b"]);
});

Deno.test("leaseWorkers() gives no function more than its own number, nor one that has nothing to do", () => {
  const [narrow, idle] = [share("narrow", 1, 9), share("idle", 4, 0)];
  const workers = [worker(), worker()];
  lease(workers, [narrow, idle], 5);
  assertEquals(names(workers), ["narrow", undefined]);
});

Deno.test("leaseWorkers() gives the one worker to whoever was longest without", () => {
  const [late, early] = [share("late", 1, 9, 200), share("early", 1, 9, 100)];
  const workers = [worker(late)];
  lease(workers, [late, early], 300);
  assertEquals(names(workers), ["early"]);
});

Deno.test("leaseWorkers() asks a worker back for a function that has none, once it served for a while", () => {
  const [rich, poor] = [share("rich", 2, 9), share("poor", 2, 9)];
  const workers = [worker(rich, 2, 7), worker(rich, 2, 5)];
  lease(workers, [rich, poor], 14);
  assertEquals(workers.map(({ isYielding }) => isYielding), [false, false]);
  lease(workers, [rich, poor], 15);
  assertEquals(workers.map(({ isYielding }) => isYielding), [false, true]);
  assertEquals(rich.ranAgain, ["job"]);
  lease(workers, [rich, poor], 99);
  assertEquals(workers.map(({ isYielding }) => isYielding), [false, true]);
});

Deno.test("leaseWorkers() hands a worker on at once that has nothing begun", () => {
  const [rich, poor] = [share("rich", 2, 9), share("poor", 2, 9)];
  const workers = [worker(rich, 1, 0), worker(rich, 2, 3)];
  lease(workers, [rich, poor], 50);
  assertEquals(names(workers), ["poor", "rich"]);
});

Deno.test("leaseWorkers() asks back from a function that has two more, and from none that has one more", () => {
  const [three, one] = [share("three", 4, 9), share("one", 4, 9)];
  const workers = [worker(three, 2), worker(three, 2), worker(three, 2), worker(one, 2)];
  lease(workers, [three, one], 50);
  assertEquals(workers.filter(({ isYielding }) => isYielding).length, 1);
  const [two, other] = [share("two", 4, 9), share("other", 4, 9)];
  const even = [worker(two, 2), worker(two, 2), worker(other, 2)];
  lease(even, [two, other], 50);
  assertEquals(even.filter(({ isYielding }) => isYielding).length, 0);
});

Deno.test("leaseWorkers() asks no worker back that still loads, or runs an item next to no other", () => {
  const [rich, poor] = [share("rich", 2, 9), share("poor", 2, 9)];
  const workers = [worker(rich, 2), worker(rich, 2)];
  workers[0]!.isReady = false;
  workers[1]!.isIsolated = true;
  lease(workers, [rich, poor], 50);
  assertEquals(workers.map(({ isYielding }) => isYielding), [false, false]);
  askBack(asWorker(workers[1]!));
  assertEquals(workers[1]!.isYielding, false);
});

Deno.test("neediest() is nobody where all have what they may have", () => {
  const one = share("one", 1, 9);
  const held = worker(one, 1);
  assertEquals(neediest(asShares([one])), undefined);
  assertEquals(neediest(asShares([one]), asWorker(held)), one as unknown as PoolShare);
});

Deno.test("wantedWorkers() is what all need together, and no more than the largest asks for, or the bound", () => {
  const shares = [share("a", 2, 9), share("b", 3, 9), share("c", 1, 9)];
  assertEquals(wantedWorkers(asShares(shares)), 3);
  assertEquals(wantedWorkers(asShares(shares), 2), 2);
  assertEquals(wantedWorkers(asShares([share("a", 8, 1), share("b", 8, 2)])), 3);
  assertEquals(wantedWorkers(asShares([])), 0);
});
