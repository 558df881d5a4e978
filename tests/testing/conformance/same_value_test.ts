import { isSameValue } from "../../../src/testing/conformance/same_value.ts";
import { assert } from "@std/assert";

const shared = { n: 1 };
const holes = new Array(2);

/** Pairs that differ by one detail each. */
const DIFFERENT: Record<string, [unknown, unknown]> = {
  "the sign of zero": [[0], [-0]],
  "a hole and undefined": [holes, [undefined, undefined]],
  "a missing property and undefined": [{}, { a: undefined }],
  "one object in two places and two objects": [[shared, shared], [{ n: 1 }, { n: 1 }]],
  "two objects and one in two places": [[{ n: 1 }, { n: 1 }], [shared, shared]],
  "lastIndex": [/x/g, Object.assign(/x/g, { lastIndex: 1 })],
  "the order of a Map": [new Map([[1, 1], [2, 2]]), new Map([[2, 2], [1, 1]])],
  "the order of properties": [{ a: 1, b: 2 }, { b: 2, a: 1 }],
  "the prototype": [{}, Object.create(null)],
  "the class of an error": [
    Object.assign(new TypeError("x"), { stack: "" }),
    Object.assign(new Error("x"), { stack: "" }),
  ],
  "the cause of an error": [withStack(new Error("x", { cause: 1 })), withStack(new Error("x", { cause: 2 }))],
  "the stack of an error": [withStack(new Error("x"), "a"), withStack(new Error("x"), "b")],
  "whether a property of an error is enumerable": [
    Object.assign(withStack(new Error()), { message: "x" }),
    withStack(new Error("x")),
  ],
  "one byte": [new Uint8Array([1]), new Uint8Array([2])],
  "the length of a view": [new Uint8Array(1), new Uint8Array(2)],
  "an invalid date": [new Date(NaN), new Date(0)],
  "the kind of a number": [1, 1n],
};

function withStack(error: Error, stack = ""): Error {
  error.stack = stack;
  return error;
}

for (const [detail, [first, second]] of Object.entries(DIFFERENT)) {
  Deno.test(`isSameValue() sees ${detail}`, () => {
    assert(!isSameValue(first, second) && !isSameValue(second, first));
    assert(isSameValue(first, first) && isSameValue(second, second));
  });
}

Deno.test("isSameValue() does not see what lies around a view in its buffer", () => {
  assert(isSameValue(new Uint8Array([1, 2, 3]).subarray(1, 2), new Uint8Array([2])));
});
