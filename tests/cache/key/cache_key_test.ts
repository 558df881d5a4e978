import { Buffer } from "node:buffer";
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ConfigurationError } from "@opero/core";
import { serializeArguments } from "../../../src/cache/key/cache_key.ts";
import { arbitraryValue } from "../../support/arbitrary_value.ts";
import { runs } from "../../support/runs.ts";

class Meters {
  value: unknown;
  constructor(value: unknown) {
    this.value = value;
  }
}
class Feet extends Meters {}
class List extends Array<number> {}
class Labels extends Map<string, number> {}
class Point {
  x = 1;
  y = 2;
}

const cycle: Record<string, unknown> = { a: 1 };
cycle.self = cycle;
const longerCycle: Record<string, unknown> = { a: 1, self: { a: 1 } };
(longerCycle.self as Record<string, unknown>).self = longerCycle;

/** Lists of arguments of which no two may share a key. */
const DIFFERENT: readonly (readonly unknown[])[] = [
  [],
  [undefined],
  [undefined, undefined],
  [null],
  [1],
  ["1"],
  [1n],
  [true],
  ["true"],
  [false],
  [0],
  [-0],
  [NaN],
  ["NaN"],
  [Infinity],
  [-Infinity],
  [""],
  ["", ""],
  [" "],
  ["a", "b"],
  ["ab"],
  ["a,b"],
  [["a", "b"]],
  [["a"], "b"],
  [[["a"]], "b"],
  ['"1:a'],
  ["\0"],
  ["\ud800"],
  ["\udc00"],
  ["é"],
  ["e\u0301"],
  [[]],
  [[undefined]],
  // deno-lint-ignore no-sparse-arrays -- a hole is what is tested
  [[,]],
  [[null]],
  [{}],
  [{ a: undefined }],
  [{ a: null }],
  [{ a: 1 }],
  [{ a: "1" }],
  [{ a: 1, b: 2 }],
  [{ a: { b: 2 } }],
  [{ "a=1;1:b": 2 }],
  [{ 0: "a" }],
  [{ length: 0 }],
  [new Date(0)],
  [new Date(1)],
  [new Date(NaN)],
  ["1970-01-01T00:00:00.000Z"],
  [/a/],
  [/a/g],
  [/b/],
  ["/a/"],
  [new URL("https://a.test/")],
  [new URL("https://a.test/?b")],
  ["https://a.test/"],
  [new URLSearchParams("a=1")],
  [new Map()],
  [new Map([["a", 1]])],
  [new Map([["a", "1"]])],
  [new Map([[{ a: 1 }, 1]])],
  [new Set()],
  [new Set(["a"])],
  [new Set(["a", 1])],
  [new Set([["a", 1]])],
  [new Uint8Array([1, 2])],
  [new Uint8ClampedArray([1, 2])],
  [new Int8Array([1, 2])],
  [new Uint16Array([513])],
  [new Uint8Array([1, 2]).buffer],
  [new DataView(new Uint8Array([1, 2]).buffer)],
  [new DataView(new Uint8Array([1, 2]).buffer, 1)],
  [new Float64Array([0])],
  [new Float64Array([-0])],
  [new Error("a")],
  [new TypeError("a")],
  [new Error("b")],
  [new Error("a", { cause: 1 })],
  [new AggregateError([], "a")],
  [new AggregateError([1], "a")],
  [new AggregateError([1], "a", { cause: 1 })],
  [Object.assign(new Error("a"), { code: 1 })],
  [new Meters(1)],
  [new Meters("1")],
  [new Feet(1)],
  [{ value: 1 }],
  [new Point()],
  [{ x: 1, y: 2 }],
  [Object(1)],
  [Object("1")],
  [Object(1n)],
  [Object(true)],
  [cycle],
  [longerCycle],
  [{ a: 1, self: cycle }],
  [{ a: 1, self: null }],
  [Object(-0)],
  [Object(0)],
  [Object(false)],
  [Object.assign(/a/g, { lastIndex: 1 })],
  [Object.assign([], { length: 1 }), 1],
  // deno-lint-ignore no-sparse-arrays -- a hole is what is tested
  [[, 1]],
  [[undefined, 1]],
  [[1, undefined]],
  // deno-lint-ignore no-sparse-arrays -- as above
  [[1, ,]],
  [new List(1, 2)],
  [[1, 2]],
  [new List(2, 1)],
  [new Labels([["a", 1]])],
  [Object.assign(new Labels([["a", 1]]), { unit: "m" })],
  [Object.assign(new Map([["a", 1]]), { unit: "m" })],
  [new Map([["a", undefined]])],
  [new Map([[undefined, "a"]])],
  [new Map<unknown, unknown>([["1", 1]])],
  [new Map<unknown, unknown>([[1, 1]])],
  [Object.assign(new URL("https://a.test/"), { tag: 1 })],
  [Object.assign(new Date(0), { tag: 1 })],
  [new URLSearchParams("a=1&a=2")],
  [new SharedArrayBuffer(2)],
  [new Uint8Array(2)],
  [new ArrayBuffer(2)],
  [new Uint8Array(300)],
  [new Uint8Array(301)],
  [new Uint8Array(300).fill(1)],
  [new Uint16Array(150)],
  [Temporal.Duration.from({ seconds: 1 })],
  [Temporal.Duration.from({ milliseconds: 1_000 })],
  ["PT1S"],
  [Temporal.Instant.fromEpochMilliseconds(0)],
  [Temporal.PlainDate.from("2020-01-01")],
  [Temporal.PlainDate.from("2020-01-01[u-ca=hebrew]")],
  [Temporal.PlainDateTime.from("2020-01-01")],
  [Temporal.PlainTime.from("00:00")],
  [Temporal.PlainYearMonth.from("2020-01")],
  [new Temporal.PlainYearMonth(2020, 1, "iso8601", 2)],
  [Temporal.PlainMonthDay.from("01-01")],
  [Temporal.ZonedDateTime.from("2020-01-01T00:00[UTC]")],
  [Temporal.ZonedDateTime.from("2020-01-01T00:00[Europe/London]")],
  ["G"],
  ["x".repeat(70)],
  [[1n << 70n]],
  [[-(1n << 70n)]],
];

Deno.test("serializeArguments() tells everything apart that is not equal by value", () => {
  const seen = new Map<string, readonly unknown[]>();
  for (const args of DIFFERENT) {
    const key = serializeArguments(args);
    assert(!seen.has(key), `${Deno.inspect(args)} and ${Deno.inspect(seen.get(key))} share ${JSON.stringify(key)}`);
    seen.set(key, args);
  }
});

Deno.test("serializeArguments() gives equal values one key, however they were made", () => {
  const manyKeys = Array.from({ length: 100 }, (_, i) => [`k${i}`, i] as const);
  const equal: [unknown, unknown][] = [
    [{ a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }],
    [Object.fromEntries(manyKeys), Object.fromEntries(manyKeys.toReversed())],
    [{ a: 1 }, Object.assign(Object.create(null), { a: 1 })],
    [new Map<unknown, unknown>([["a", 1], [2, "b"]]), new Map<unknown, unknown>([[2, "b"], ["a", 1]])],
    [new Set([1, 2, "c"]), new Set(["c", 2, 1])],
    [new Uint8Array([1, 2]), new Uint8Array([0, 1, 2, 3]).subarray(1, 3)],
    [new Date(5), new Date("1970-01-01T00:00:00.005Z")],
    [new URL("https://a.test"), new URL("https://a.test/")],
    [NaN, 0 / 0],
    [new Meters([1]), new Meters([1])],
  ];
  for (const [a, b] of equal) assertEquals(serializeArguments([a]), serializeArguments([b]));
  const other: Record<string, unknown> = { a: 1 };
  other.self = other;
  assertEquals(serializeArguments([cycle]), serializeArguments([other]));
});

Deno.test("serializeArguments() writes one object in two places as two", () => {
  const shared = { a: 1 };
  assertEquals(serializeArguments([[shared, shared]]), serializeArguments([[{ a: 1 }, { a: 1 }]]));
});

class Wallet {
  readonly #amount: number;
  constructor(amount: number) {
    this.#amount = amount;
  }
  get amount(): number {
    return this.#amount;
  }
}
class Purse extends Wallet {
  label = "purse";
}

Deno.test("serializeArguments() refuses what hides its state, and points to cacheKey", () => {
  const refused: [unknown, string][] = [
    [() => 1, "a function"],
    [class {}, "a function"],
    [Symbol("secret"), "a symbol"],
    [{ deep: [new Map([["a", () => 1]])] }, "a function"],
    [{ [Symbol("secret")]: 1 }, "a symbol"],
    [new Wallet(5), "a Wallet"],
    [new Purse(5), "a Purse"],
    [new WeakMap(), "a WeakMap"],
    [new WeakSet(), "a WeakSet"],
    [new WeakRef({}), "a WeakRef"],
    [Promise.resolve(), "a Promise"],
    [new Headers({ a: "1" }), "a Headers"],
    [new Request("https://a.test"), "a Request"],
    [new Response("a"), "a Response"],
    [new Blob(["a"]), "a Blob"],
    [new FormData(), "a FormData"],
    [new AbortController().signal, "an AbortSignal"],
    [new Intl.NumberFormat("de"), "a NumberFormat"],
    [new TextDecoder(), "a TextDecoder"],
    [new ReadableStream(), "a ReadableStream"],
    [(function* () {})(), "an object"],
  ];
  for (const [value, kind] of refused) {
    const error = assertThrows(() => serializeArguments([value]), ConfigurationError);
    assertEquals(
      error.message.replace(/received an? (Object|Generator)$/, "received an object"),
      "Cannot build a key of the arguments as 'cacheKey' (or 'rateLimitKey') must be given for an argument that " +
        `holds what cannot be compared by value: received ${kind}`,
    );
  }
});

Deno.test("serializeArguments() keeps a million bytes and texts of any length", () => {
  const bytes = new Uint8Array(1_000_000).fill(7);
  const other = bytes.slice();
  other[999_999] = 8;
  assertNotEquals(serializeArguments([bytes]).length, 0);
  assert(serializeArguments([bytes]) !== serializeArguments([other]));
});

/** A slow, obvious text of a value: nested JSON of tagged lists, with paths for cycles. */
function slowText(value: unknown, ancestors: readonly unknown[] = []): unknown {
  if (typeof value === "bigint") return ["bigint", String(value)];
  if (typeof value === "number") return ["number", Object.is(value, -0) ? "-0" : String(value)];
  // JSON escapes lone surrogates, and keeps all other units.
  if (typeof value !== "object" || value === null) return [value === null ? "null" : typeof value, value ?? ""];
  const at = ancestors.lastIndexOf(value);
  if (at >= 0) return ["up", ancestors.length - at];
  const inner = [...ancestors, value];
  const part = (each: unknown) => slowText(each, inner);
  const own = Object.keys(value).sort().map((key) => [key, part((value as Record<string, unknown>)[key])]);
  const bySlowText = (parts: unknown[]) => parts.map((each) => JSON.stringify(each)).sort();
  if (Array.isArray(value)) return ["array", Array.from(value, (each, i) => i in value ? part(each) : "hole")];
  if (value instanceof Map) return ["map", bySlowText([...value].map(([k, v]) => [part(k), part(v)])), own];
  if (value instanceof Set) return ["set", bySlowText([...value].map(part)), own];
  if (value instanceof Date) return ["date", String(value.getTime()), own];
  if (value instanceof URL) return ["url", value.href];
  if (value instanceof RegExp) return ["regexp", value.source, value.flags, value.lastIndex, own];
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return ["view", value.constructor.name, [...bytes]];
  }
  if (value instanceof AggregateError) return ["aggregate", value.name, value.message, part(value.errors), own];
  if (value instanceof Error) {
    return ["error", value.constructor.name, value.name, value.message, part(value.cause), own];
  }
  return ["object", own];
}

Deno.test("serializeArguments() gives two lists one key exactly where a slow model does", () => {
  const seen = new Map<string, string>();
  const keys = new Map<string, string>();
  fc.assert(
    fc.property(fc.array(arbitraryValue, { maxLength: 3 }), (args) => {
      const key = serializeArguments(args);
      const slow = JSON.stringify(args.map((arg) => slowText(arg)));
      assertEquals(seen.get(key) ?? slow, slow);
      assertEquals(keys.get(slow) ?? key, key);
      seen.set(key, slow);
      keys.set(slow, key);
    }),
    { numRuns: runs(2_000, 50) },
  );
});

/** Few small parts, so that near collisions are met often. */
const tiny: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom<unknown>(
      0,
      1,
      -0,
      "",
      "0",
      "1",
      ":",
      "{",
      "}",
      "[",
      "=",
      ";",
      '"',
      "1:",
      null,
      undefined,
      1n,
      true,
    ),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("", "0", "a", "1:a", "=", "a=", "{}"), tie("value"), { maxKeys: 3 }),
    fc.array(tie("value"), { maxLength: 2 }).map((items) => new Set(items)),
    fc.array(fc.tuple(tie("value"), tie("value")), { maxLength: 2 }).map((pairs) => new Map(pairs)),
  ),
})).value;

Deno.test("serializeArguments() lets no text pass for structure", () => {
  const seen = new Map<string, string>();
  fc.assert(
    fc.property(fc.array(tiny, { maxLength: 3 }), (args) => {
      const key = serializeArguments(args);
      const slow = JSON.stringify(args.map((arg) => slowText(arg)));
      assertEquals(seen.get(key) ?? slow, slow, key);
      seen.set(key, slow);
    }),
    { numRuns: runs(6_000, 70) },
  );
});

Deno.test("serializeArguments() is short for many bytes, those of a view alone, and tells every byte", () => {
  const bytes = new Uint8Array(3 * 2 ** 20);
  const view = bytes.subarray(2 ** 20, 2 ** 21);
  const before = serializeArguments([view]);
  assert(before.length < 100);
  assertEquals(serializeArguments([new Uint8Array(2 ** 20)]), before);
  bytes[0] = bytes[3 * 2 ** 20 - 1] = 1;
  assertEquals(serializeArguments([view]), before);
  for (const place of [0, 524_289, 2 ** 20 - 1]) {
    view[place] = 1;
    assertNotEquals(serializeArguments([view]), before);
    view[place] = 0;
  }
});

Deno.test("serializeArguments() compares a Buffer and shared memory by their bytes", () => {
  const shared = (byte: number) => new Uint8Array(new SharedArrayBuffer(500)).fill(byte);
  assertEquals(serializeArguments([shared(1)]), serializeArguments([shared(1)]));
  assertNotEquals(serializeArguments([shared(1)]), serializeArguments([shared(2)]));
  assertEquals(serializeArguments([Buffer.from("abc")]), serializeArguments([Buffer.from("abc")]));
  assertNotEquals(serializeArguments([Buffer.from("abc")]), serializeArguments([Buffer.from("abd")]));
  assertNotEquals(serializeArguments([Buffer.from("abc")]), serializeArguments([new TextEncoder().encode("abc")]));
});
