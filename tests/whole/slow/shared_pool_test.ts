import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { createOpero } from "../../../src/create_opero.ts";
import { WorkerError } from "../../../src/errors.ts";
import { WorkerPool } from "../../../src/pool/worker_pool.ts";
import { openShare, rejection, runItem } from "../../support/open_pool.ts";

/** Which worker runs it, by a number made there. */
function workerOf(ms: number): number {
  const scope = globalThis as { id?: number };
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
  return scope.id ??= Math.random();
}

const sleepy = async (ms: number) => {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return ms;
};

Deno.test("the functions of a pool share as many workers as the largest of them asks for", async () => {
  await using pool = new WorkerPool();
  const shares = Array.from({ length: 20 }, (_, n) => openShare(pool, workerOf, { workers: 1 + n % 3 }));
  const ids = await Promise.all(shares.flatMap((share) => Array.from({ length: 8 }, () => runItem(share, 1))));
  assert(new Set(ids).size <= 3, `${new Set(ids).size} workers`);
  assert(pool.size <= 3, `${pool.size} workers are left`);
});

Deno.test("a function takes no more workers than its own, however many the pool has", async () => {
  await using pool = new WorkerPool();
  const [wide, narrow] = [openShare(pool, workerOf, { workers: 3 }), openShare(pool, workerOf, { workers: 1 })];
  await Promise.all([20, 20, 20].map((ms) => runItem(wide, ms)));
  const running = { most: 0 };
  const ids = await Promise.all(Array.from({ length: 6 }, () => runItem(narrow, 5)));
  running.most = narrow.held.size;
  assertEquals(running.most, 1);
  assertEquals(new Set(ids).size, 1);
});

Deno.test("maxThreads bounds the workers below what the functions ask for", async () => {
  await using pool = new WorkerPool({ maxThreads: 1 });
  const shares = [1, 2, 3].map(() => openShare(pool, workerOf, { workers: 4 }));
  const ids = await Promise.all(shares.flatMap((share) => [5, 5, 5].map((ms) => runItem(share, ms))));
  assertEquals([new Set(ids).size, pool.size], [1, 1]);
});

Deno.test("a function with little to do has its turn while another keeps the one worker busy", async () => {
  await using pool = new WorkerPool();
  const [greedy, modest] = [openShare(pool, workerOf), openShare(pool, (n: number) => n)];
  let greedyDone = 0;
  const runs = Array.from({ length: 200 }, () => runItem(greedy, 5).then(() => greedyDone++));
  await runs[4];
  assertEquals(await runItem(modest, 7), 7);
  assert(greedyDone < 150, `${greedyDone} of 200 were done before`);
  await Promise.all(runs);
  assertEquals(greedyDone, 200);
});

Deno.test("an item that ends its worker costs no item of another function", async () => {
  await using pool = new WorkerPool();
  const deadly = openShare(pool, (code: number) => {
    (globalThis as unknown as { process: { exit(code: number): void } }).process.exit(code);
  }, { workers: 2 });
  const peaceful = openShare(pool, sleepy, { workers: 2, workerConcurrency: 4 });
  const values = Array.from({ length: 12 }, (_, n) => runItem(peaceful, 20 + n));
  const errors = await Promise.all([3, 4, 5].map((code) => rejection(runItem(deadly, code))));
  assertEquals(
    errors.map(({ message }) => message),
    [3, 4, 5].map((code) => `An item of "anonymous" ended its worker by an exit with code ${code}`),
  );
  assertEquals(await Promise.all(values), Array.from({ length: 12 }, (_, n) => 20 + n));
});

Deno.test("what one function leaves behind is not charged to an item of another", async () => {
  await using pool = new WorkerPool();
  const litter = openShare(pool, (n: number) => {
    setTimeout(() => {
      throw new Error("late");
    }, 70);
    return n;
  });
  const next = openShare(pool, sleepy, { maxCrashesPerItem: 1 });
  assertEquals(await runItem(litter, 1), 1);
  assertEquals(await runItem(next, 150), 150);
});

Deno.test("an item is charged for what it leaves behind itself, in a worker of its own", async () => {
  await using pool = new WorkerPool();
  const share = openShare(pool, async (n: number) => {
    if (n === 1) {
      setTimeout(() => {
        throw new Error("mine");
      }, 20);
      await new Promise((resolve) => setTimeout(resolve, 5_000));
    }
    return n;
  });
  assertEquals(await runItem(share, 0), 0);
  const error = await rejection(runItem(share, 1));
  assertInstanceOf(error, WorkerError);
  assertEquals(error.message, 'An item of "anonymous" ended its worker by an error that nothing caught');
});

Deno.test("an item that is doubted gets a worker that has run nothing, though a used one is idle", async () => {
  await using pool = new WorkerPool();
  const share = openShare(pool, async (exits: boolean) => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    if (exits) (globalThis as unknown as { process: { exit(code: number): never } }).process.exit(4);
  }, { workers: 2 });
  await Promise.all([1, 2, 3, 4].map(() => runItem(share, false)));
  assertEquals(pool.size, 2);
  const timer = setTimeout(() => pool.close(), 30_000);
  const error = await rejection(runItem(share, true));
  clearTimeout(timer);
  assertEquals(error.message, 'An item of "anonymous" ended its worker by an exit with code 4');
});

Deno.test("close() of a function ends its own items, and leaves the workers to the others", async () => {
  await using pool = new WorkerPool();
  const [closed, open] = [openShare(pool, sleepy), openShare(pool, workerOf)];
  const id = await runItem(open, 1);
  await closed.close();
  assertEquals(await runItem(open, 1), id);
  assertEquals(pool.size, 1);
  await open.close();
  assertEquals(pool.size, 0);
});

Deno.test("workers that are idle for longer than idleTimeout end; those of a run do not", async () => {
  await using pool = new WorkerPool({ idleMs: 300 });
  const share = openShare(pool, workerOf, { workers: 2 });
  const [first] = await Promise.all([runItem(share, 1), runItem(share, 700)]);
  const second = await runItem(share, 1);
  assertEquals(typeof first, typeof second);
  while (pool.size > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  assert(await runItem(share, 1) !== second);
});

Deno.test("a worker that is used again and again within idleTimeout stays", async () => {
  await using pool = new WorkerPool({ idleMs: 1_500 });
  const share = openShare(pool, workerOf);
  const ids = new Set<unknown>();
  for (let round = 0; round < 12; round++) {
    ids.add(await runItem(share, 0));
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  assertEquals(ids.size, 1);
});

Deno.test("a run that lasts longer than idleTimeout loses none of its items", async () => {
  await using pool = new WorkerPool({ idleMs: 100 });
  const [one, other] = [openShare(pool, sleepy), openShare(pool, sleepy)];
  assertEquals(await runItem(one, 1), 1);
  assertEquals(await runItem(other, 600), 600);
});

Deno.test("a function that is used again finds warm workers, and what was learnt of its items", async () => {
  await using instance = createOpero();
  const map = instance.opmap(workerOf, { mode: "process", workers: 1, progress: false });
  const [first] = await map([0]);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  assertEquals(await map([0]), [first!]);
});

Deno.test("createOpero() refuses a maxThreads or idleTimeout that means nothing", async () => {
  for (const maxThreads of [0, -1, 1.5, "2"]) {
    const error = await rejection(Promise.resolve().then(() => createOpero({ maxThreads } as never)));
    const shown = JSON.stringify(maxThreads);
    assertEquals(
      error.message,
      `Cannot create an instance as 'maxThreads' must be a positive integer: received ${shown}`,
    );
  }
  const error = await rejection(Promise.resolve().then(() => createOpero({ idleTimeout: -1 })));
  assert(error.message.startsWith("Cannot create an instance as 'idleTimeout' must be "), error.message);
});

Deno.test("workers that load slowly are started together", async () => {
  const source = 'import { isMainThread } from "node:worker_threads";\n' +
    "if (!isMainThread) await new Promise((done) => setTimeout(done, 3_000));\n" +
    "export function name() { return globalThis.id ??= Math.random(); }\n";
  const module = `data:text/javascript,${encodeURIComponent(source)}`;
  const { name } = await import(module) as { name: () => number };
  await using pool = new WorkerPool();
  const share = openShare(pool, name, { workers: 4, module });
  const startMs = performance.now();
  await Promise.all([1, 2, 3, 4].map((n) => runItem(share, n)));
  assert(performance.now() - startMs < 4 * 3_000, "one after the other");
});
