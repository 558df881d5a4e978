import { assertEquals } from "@std/assert";
import { describeKind, describeValue } from "../../src/options/describe_value.ts";

Deno.test("describeValue() shows primitives as they are, long texts and objects by their kind", () => {
  class Endpoint {}
  const shown: [unknown, string][] = [
    [undefined, "undefined"],
    [-0, "-0"],
    ['a\n"', String.raw`"a\n\""`],
    ["x".repeat(61), "a string of 61 characters"],
    [Symbol("secret"), "a symbol"],
    [() => "secret", "a function"],
    [["secret"], "an array"],
    [new Endpoint(), "an Endpoint"],
    [Object.create(null), "an object"],
    [new (class {})(), "an object"],
  ];
  for (const [value, text] of shown) assertEquals(describeValue(value), text);
});

Deno.test("describeKind() tells nothing that is in the value", () => {
  assertEquals(describeKind({ constructor: { name: "secret" } }), "an object");
  class Odd {
    static readonly name: unknown = 5;
  }
  assertEquals(describeKind(new Odd()), "an object");
});
