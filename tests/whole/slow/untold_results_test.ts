import { assertEquals, assertInstanceOf } from "@std/assert";
import { AllFailedError, opmap } from "@opero/core";

const ITEMS = [1, 2, 3, 4, 5, 6];

/** The kinds of the errors of `results`, and the results that are none. */
function kindsOf(results: readonly unknown[]): unknown[] {
  return results.map((result) => {
    if (!(result instanceof Error)) return (result as { item: number }).item;
    assertInstanceOf(result, AllFailedError);
    return ((result as AllFailedError).errors[0] as Error).name;
  });
}

Deno.test("opmap() in a pool costs a result that cannot be read to its end its own item only", async () => {
  await using map = opmap((item: number) => {
    if (item !== 3) return { item };
    return {
      get item(): number {
        for (let n = 0;; n++) if (n < 0) return n;
      },
    };
  }, { mode: "process", workers: 2, retries: 0, timeout: "300ms", onError: "return", progress: false });
  assertEquals(kindsOf(await map(ITEMS)), [1, 2, "TimeoutError", 4, 5, 6]);
});

for (const mode of ["process", "async_process"] as const) {
  Deno.test(`opmap() in the mode "${mode}" charges none of those that are told along with what cannot be read`, async () => {
    await using map = opmap((item: number) => {
      if (item !== 3) return { item };
      return {
        get item(): number {
          for (let n = 0;; n++) if (n < 0) return n;
        },
      };
    }, { mode, workers: 1, chunkSize: 6, retries: 0, timeout: "300ms", onError: "return", progress: false });
    assertEquals(kindsOf(await map(ITEMS)), [1, 2, "TimeoutError", 4, 5, 6]);
  });
}

Deno.test("opmap() in a pool costs a result that overflows the heap while it is told its own item only", async () => {
  await using map = opmap((item: number) => {
    if (item !== 3) return { item };
    return {
      get item(): number {
        const held: unknown[] = [];
        for (let n = 0;; n++) if (held.push(new Array(100_000).fill(n)) < 0) return n;
      },
    };
  }, { mode: "process", workers: 2, retries: 0, memoryLimit: 32, onError: "return", progress: false });
  assertEquals(kindsOf(await map(ITEMS)), [1, 2, "WorkerError", 4, 5, 6]);
});
