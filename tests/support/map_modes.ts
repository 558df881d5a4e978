/** What `opmap()` does in every mode, over whatever engine. */
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  AllFailedError,
  currentCall,
  type Engine,
  MapError,
  type MapMode,
  type OpmapOptions,
  TimeoutError,
} from "@opero/core";
import { servedMap } from "./served_map.ts";

interface Task {
  readonly id: number;
  /** How many attempts fail. */
  readonly failures?: number;
  readonly error?: "SyntaxError" | "RangeError";
  readonly isEndless?: boolean;
  readonly ms?: number;
}

type Item = Task | undefined | null;
type Result = number | string;

// Their sources travel, so each refers to nothing but what a worker knows.

function doubleSync(task: Item): Result {
  const { attempt } = currentCall();
  while (task?.isEndless);
  if (attempt > (task?.failures ?? 0)) return task ? task.id * 2 : String(task);
  throw task?.error === "RangeError" ? new RangeError("no") : new SyntaxError("no");
}

async function doubleAsync(task: Item): Promise<Result> {
  const { attempt, signal } = currentCall();
  if (task?.isEndless) await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  if (task?.ms) await new Promise((resolve) => setTimeout(resolve, task.ms));
  if (attempt > (task?.failures ?? 0)) return task ? task.id * 2 : String(task);
  throw task?.error === "RangeError" ? new RangeError("no") : new SyntaxError("no");
}

/** One of the ways in which a map runs. */
export interface MapVariant {
  readonly mode: MapMode;
  readonly ordered: boolean;
  readonly isAsync: boolean;
}

/** Where the tests are registered, and what is under a cluster. */
export interface ModeTests {
  /** What else the names of the tests say. */
  readonly over?: string;
  /** Opens the engine of `mode: "cluster"`, by default one in memory. */
  readonly openEngine?: () => Engine;
  readonly ignore?: boolean;
}

/** All variants of these modes. */
export function variantsOf(modes: readonly MapMode[]): MapVariant[] {
  return modes.flatMap((mode) =>
    [true, false].flatMap((ordered) =>
      (mode === "async" ? [true] : [true, false]).map((isAsync) => ({ mode, ordered, isAsync }))
    )
  );
}

/** Registers what a map does in every mode. */
export function testMode(
  { mode, ordered, isAsync }: MapVariant,
  { over = "", openEngine, ignore = false }: ModeTests = {},
): void {
  const isPool = mode !== "thread" && mode !== "async";
  const name = `${mode}, ${ordered ? "ordered" : "unordered"}, ${isAsync ? "async" : "sync"} function${over}`;
  const test = (what: string, fn: (t: Deno.TestContext) => Promise<void>) => Deno.test({ name: what, ignore, fn });
  const double: (task: Item) => Result | Promise<Result> = isAsync ? doubleAsync : doubleSync;
  const open = (options: OpmapOptions<Item, Result, "throw"> = {}) =>
    servedMap<Item, Result | Promise<Result>>(double, {
      mode,
      ordered,
      workers: 2,
      progress: false,
      retries: 2,
      minDelay: "1ms",
      maxDelay: "2ms",
      ...options,
    }, openEngine);
  /** Results as they are where order is promised, else sorted. */
  const inOrder = <T>(results: readonly T[]): readonly T[] =>
    ordered ? results : results.toSorted((one, other) => Number(one) - Number(other));
  const tasks = (count: number, change: (id: number) => Partial<Task> = () => ({})): Task[] =>
    Array.from({ length: count }, (_, id) => ({ id, ...change(id) }));
  const doubled = (count: number) => Array.from({ length: count }, (_, id) => id * 2);

  test(`opmap() does the same in every mode: ${name}`, async (t) => {
    await using map = open();

    await t.step("many, one, no items", async () => {
      assertEquals(inOrder(await map(tasks(20))), doubled(20));
      assertEquals(await map([{ id: 21 }]), [42]);
      assertEquals(await map([]), []);
    });

    await t.step("undefined and null are items", async () => {
      assertEquals((await map([undefined, null])).toSorted(), ["null", "undefined"]);
    });

    await t.step("iterables, async iterables and endless ones", async () => {
      assertEquals(inOrder(await map(new Set(tasks(3)))), doubled(3));
      assertEquals(inOrder(await map(tasks(3).values())), doubled(3));
      async function* slowly() {
        for (const task of tasks(5)) yield await Promise.resolve(task);
      }
      assertEquals(inOrder(await map(slowly())), doubled(5));
      let isClosed = false;
      function* endless() {
        try {
          for (let id = 0;; id++) yield { id };
        } finally {
          isClosed = true;
        }
      }
      const seen: unknown[] = [];
      for await (const result of map.stream(endless())) if (seen.push(result) === 50) break;
      assertEquals(seen.length, 50);
      if (ordered) assertEquals(seen, doubled(50));
      assert(isClosed);
    });

    await t.step("failed attempts are retried", async () => {
      const results = await map.withMeta(tasks(6, (id) => ({ failures: id % 3 })));
      const attempts = results.map(({ value, meta }) => [Number(value) / 2 % 3 + 1, meta.attempts]);
      for (const [expected, actual] of attempts) assertEquals(actual, expected);
    });

    const someFail = tasks(6, (id) => ({ failures: id === 2 || id === 4 ? 9 : 0 }));

    await t.step('onError: "throw" runs all items', async () => {
      const error: MapError = await assertRejects(() => map(someFail), MapError);
      assertEquals(
        error.message,
        `2 of 6 items of "${isAsync ? "doubleAsync" : "doubleSync"}" failed: 2 × SyntaxError (items 2, 4)`,
      );
      assertEquals(error.errors.map(({ index }) => index), [2, 4]);
      for (const { error: itemError } of error.errors) assertInstanceOf(itemError, AllFailedError);
      assertEquals(error.results.length, 6);
      assertEquals(Object.keys(error.results).length, 6);
      const values = error.results.filter((result) => result !== undefined);
      assertEquals(inOrder(values), [0, 2, 6, 10]);
      if (ordered) assertEquals(error.results, [0, 2, undefined, 6, undefined, 10]);
    });

    await t.step('onError: "return" puts the error in the place', async () => {
      const results = await map(someFail, { onError: "return" });
      assertEquals(results.length, 6);
      const failed = results.filter((result) => result instanceof Error);
      assertEquals(failed.map(({ name }) => name), ["AllFailedError", "AllFailedError"]);
      assertInstanceOf(failed[0]!.cause, SyntaxError);
      if (ordered) {
        assertEquals(results.map((result) => result instanceof Error), [false, false, true, false, true, false]);
      }
    });

    await t.step('onError: "skip" leaves them out', async () => {
      assertEquals(inOrder(await map(someFail, { onError: "skip" })), [0, 2, 6, 10]);
    });

    await t.step('onError: "abort" stops at the first', async () => {
      function* endless() {
        for (let id = 0;; id++) yield { id, failures: id === 3 ? 9 : 0 };
      }
      const error: MapError = await assertRejects(() => map(endless(), { onError: "abort" }), MapError);
      assertEquals(error.errors.map(({ index }) => index), [3]);
      assertEquals(
        error.message,
        `The map of "${isAsync ? "doubleAsync" : "doubleSync"}" was stopped as item 3 failed: SyntaxError`,
      );
    });

    await t.step("an abort ends the run at once, with its reason", async () => {
      const controller = new AbortController();
      let pulled = 0;
      function* endless() {
        for (let id = 0;; id++) {
          if (++pulled === 30) controller.abort(new Error("enough"));
          yield { id, ...(isAsync ? { ms: 1 } : {}) };
        }
      }
      await assertRejects(() => map(endless(), { signal: controller.signal }), Error, "enough");
      const pulledAtAbort = pulled;
      await new Promise((resolve) => setTimeout(resolve, 5));
      assertEquals(pulled, pulledAtAbort);
      await assertRejects(() => map(tasks(1), { signal: AbortSignal.abort(new Error("before")) }), Error, "before");
    });

    await t.step("fewer workers for one run", async () => {
      assertEquals(inOrder(await map(tasks(5), { workers: 1 })), doubled(5));
    });
  });

  test(`opmap() retries what retryOn matches, by class: ${name}`, async () => {
    await using map = open({ retryOn: SyntaxError });
    const results = await map(
      [{ id: 1, failures: 9, error: "RangeError" }, { id: 2, failures: 9 }, { id: 3, failures: 1 }],
      { onError: "return" },
    );
    const kinds = results.map((result) => result instanceof Error ? result.name : result);
    assertEquals(kinds.toSorted(), [6, "AllFailedError", "RangeError"]);
    if (ordered) assertInstanceOf(results[0], RangeError);
  });

  test(`opmap() answers with the fallback of an item: ${name}`, async () => {
    await using map = open({ retries: 0, fallback: -1 });
    assertEquals(inOrder(await map([{ id: 1, failures: 9 }, { id: 2 }])), [-1, 4]);
  });

  test(`opmap() shares the cache between items and runs: ${name}`, async () => {
    await using map = open({ cache: true });
    const first = await map.withMeta([{ id: 1 }, { id: 1 }, { id: 2 }]);
    assertEquals(first.map(({ value }) => value).toSorted(), [2, 2, 4]);
    const statuses = first.map(({ meta }) => meta.cache);
    assertEquals(statuses.filter((status) => status === "miss").length, 2);
    const second = await map.withMeta([{ id: 2 }]);
    assertEquals(second.map(({ value, meta }) => [value, meta.cache, meta.attempts]), [[4, "hit", 0]]);
    assertEquals(await map.cache.get({ id: 1 }), 2);
  });

  test(`opmap() keeps to the rate limit exactly, retries included: ${name}`, async () => {
    await using map = open({ rateLimit: { limit: 1, per: "20ms" } });
    const startedMs = performance.now();
    assertEquals(inOrder(await map(tasks(4, (id) => ({ failures: id === 1 ? 2 : 0 })))), doubled(4));
    const elapsedMs = performance.now() - startedMs;
    assert(elapsedMs >= 5 * 20, `6 attempts took only ${elapsedMs} ms`);
  });

  test(`opmap() keeps to several limits by cost at its caller, retries included: ${name}`, async () => {
    await using map = open({
      rateLimit: [{ limit: 1_000, burst: 1_000 }, {
        limit: 4,
        per: "1h",
        burst: 10,
        cost: (item) => (item as { id: number }).id,
      }],
    });
    assertEquals(inOrder(await map(tasks(4, (id) => ({ failures: id === 1 ? 2 : 0 })))), doubled(4));
    // 0 + 3 × 1 + 2 + 3.
    assertEquals(map.limiter?.available, 2);
  });

  if (isAsync || isPool) {
    test(`opmap() lets a timeout cost its item alone: ${name}`, async () => {
      await using map = open({ retries: 0, timeout: "300ms" });
      const results = await map(tasks(8, (id) => ({ isEndless: id === 3 })), { onError: "return" });
      const failed = results.filter((result) => result instanceof Error);
      assertEquals(failed.length, 1);
      assertInstanceOf(failed[0]!.cause, TimeoutError);
      assertEquals(inOrder(results.filter((result) => !(result instanceof Error))), [0, 2, 4, 8, 10, 12, 14]);
    });
  }
}
