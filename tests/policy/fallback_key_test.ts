import { assertEquals, assertNotEquals } from "@std/assert";
import { resolveFallbackParameters } from "../../src/function_source/fallback_parameter.ts";
import { fallbackKeyOf } from "../../src/policy/fallback_key.ts";

const keyFor = (argFallback: number | number[]) =>
  fallbackKeyOf(resolveFallbackParameters("wrap", (_a: unknown, _b: unknown) => 1, { argFallback })!);

Deno.test("fallbackKeyOf() answers the value that is tried, as it is, or undefined where there is no list", () => {
  const keyOf = keyFor(0);
  const client = {};
  assertEquals([keyOf([["a", "b"]]), keyOf([["b"]]), keyOf([[client]]) === client], ["a", "b", true]);
  assertEquals([keyOf(["a"]), keyOf([[]]), keyOf([])], [undefined, undefined, undefined]);
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
