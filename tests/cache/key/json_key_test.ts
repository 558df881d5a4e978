import { assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { serializeArguments } from "../../../src/cache/key/cache_key.ts";
import { jsonKeyOf } from "../../../src/cache/key/json_key.ts";

Deno.test("jsonKeyOf() is the JSON of a lone object and of any list of other arguments", () => {
  assertEquals(jsonKeyOf([{ id: 1, tags: ["a"] }]), '{"id":1,"tags":["a"]}');
  assertEquals(jsonKeyOf(["a", { b: null }]), '["a",{"b":null}]');
  assertEquals(jsonKeyOf([["a"]]), '[["a"]]');
  assertEquals(jsonKeyOf([]), "[]");
});

Deno.test("jsonKeyOf() does not see the order of keys at any depth", () => {
  assertEquals(jsonKeyOf([{ b: { d: 1, c: 2 }, a: [{ f: 1, e: 2 }] }]), '{"a":[{"e":2,"f":1}],"b":{"c":2,"d":1}}');
  assertEquals(jsonKeyOf([{ 10: "x", 9: "y", a: 1 }]), jsonKeyOf([{ a: 1, 9: "y", 10: "x" }]));
});

const cyclic: { self?: unknown } = {};
cyclic.self = { inner: [cyclic] };

function doubled(depth: number): unknown {
  let pair: unknown = 1;
  for (let n = 0; n < depth; n++) pair = [pair, pair];
  return pair;
}

for (
  const [name, value] of [
    ["undefined", undefined],
    ["-0", -0],
    ["NaN", NaN],
    ["Infinity", Infinity],
    ["a bigint", 1n],
    ["a symbol", Symbol("s")],
    ["a function", () => 1],
    ["a Date", new Date(0)],
    ["a Map", new Map()],
    ["a typed array", new Uint8Array(1)],
    ["a boxed text", Object("text")],
    ["an instance", new (class Point {})()],
    ["an object over another", Object.create({ inherited: 1 })],
    ["an object with a symbol", { [Symbol("s")]: 1 }],
    ["an object with toJSON", { toJSON: () => 1 }],
    ["an array with toJSON", Object.assign([1], { toJSON: () => 1 })],
    ["an array with a hole", [1, , 2]], // deno-lint-ignore no-sparse-arrays
    ["an own __proto__", JSON.parse('{"__proto__":1}')],
    ["a cycle", cyclic],
    ["a proxy", new Proxy({ a: 1 }, {})],
    ["a proxy of an array", new Proxy([1], {})],
    ["a subclass of Array", new (class List extends Array {})()],
    ["an array with a name", Object.assign([1], { total: 1 })],
    ["an array with a hidden name", Object.defineProperty([1], "total", { value: 1 })],
    ["an array with a symbol", Object.assign([1], { [Symbol("s")]: 1 })],
    ["a long array with a name", Object.assign(Array(999).fill(1), { total: 1 })],
    ["a long array with a hidden name", Object.defineProperty(Array(1_000).fill(1), "total", { value: 1 })],
    ["a long array with a symbol", Object.assign(Array(1_000).fill(1), { [Symbol("s")]: 1 })],
    ["a long array with a hole", Object.assign(Array(1_000), { 0: 1 })],
    ["texts of a template", ((texts: TemplateStringsArray) => texts)`a`],
    ["an object with a hidden field", Object.defineProperty({ a: 1 }, "b", { value: 1 })],
    ["what is written out without end", doubled(40)],
    ["a text that is long in many places", Array(1_000).fill({ text: "x".repeat(100_000) })],
  ] as const
) {
  Deno.test(`jsonKeyOf() leaves ${name} to the longer way, wherever it stands`, () => {
    assertEquals(jsonKeyOf([value]), undefined);
    assertEquals(jsonKeyOf([1, { deep: [{ value }] }]), undefined);
  });
}

Deno.test("jsonKeyOf() tells apart exactly what serializeArguments() tells apart", () => {
  const args = fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 3 });
  fc.assert(fc.property(args, args, (first, second) => {
    const [one, other] = [jsonKeyOf(first), jsonKeyOf(second)];
    if (one === undefined || other === undefined) return;
    assertEquals(one === other, serializeArguments(first) === serializeArguments(second));
  }));
});

Deno.test("jsonKeyOf() is the same for a copy with its keys the other way round", () => {
  const turned = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(turned);
    return Object.fromEntries(Object.entries(value).reverse().map(([key, inner]) => [key, turned(inner)]));
  };
  fc.assert(fc.property(fc.array(fc.jsonValue()), (args) => {
    assertEquals(jsonKeyOf(args), jsonKeyOf(turned(args) as unknown[]));
  }));
});

Deno.test("jsonKeyOf() tells texts from the JSON they look like", () => {
  assertNotEquals(jsonKeyOf(['{"a":1}']), jsonKeyOf([{ a: 1 }]));
  assertNotEquals(jsonKeyOf(["\ud800"]), jsonKeyOf(["\\ud800"]));
});

Deno.test("jsonKeyOf() leaves the texts of a template to the longer way, as how they were written is hidden", () => {
  const textsOf = (texts: TemplateStringsArray) => texts;
  assertEquals(jsonKeyOf([textsOf`a`]), undefined);
});

Deno.test("jsonKeyOf() leaves all to the longer way while objects or arrays have a toJSON", () => {
  for (const prototype of [Object.prototype, Array.prototype] as { toJSON?: () => string }[]) {
    Object.defineProperty(prototype, "toJSON", { value: () => "misled", configurable: true });
    try {
      assertEquals([jsonKeyOf([{ a: 1 }]), jsonKeyOf(["a", 1])], [undefined, undefined]);
    } finally {
      delete prototype.toJSON;
    }
  }
});
