import { assertEquals, assertNotEquals } from "@std/assert";
import { resolveFallbackParameters } from "../../src/function_source/fallback_parameter.ts";
import { fallbackKeyOf, stepKey } from "../../src/policy/fallback_key.ts";

const keyFor = (argFallback: number | number[]) =>
  fallbackKeyOf(resolveFallbackParameters("wrap", (_a: unknown, _b: unknown) => 1, { argFallback })!);

Deno.test("fallbackKeyOf() answers the value that is tried, as it is, or undefined where there is no list", () => {
  const keyOf = keyFor(0);
  const client = {};
  assertEquals([keyOf([["a", "b"]]), keyOf([["b"]]), keyOf([[client]]) === client], ["a", "b", true]);
  assertEquals([keyOf(["a"]), keyOf([[]]), keyOf([])], [undefined, undefined, undefined]);
});

Deno.test("stepKey() answers for a step what fallbackKeyOf() answers for its attempt", () => {
  const client = {};
  for (const lists of [[["a", client, 5]], [["a", "b", "c"], [client]], [["a"], undefined]]) {
    const parameters = resolveFallbackParameters("wrap", (_a: unknown, _b: unknown) => 1, {
      argFallback: lists.map((_, place) => place),
    })!;
    for (let i = 0; i < lists[0]!.length; i++) {
      const args = parameters.argsAt(lists, lists, i);
      assertEquals(stepKey(lists, i), fallbackKeyOf(parameters)(args));
    }
  }
});

Deno.test("fallbackKeyOf() tells values that move in step apart by all of them", () => {
  const keyOf = keyFor([0, 1]);
  const [client, other] = [{}, () => 1];
  assertEquals(keyOf([["a", "x"], ["b"]]), keyOf([["a"], ["b", "y"]]));
  assertEquals(keyOf([[client], [other]]), keyOf([[client], [other]]));
  const keys = [[["a"], ["b"]], [["a,string 1 b"], []], [["1"], ["b"]], [[1], ["b"]], [[client], ["b"]], [[{}], ["b"]]];
  const texts = keys.map((args) => keyOf(args));
  assertEquals(new Set(texts).size, texts.length);
  assertNotEquals(keyOf([[null], [undefined]]), keyOf([["null"], ["undefined"]]));
});
