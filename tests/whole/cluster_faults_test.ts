import { assert, assertEquals, assertRejects } from "@std/assert";
import { type AllFailedError, MapError, WorkerError } from "@opero/core";
import { ClusterLab, type ClusterLabOptions } from "../support/cluster_lab.ts";
import { printSeed } from "../support/seed.ts";
import { warningsOf } from "../support/warnings_of.ts";
import { seededRandom } from "../../src/testing/seeded_random.ts";

const range = (count: number) => Array.from({ length: count }, (_, item) => item);
const hang = () => new Promise(() => {});

/** Items of which some kill each worker that runs them, each time. */
async function runPoison(poison: readonly number[], options: ClusterLabOptions): Promise<void> {
  const runs = new Map<number, number>();
  await using lab = new ClusterLab(async (item, { clock, engine }) => {
    runs.set(item, (runs.get(item) ?? 0) + 1);
    await clock.sleep(5 + item % 7);
    if (!poison.includes(item)) return item * 2;
    engine.killHolderOf(`j[${item}]`);
    return await hang();
  }, options);
  lab.engine.onDeath = () => void lab.start();
  await Promise.all([lab.start(), lab.start()]);
  const error: MapError = await lab.drive(assertRejects(() => lab.map(range(40)), MapError));
  assertEquals(error.errors.map(({ index }) => index).toSorted((one, other) => one - other), poison);
  for (const { error: each } of error.errors) {
    const cause = (each as AllFailedError).cause as WorkerError;
    assert(cause instanceof WorkerError);
    assertEquals(cause.crashes, 3);
    assertEquals((each as AllFailedError).errors, [cause]);
    assertEquals(
      cause.message,
      'An item of "anonymous" was lost with 3 workers and is not run again, the last of which had nothing else to do',
    );
  }
  assertEquals(error.results, range(40).map((item) => poison.includes(item) ? undefined : item * 2));
  assert(poison.every((item) => runs.get(item)! <= 3), "a poison item runs three times at most");
}

Deno.test("opmap() loses exactly the item that kills its workers, and no neighbour of it", async () => {
  const random = seededRandom(printSeed());
  for (let round = 0; round < 20; round++) {
    const chunkSize = 1 + Math.floor(random() * 6);
    await runPoison([Math.floor(random() * 40)], { seed: Math.floor(random() * 1e9), map: { chunkSize } });
  }
});

Deno.test("opmap() loses exactly two items that kill their workers, also those of one frame", async () => {
  await runPoison([3, 4], { map: { chunkSize: 8 } });
  await runPoison([7, 31], { map: { chunkSize: 3 } });
});

Deno.test("opmap() spends no retries on an item that kills its workers", async () => {
  await runPoison([7], { map: { retries: 3, minDelay: "1ms" } });
});

Deno.test("opmap() runs the items of a worker that died again after the lease, each twice at most", async () => {
  const runs = range(200).map(() => 0);
  await using lab = new ClusterLab(async (item, { clock }) => {
    runs[item]!++;
    await clock.sleep(100);
    return item;
  }, { slots: 10 });
  await Promise.all([lab.start(), lab.start()]);
  const startedMs = lab.clock.now();
  lab.clock.setTimer(500, () => lab.engine.killHolderOf("j["));
  const quietMs = 200 / 20 * 100;
  assertEquals(await lab.drive(lab.map(range(200))), range(200));
  assertEquals(lab.engine.deaths >= 1, true);
  assert(Math.max(...runs) <= 2, "no item runs more than twice");
  assert(runs.filter((count) => count === 2).length <= 60, "only what the dead worker had runs again");
  const elapsedMs = lab.clock.now() - startedMs;
  assert(elapsedMs <= 2 * quietMs + 3_000 + 1_500, `it took ${elapsedMs} ms`);
});

Deno.test("opmap() sends again what its engine has forgotten", async () => {
  const runs = range(60).map(() => 0);
  await using lab = new ClusterLab(async (item, { clock }) => {
    runs[item]!++;
    await clock.sleep(50);
    return item;
  });
  const working = lab.drive(lab.map(range(60)));
  await lab.clock.tick("10ms");
  // No worker has it yet: what was sent is gone for good.
  lab.store.forget();
  await lab.start();
  assertEquals(await working, range(60));
  assert(runs.every((count) => count === 1), "what was forgotten before it began runs once");
});

Deno.test("a worker that is stopped lets what runs end, and gives back the rest, uncounted", async () => {
  const runs = range(80).map(() => 0);
  await using lab = new ClusterLab(async (item, { clock }) => {
    runs[item]!++;
    await clock.sleep(300);
    return item;
  }, { map: { chunkSize: 6 } });
  const leaving = await lab.start({ grace: "10s" });
  await lab.start();
  let left: Promise<void> | undefined;
  lab.clock.setTimer(400, () => left = leaving.stop());
  assertEquals(await lab.drive(lab.map(range(80))), range(80));
  await left!;
  assert(runs.every((count) => count === 1), "no item runs twice");
  assertEquals(leaving.counts.running, 0);
});

Deno.test("a worker whose grace is over gives back what still runs", async () => {
  const begun = range(4).map(() => 0);
  await using lab = new ClusterLab(async (item, { clock }) => {
    if (++begun[item]! > 1) return item;
    await clock.sleep(60_000);
    return -1;
  });
  const leaving = await lab.start({ grace: "1s" });
  const working = lab.drive(lab.map(range(4)));
  await lab.clock.tick("200ms");
  await Promise.all([leaving.stop(), lab.start()]);
  assertEquals(await working, range(4));
  assertEquals(begun, [2, 2, 2, 2]);
});

Deno.test("an abort of many items rejects at once, begins nothing more, and empties the engine", async () => {
  let lastBegunMs = 0;
  let begun = 0;
  const lab = new ClusterLab(async (_item, { clock }) => {
    begun++;
    lastBegunMs = clock.now();
    await clock.sleep(100);
  }, { slots: 50, map: { chunkSize: 10 } });
  await lab.start();
  const controller = new AbortController();
  const working = lab.map(range(2_000), { signal: controller.signal });
  working.catch(() => {});
  await lab.clock.tick("500ms");
  controller.abort(new Error("enough"));
  const abortedMs = lab.clock.now();
  await assertRejects(() => working, Error, "enough");
  assertEquals(lab.clock.now(), abortedMs);
  await lab.clock.tick("10s");
  assert(begun > 100 && begun < 1_000, `${begun} items began`);
  assert(lastBegunMs <= abortedMs + 1_000, "nothing begins later than a second after");
  const probe = await lab.store.openWorker({ task: "work", version: "0" }, { slots: 0, leaseMs: 1_000 });
  await lab[Symbol.asyncDispose]();
  assertEquals([await lab.drive(probe.pull("open", 100)), await probe.pull("alone", 100)], [[], []]);
});

Deno.test("opmap() says once that no worker answers, and a deadline ends what waits", async () => {
  const lines = await warningsOf(async () => {
    await using lab = new ClusterLab((item) => Promise.resolve(item), { map: { deadline: "30s", onError: "return" } });
    const results = await lab.drive(lab.map([1, 2]));
    assertEquals(results.map((result) => (result as AllFailedError).reason), ["deadline", "deadline"]);
  });
  assertEquals(lines.length, 1);
  assert(lines[0]!.includes('no worker of work@0 answers: items of "anonymous" wait until one is started'), lines[0]);
});

Deno.test("opmap() says once that its engine is away, and once that it is back", async () => {
  const lines = await warningsOf(async () => {
    await using lab = new ClusterLab((item) => Promise.resolve(item));
    await lab.start();
    assertEquals(await lab.drive(lab.map([1])), [1]);
    lab.engine.faults = { away: 1 };
    lab.clock.setTimer(5_000, () => lab.engine.faults = {});
    assertEquals(await lab.drive(lab.map(range(30))), range(30));
  });
  const counted = lines.map((line) => line.includes("does not answer (the broker is away)") ? "away" : "back");
  // One of each for the caller, and one for the worker.
  assertEquals(counted.toSorted(), ["away", "away", "back", "back"]);
});

/** Everything goes wrong now and then; the outcome of an item depends on the item alone. */
async function simulate(seed: number, count: number): Promise<void> {
  const random = seededRandom(seed);
  const faults = { away: 0.05, lost: 0.02, twice: 0.1, deaf: 0.2, lateMs: 200 };
  const map = { retries: 2, minDelay: "1ms", maxDelay: "5ms", onError: "return" } as const;
  await using lab = new ClusterLab(async (item, { clock }) => {
    await clock.sleep(random() * 20);
    if (item % 11 === 0) throw new RangeError(`never ${item}`);
    return `done ${item}`;
  }, { seed, faults, slots: 20, map });
  lab.engine.onDeath = () => void lab.start();
  await Promise.all([lab.start(), lab.start(), lab.start()]);
  let isDone = false;
  const trouble = () => {
    if (isDone) return;
    if (random() < 0.3) lab.store.forget();
    else lab.engine.killHolderOf("j[");
    lab.clock.setTimer(2_000 + random() * 4_000, trouble);
  };
  lab.clock.setTimer(500, trouble);
  const results = await lab.drive(lab.map(range(count)), 50);
  isDone = true;
  assertEquals(results.length, count);
  for (const [item, result] of results.entries()) {
    if (item % 11 !== 0) assertEquals(result, `done ${item}`);
    else assertEquals((result as AllFailedError).errors.map(String), Array(3).fill(`RangeError: never ${item}`));
  }
}

Deno.test("opmap() comes to one outcome for each item, whatever is lost, late, doubled, forgotten or dead", async () => {
  const seed = printSeed();
  await warningsOf(async () => {
    for (let round = 0; round < 3; round++) await simulate(seed + round, 400);
  });
});
