import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { AllFailedError, MapError, opmap } from "@opero/core";
import { tallyItems } from "../../src/map/tally_items.ts";

const QUIET = { progress: false, minDelay: 0, maxDelay: 0, retries: 1, workers: 1 } as const;

function failed(error: unknown): AllFailedError {
  const attempt = { number: 1, retry: 0, fallbackIndex: undefined, startedAt: new Date(0), duration: 0, error };
  return new AllFailedError("failed", { attempts: [attempt], reason: "attempts", correlationId: "c" });
}

Deno.test("tallyItems() counts what the errors come down to, the most frequent first, and names the first items", () => {
  const busy = Object.assign(new Error("secret"), { status: 503 });
  const errors = [new RangeError("x"), busy, failed(busy), failed(failed(busy)), "text", busy].map((error, i) => {
    return { index: i * 2, error };
  });
  assertEquals(
    tallyItems(errors),
    "4 × Error (503) (items 2, 4, 6, …), 1 × RangeError (item 0), 1 × string (item 8)",
  );
});

Deno.test("tallyItems() is short for a million items of very many kinds", () => {
  const errors = Array.from({ length: 1_000_000 }, (_, index) => {
    return { index, error: index % 2 === 0 ? "text" : { status: 100 + index % 400 } };
  });
  const text = tallyItems(errors);
  assert(text.startsWith("500000 × string (items 0, 2, 4, …), 2500 × Object (101) (items 1, 401, 801, …)"), text);
  assert(text.endsWith("490000 of other kinds"), text);
  assert(text.length < 400);
});

Deno.test("MapError tells of the errors of its items' last attempts, and its cause is the first item's", async () => {
  const map = opmap(function load(n: number): number {
    if (n === 2) return n;
    throw n === 4 ? new TypeError("a bug") : new RangeError(`item ${n}`);
  }, QUIET);
  const error: MapError = await assertRejects(() => map([1, 2, 3, 4]), MapError);
  assertEquals(error.message, '3 of 4 items of "load" failed: 2 × RangeError (items 0, 2), 1 × TypeError (item 3)');
  assertStrictEquals(error.cause, error.errors[0]!.error);
  const [, first, second, third] = error.summary().split("\n");
  assertEquals([first, second, third], [
    "  item 0: RangeError: item 1, after 2 attempts",
    "  item 2: RangeError: item 3, after 2 attempts",
    "  item 3: TypeError: a bug",
  ]);
  assert(Deno.inspect(error).includes("tally_items_test.ts"), "printing it shows a line of the user's file");
});

Deno.test("MapError of a map that one item stopped tells what that came down to", async () => {
  const map = opmap((n: number): number => {
    throw new RangeError(`item ${n}`);
  }, { ...QUIET, onError: "abort" });
  const error: MapError = await assertRejects(() => map([1, 2]), MapError);
  assertEquals(error.message, 'The map of "anonymous" was stopped as item 0 failed: RangeError');
});
