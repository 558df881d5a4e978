import vm from "node:vm";
import { serializeArguments } from "../../src/cache/key/cache_key.ts";
import { jsonKeyOf } from "../../src/cache/key/json_key.ts";
import { assertEquals } from "@std/assert";

const TEXTS = [
  "({ id: 1, deep: { list: [1, { a: null }] } })",
  "[1, 2, [3]]",
  "new Date(5)",
  "new Map([[1, { a: 2 }]])",
  "new Set([1, 'a'])",
  "/a/gi",
  "new Error('x')",
  "new TypeError('x', { cause: 1 })",
  "new AggregateError([1], 'x')",
  "new Uint8Array([1, 2])",
  "new Float64Array([1.5]).subarray(0, 1)",
  "new ArrayBuffer(2)",
  "new DataView(new ArrayBuffer(2))",
  "Object(1)",
  "Object('a')",
  "Object(true)",
  "Object(1n)",
  "Object.create(null)",
  "({ when: new Date(NaN), none: undefined })",
];

for (const text of TEXTS) {
  Deno.test(`serializeArguments() gives ${text} of another realm the key of its like`, () => {
    const [here, there] = [(0, eval)(text), vm.runInNewContext(text)];
    assertEquals(serializeArguments([there]), serializeArguments([here]));
    assertEquals(jsonKeyOf([there]), jsonKeyOf([here]));
  });
}
