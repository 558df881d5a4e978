import { assertEquals, assertInstanceOf } from "@std/assert";
import { TimeoutError, WorkerError } from "../../../src/errors.ts";
import { createOpero } from "../../../src/create_opero.ts";
import { openPool, rejection, runItem } from "../../support/open_pool.ts";
import { warningsOf } from "../../support/warnings_of.ts";

// What is left behind ends by itself after a while: no thread of Deno can be ended in the midst of a loop.

Deno.test("an item gets its result although its worker loops in a timer that an earlier one left behind", async () => {
  await using pool = openPool((n: number) => {
    if (n === 1) {
      setTimeout(() => {
        const endMs = performance.now() + 6_000;
        while (performance.now() < endMs);
      }, 20);
    }
    return n * n;
  }, { timeoutMs: 300 });
  assertEquals(await runItem(pool, 1), 1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assertEquals(await Promise.all([2, 3].map((n) => runItem(pool, n))), [4, 9]);
});

Deno.test("an item gets its result although the event loop of its worker starves", async () => {
  await using pool = openPool((n: number) => {
    if (n === 1) {
      setTimeout(async () => {
        const endMs = performance.now() + 6_000;
        while (performance.now() < endMs) await null;
      }, 20);
    }
    return n * n;
  }, { timeoutMs: 300 });
  assertEquals(await runItem(pool, 1), 1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assertEquals(await runItem(pool, 2), 4);
});

Deno.test("an item that waits is not timed out for a loop that an earlier one left behind", async () => {
  await using pool = openPool(async (n: number) => {
    if (n === 1) {
      setTimeout(() => {
        const endMs = performance.now() + 6_000;
        while (performance.now() < endMs);
      }, 50);
      return n;
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
    return n;
  }, { timeoutMs: 500 });
  assertEquals(await Promise.all([1, 2, 3].map((n) => runItem(pool, n))), [1, 2, 3]);
});

Deno.test("an item that loops after its first await is timed out, and costs no neighbour in its worker", async () => {
  await using pool = openPool(async (n: number) => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const endMs = performance.now() + (n === 1 ? 6_000 : 0);
    while (performance.now() < endMs);
    await new Promise((resolve) => setTimeout(resolve, 50));
    return n;
  }, { timeoutMs: 400, workerConcurrency: 4, workers: 2 });
  const runs = [0, 1, 2, 3].map((n) => runItem(pool, n));
  const error = await rejection(runs[1]!);
  assertInstanceOf(error, TimeoutError);
  assertEquals(error.message, 'An attempt of "anonymous" took longer than 400 ms');
  assertEquals(await Promise.all([runs[0], runs[2], runs[3]]), [0, 2, 3]);
});

Deno.test("opmap() warns once of workers that cannot be ended, however many loop behind an await", async () => {
  await using instance = createOpero();
  const options = { mode: "process", workers: 1, retries: 0, timeout: "300ms", progress: false } as const;
  const map = instance.opmap(async function looper(_: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 10));
    const endMs = performance.now() + 10_000;
    while (performance.now() < endMs);
  }, { ...options, onError: "return" });
  const names: unknown[] = [];
  const lines = await warningsOf(async () => {
    for (const result of await map([1, 2])) names.push(((result as Error).cause as Error).name);
  });
  assertEquals(names, ["TimeoutError", "TimeoutError"]);
  assertEquals(lines, [
    "opero: a worker of \"looper\" gave no sign of life and was replaced; if it is in a loop, behind an 'await' or in a " +
    "timer, Deno cannot end it, and it burns a core until the process ends. Let the function end what it starts before " +
    "it returns",
  ]);
});

Deno.test("opmap() warns of no loop where items hang, or loop in their synchronous part", async () => {
  await using instance = createOpero();
  const options = { mode: "process", workers: 1, retries: 0, timeout: "500ms", progress: false } as const;
  const map = instance.opmap((hangs: boolean) => {
    if (hangs) return new Promise(() => {});
    for (;;);
  }, { ...options, onError: "return" });
  const lines = await warningsOf(async () => {
    for (const result of await map([true, false])) assertInstanceOf((result as Error).cause, TimeoutError);
  });
  assertEquals(lines, []);
});

Deno.test("an item fails where its module does not load, and is not tried again", async () => {
  const source = 'import { isMainThread } from "node:worker_threads";\n' +
    "if (!isMainThread) await new Promise((done) => setTimeout(done, 1e8));\n" +
    "export const twice = (n) => n * 2;\n";
  const module = `data:text/javascript,${encodeURIComponent(source)}`;
  const { twice } = await import(module) as { twice: (n: number) => number };
  await using pool = openPool(twice, { module, timeoutMs: 100 });
  const errors = await Promise.all([1, 2].map((n) => rejection(runItem(pool, n))));
  for (const error of errors) {
    assertInstanceOf(error, WorkerError);
    assertEquals(error.message, 'Cannot start a worker for "twice" as its module was not loaded within 5 s');
  }
});

Deno.test("items are given up where workers end again and again before one begins", async () => {
  const source = 'import { isMainThread } from "node:worker_threads";\n' +
    'if (!isMainThread) setTimeout(() => { throw new RangeError("left behind"); }, 0);\n' +
    "if (!isMainThread) await new Promise((done) => setTimeout(done, 200));\n" +
    "export const twice = (n) => n * 2;\n";
  const module = `data:text/javascript,${encodeURIComponent(source)}`;
  const { twice } = await import(module) as { twice: (n: number) => number };
  await using pool = openPool(twice, { module });
  const error = await rejection(runItem(pool, 1));
  assertInstanceOf(error, WorkerError);
  assertEquals(error.message, 'Cannot start a worker for "twice"');
  assertInstanceOf(error.cause, RangeError);
});

Deno.test("a message that a worker cannot read costs the item in it that is to blame", async () => {
  const { createHistogram } = await import("node:perf_hooks");
  await using pool = openPool((value: unknown) => typeof value, { chunkSize: 8 });
  const runs = [1, createHistogram(), "two", createHistogram(), 3n].map((item) => runItem(pool, item));
  const errors = await Promise.all([rejection(runs[1]!), rejection(runs[3]!)]);
  assertEquals(errors.map(({ name }) => name), ["SerializationError", "SerializationError"]);
  assertEquals(await Promise.all([runs[0], runs[2], runs[4]]), ["number", "string", "bigint"]);
});
