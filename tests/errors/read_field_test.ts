import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  className,
  isErrorObject,
  isInstance,
  linkedErrors,
  readField,
  readList,
  readText,
  tagOf,
} from "../../src/errors/read_field.ts";

function throwing(): never {
  throw new Error("secret");
}

const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();
/** What throws whatever is asked of it. */
const HOSTILE: readonly object[] = [
  revoked,
  new Proxy({}, { get: throwing, getPrototypeOf: throwing, ownKeys: throwing, has: throwing }),
];

Deno.test("readField() reads objects and functions, and knows nothing of anything else", () => {
  assertEquals(readField({ code: 7 }, "code"), 7);
  assertEquals(readField(Object.assign(() => {}, { code: 7 }), "code"), 7);
  assertEquals(readField({}, "code"), undefined);
  // A text has a length, and a number methods: neither says anything of what was thrown.
  assertEquals(
    ["text", 7, 7n, true, Symbol("s")].map((value) => readField(value, "constructor")),
    Array(5).fill(undefined),
  );
  assertEquals([null, undefined].map((value) => readField(value, "code")), [undefined, undefined]);
});

Deno.test("nothing that looks into a value throws, whatever the value does", () => {
  for (const value of HOSTILE) {
    assertEquals([readField(value, "code"), readText(value, "code"), readList(value, "errors", 9)], [
      undefined,
      undefined,
      [],
    ]);
    assertEquals([isInstance(value, Error), isErrorObject(value), className(value)], [false, false, undefined]);
    assertEquals([readList({ errors: value }, "errors", 9), linkedErrors(value)], [[], []]);
    assertEquals(isInstance(new Error(), value), false);
  }
  assertEquals(tagOf(revoked), "[object Object]");
});

Deno.test("readText() and readList() read what is of their kind, a list up to its limit", () => {
  assertEquals([readText({ name: "A" }, "name"), readText({ name: 1 }, "name")], ["A", undefined]);
  const errors = [1, 2, 3];
  assertEquals([0, 2, 3, 9].map((limit) => readList({ errors }, "errors", limit).length), [0, 2, 3, 3]);
  assertEquals(readList({ errors: "abc" }, "errors", 9), []);
});

Deno.test("className() tells the class of a value, whatever its fields are called", () => {
  class Order {}
  const order = Object.assign(new Order(), { constructor: { name: "secret" } });
  assertEquals([className(order), className({}), className([])], ["Order", "Object", "Array"]);
  assertEquals([className(Object.create(null)), className(new (class {})())], [undefined, undefined]);
});

Deno.test("linkedErrors() finds each error that one stands for, and no texts", () => {
  const [cause, original] = [new Error("cause"), { message: "original" }];
  const error = Object.assign(new Error("outer", { cause }), { original, driverError: "text", socketError: null });
  const found = linkedErrors(error);
  assertEquals(found.length, 2);
  assertStrictEquals(found[0], cause);
  assertStrictEquals(found[1], original);
  assertEquals(linkedErrors("text"), []);
});
