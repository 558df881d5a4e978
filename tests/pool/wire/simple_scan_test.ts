import { assertEquals } from "@std/assert";
import { isSimple } from "../../../src/pool/wire/simple_scan.ts";

class Point {
  readonly x = 1;
}

/** An array in an array in an array …, `levels` of them. */
function nested(levels: number): unknown[] {
  return levels === 1 ? [] : [nested(levels - 1)];
}

const SIMPLE: readonly object[] = [
  {},
  [],
  new Map(),
  new Set(),
  new Date(0),
  { a: {}, b: [{}], c: null, d: undefined, e: 1n, f: "text" },
  [1, , null, "text", { a: new Date(0) }],
  new Map<unknown, unknown>([[{}, []], [null, new Set([1, null])]]),
  { [Symbol.toStringTag]: "Shown", a: 1 },
];
const UNSURE: readonly object[] = [
  Math,
  Object.create(null),
  new Point(),
  new Error(),
  new Uint8Array(1),
  Object.create(Array.prototype),
];

/** `value` as it may stand in another. */
const around = (value: unknown): object[] => [
  { a: 1, b: value },
  [1, value],
  new Map([[1, value]]),
  new Map([[value, 1]]),
  new Set([1, value]),
  { a: [new Map([[1, { b: new Set([value]) }]])] },
];

Deno.test("isSimple() is sure of plain data, however it is put together", () => {
  for (const value of SIMPLE) assertEquals([value, ...around(value)].filter((each) => !isSimple(each)), []);
});

Deno.test("isSimple() is sure of nothing that holds what is not plain data", () => {
  for (const value of UNSURE) {
    assertEquals([value, ...around(value)].filter(isSimple), []);
  }
  for (const part of [() => {}, Symbol("s")]) assertEquals(around(part).filter(isSimple), []);
});

Deno.test("isSimple() looks at 48 levels and 10 000 objects, and no further", () => {
  assertEquals([isSimple(nested(49)), isSimple(nested(50))], [true, false]);
  const objects = (count: number) => Array.from({ length: count }, () => ({}));
  assertEquals([isSimple(objects(9_999)), isSimple(objects(10_000))], [true, false]);
  // The count is of one value, not of all there ever were.
  assertEquals(isSimple(objects(9_999)), true);
});

Deno.test("isSimple() goes past 10 000 holes, and no further", () => {
  const spread = (holes: number) => Object.assign([], { [holes]: {} });
  assertEquals([isSimple(spread(10_000)), isSimple(spread(10_001))], [true, false]);
});
