import { assertEquals, assertInstanceOf } from "@std/assert";
import type { AllFailedError, MapMode } from "@opero/core";
import { servedMap } from "../support/served_map.ts";

/** What an item answers, by its name; its source travels. */
function answer(name: string): unknown {
  const thenable = (then: (resolve: (value?: unknown) => void, reject: (error?: unknown) => void) => void) => ({
    then,
  });
  switch (name) {
    case "twice":
      return thenable((resolve) => (resolve("first"), resolve("second")));
    case "later and twice":
      return thenable((resolve) => void setTimeout(() => (resolve("first"), resolve("second")), 2));
    case "rejects, then resolves":
      return thenable((resolve, reject) => (reject(new RangeError("first")), resolve("second")));
    case "resolves, then throws":
      return thenable((resolve) => {
        resolve("first");
        throw new TypeError("second");
      });
    case "throws":
      return thenable(() => {
        throw new RangeError("first");
      });
    case "nested":
      return thenable((resolve) => resolve(thenable((inner) => (inner("first"), inner("second")))));
    case "getter":
      return Object.defineProperty({}, "then", {
        get() {
          throw new RangeError("first");
        },
      });
    case "callable":
      return Object.assign(() => {}, thenable((resolve) => resolve("first")));
    case "promise with a then of its own":
      return Object.assign(Promise.resolve("second"), thenable((resolve) => resolve("first")));
    case "no function":
      return { then: "first" };
    case "rejected promise of a thenable":
      return Promise.resolve(thenable((_resolve, reject) => (reject(new RangeError("first")), reject("second"))));
    default:
      return name;
  }
}

const EXPECTED: Readonly<Record<string, string>> = {
  "plain": "plain",
  "twice": "first",
  "later and twice": "first",
  "rejects, then resolves": "RangeError: first",
  "resolves, then throws": "first",
  "throws": "RangeError: first",
  "nested": "first",
  "getter": "RangeError: first",
  "callable": "first",
  "promise with a then of its own": "first",
  "no function": '{"then":"first"}',
  "rejected promise of a thenable": "RangeError: first",
  "also plain": "also plain",
};

function textOf(result: unknown): string {
  if (!(result instanceof Error)) return typeof result === "string" ? result : JSON.stringify(result);
  return String((result as AllFailedError).errors[0]);
}

for (const mode of ["thread", "async", "process", "async_process", "cluster"] satisfies MapMode[]) {
  Deno.test(`opmap() in mode "${mode}" settles an item once, as its thenable first says, list and stream`, async () => {
    const options = { mode, workers: 1, retries: 0, progress: false, onError: "return", timeout: "10s" } as const;
    const names = Object.keys(EXPECTED);
    // Only the source of the function itself travels, so it stands in for an async one, too.
    const asynchronous = (0, eval)(`(async (name) => { ${answer}; return answer(name); })`) as typeof answer;
    await using map = servedMap(mode === "async" ? asynchronous : answer, options);
    for (let round = 0; round < 2; round++) {
      assertEquals((await map(names)).map(textOf), names.map((name) => EXPECTED[name]!));
    }
    const streamed: string[] = [];
    for await (const result of map.stream(names)) streamed.push(textOf(result));
    assertEquals(streamed, names.map((name) => EXPECTED[name]!));
  });

  Deno.test(`opmap() in mode "${mode}" gives up a thenable that never settles, and no other item`, async () => {
    const options = { mode, workers: 2, retries: 0, progress: false, onError: "return", timeout: "200ms" } as const;
    // deno-lint-ignore require-await -- what an async function answers with is what is looked at
    await using map = servedMap(async (name: string) => name === "never" ? { then() {} } as never : name, options);
    const results = await map(["a", "never", "b"]);
    assertEquals([results[0], results[2]], ["a", "b"]);
    assertInstanceOf(results[1], Error);
    assertEquals((results[1] as AllFailedError).errors.map((error) => (error as Error).name), ["TimeoutError"]);
  });
}
