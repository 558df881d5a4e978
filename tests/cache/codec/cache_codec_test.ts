import type { CacheEntry } from "../../../src/cache/backend/cache_backend.ts";
import { decodeEntry, encodeEntry } from "../../../src/cache/codec/cache_codec.ts";
import { checksum } from "../../../src/cache/codec/checksum.ts";
import { AWKWARD_VALUES } from "../../../src/testing/conformance/awkward_values.ts";
import { isSameValue } from "../../../src/testing/conformance/same_value.ts";
import { SerializationError } from "../../../src/errors.ts";
import { arbitraryJson, arbitraryValue } from "../../support/arbitrary_value.ts";
import { runs } from "../../support/runs.ts";
import { assert, assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";

function entryOf(value: unknown): CacheEntry {
  return { value, createdAt: 1.5, expiresAt: 1_767_225_600_000, staleUntil: Infinity };
}

function roundTrip(value: unknown): unknown {
  const decoded = decodeEntry("key", encodeEntry("key", entryOf(value)));
  assert(decoded !== undefined);
  return decoded!.value;
}

/** A text whose checksum is right, whatever is in it: what an attacker would write. */
function forge(body: string): string {
  const markAt = body.indexOf(":") + 1;
  const head = body.slice(0, markAt + 1);
  return `opero1:${checksum(body.slice(markAt + 1), checksum(`${head}key`))}:${body}`;
}

for (const { name, make } of AWKWARD_VALUES) {
  Deno.test(`decodeEntry() gives back ${name}`, () => {
    const value = make();
    assert(isSameValue(roundTrip(value), value));
  });
}

Deno.test("decodeEntry() gives back the times", () => {
  const entry = entryOf(1);
  assertEquals(decodeEntry("key", encodeEntry("key", entry)), entry);
});

Deno.test("decodeEntry() gives back every value when it is generated", () => {
  fc.assert(
    fc.property(arbitraryValue, (value) => isSameValue(roundTrip(value), value)),
    { numRuns: runs(1_000, 60) },
  );
});

Deno.test("encodeEntry() writes plain data as JSON does", () => {
  fc.assert(
    fc.property(arbitraryJson, (value) => {
      const text = encodeEntry("key", entryOf(value));
      const json = JSON.stringify(value);
      // JSON writes -0 as 0, so this is the one number that takes the other way.
      const isExact = isSameValue(JSON.parse(json), value);
      assertEquals(text.endsWith(`:j${json}`), isExact);
      assert(isSameValue(roundTrip(value), value));
    }),
    { numRuns: runs(1_000, 60) },
  );
});

Deno.test("encodeEntry() writes well-formed text without NUL for any value and key", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), arbitraryValue, (key, value) => {
      const text = encodeEntry(key, entryOf(value));
      assert(text.isWellFormed() && !text.includes("\0"));
    }),
    { numRuns: runs(500, 30) },
  );
});

Deno.test("decodeEntry() answers undefined for damaged text", () => {
  const entries = AWKWARD_VALUES.map(({ make }) => entryOf(make()));
  const texts = entries.map((entry, i) => encodeEntry(`key${i}`, entry));
  const damage = fc.tuple(fc.nat(), fc.nat(), fc.nat(15), fc.constantFrom("flip", "cut", "double", "swap", "drop"));
  fc.assert(
    fc.property(fc.nat(texts.length - 1), damage, (i, [at, length, bit, kind]) => {
      const text = texts[i]!;
      const damaged = damageText(text, kind, at % text.length, length, bit);
      const key = kind === "swap" ? `key${(i + 1) % texts.length}` : `key${i}`;
      const decoded = decodeEntry(key, damaged);
      assert(damaged === text && kind !== "swap" || decoded === undefined);
    }),
    { numRuns: runs(4_000, 75) },
  );
});

function damageText(text: string, kind: string, at: number, length: number, bit: number): string {
  const end = at + 1 + length % (text.length - at);
  switch (kind) {
    case "flip":
      return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << bit)) + text.slice(at + 1);
    case "cut":
      return text.slice(0, at);
    case "double":
      return text.slice(0, end) + text.slice(at);
    case "drop":
      return text.slice(0, at) + text.slice(end);
    default:
      return text;
  }
}

Deno.test("decodeEntry() answers undefined for foreign text and future versions", () => {
  const text = encodeEntry("key", entryOf(1));
  const foreign = [
    "",
    "null",
    "{}",
    "opero1:",
    "opero1::",
    "opero1:0:1,2,3:j1",
    text.replace("opero1", "opero2"),
    `${text} `,
  ];
  for (const text of foreign) assertStrictEquals(decodeEntry("key", text), undefined);
});

Deno.test("decodeEntry() never throws and changes no prototype when the text is forged", () => {
  const bodies = [
    "1,2,3:x1",
    "1,2:j1",
    "1,2,3,4:j1",
    "NaN,2,3:j1",
    "1,-Infinity,Infinity:j1",
    "1,2,3:g",
    "1,2,3:g[]",
    "1,2,3:g{}",
    "1,2,3:g[[0]]",
    "1,2,3:g[[1]]",
    "1,2,3:g[[-6]]",
    "1,2,3:g[[1.5]]",
    "1,2,3:g[[1],1]",
    '1,2,3:g[[1],["nope"]]',
    '1,2,3:g[[1],["__proto__"]]',
    '1,2,3:g[[1],["constructor"]]',
    '1,2,3:g[[1],["o",1,2]]',
    '1,2,3:g[[1],["o","a",{}]]',
    '1,2,3:g[[1],["A",-1]]',
    '1,2,3:g[[1],["A","x"]]',
    '1,2,3:g[[1],["r","(","g"]]',
    '1,2,3:g[[1],["u","no url"]]',
    '1,2,3:g[[1],["e","Function"]]',
    '1,2,3:g[[1],["b","***"]]',
    '1,2,3:g[[1],["v","Uint8Array",[1],0,1]]',
    '1,2,3:g[[1],["v","eval",[2],0,1],["b","AAAA"]]',
    '1,2,3:g[[1],["v","Uint8Array",[2],0,4000000000],["b","AAAA"]]',
    '1,2,3:g[["x"]]',
  ];
  for (const body of bodies) assertStrictEquals(decodeEntry("key", forge(body)), undefined);
});

Deno.test("decodeEntry() takes __proto__ for a name like any other when the text is forged", () => {
  const bodies = [
    '1,2,3:j{"__proto__":{"polluted":1}}',
    '1,2,3:g[[1],["o","__proto__",[2]],["o","polluted",1]]',
    '1,2,3:g[[1],["A",0,"__proto__",[2]],["o","polluted",1]]',
    '1,2,3:g[[1],["e","Error","+__proto__",[2]],["o","polluted",1]]',
  ];
  for (const body of bodies) {
    const value = decodeEntry("key", forge(body))?.value as Record<string, unknown>;
    assert(Object.hasOwn(value, "__proto__"));
    assertStrictEquals(value.polluted, undefined);
  }
  assert(!("polluted" in {}));
});

Deno.test("decodeEntry() survives nesting and lengths without end when the text is forged", () => {
  const depth = 200_000;
  for (const mark of ["j", "g"]) {
    decodeEntry("key", forge(`1,2,3:${mark}${"[".repeat(depth)}${"]".repeat(depth)}`));
  }
  const huge = decodeEntry("key", forge('1,2,3:g[[1],["A",4294967295,"0",1]]'))?.value as unknown[];
  assertEquals(huge.length, 4_294_967_295);
});

const REFUSED: readonly (readonly [value: () => unknown, kind: string])[] = [
  [() => () => {}, "a function"],
  [() => Symbol("s"), "a symbol"],
  [() => Promise.resolve(), "a Promise"],
  [() => new WeakMap(), "a WeakMap"],
  [() => new Response("x"), "a Response"],
  [() => new (class Account {})(), "an Account"],
  [() => new (class extends Map {})(), "an object"],
  [() => new Number(1), "a Number"],
  [() => new SharedArrayBuffer(1), "a SharedArrayBuffer"],
  [() => new ArrayBuffer(1, { maxByteLength: 2 }), "a resizable buffer"],
  [() => new Uint8Array(new SharedArrayBuffer(1)), "a SharedArrayBuffer"],
  [() => ({ [Symbol("s")]: 1 }), "an object with more in it"],
  [() => Object.defineProperty({}, "hidden", { value: 1 }), "an object with more in it"],
  [() => Object.assign(new Date(0), { note: 1 }), "a Date with more in it"],
  [() => Object.assign(new URL("a:"), { note: 1 }), "a URL with more in it"],
  [() => Object.assign(/a/, { note: 1 }), "a RegExp with more in it"],
  [() => Object.assign(new Map(), { note: 1 }), "a Map with more in it"],
  [() => Object.assign(new Set(), { [Symbol("s")]: 1 }), "a Set with more in it"],
  [() => Object.assign([1], { [Symbol("s")]: 1 }), "an array with more in it"],
  [() => Object.assign(new ArrayBuffer(1), { note: 1 }), "an ArrayBuffer with more in it"],
  [() =>
    (function () {
      return arguments;
    })(), "an object with more in it"],
  [() => globalThis, "a Window"],
];

Deno.test("encodeEntry() refuses what it cannot keep, by its kind alone, wherever it stands", () => {
  for (const [make, kind] of REFUSED) {
    for (const value of [make(), [{ a: make() }], new Map([[1, make()]]), Object.assign(new Error(), { a: make() })]) {
      const error = assertThrows(() => encodeEntry("key", entryOf(value)), SerializationError);
      assertEquals((error as Error).message, `Cannot keep the value as it holds ${kind}`);
    }
  }
});

Deno.test("encodeEntry() refuses a value that cannot be read", () => {
  const cause = new Error("secret");
  const value = {
    get broken(): never {
      throw cause;
    },
  };
  const error = assertThrows(() => encodeEntry("key", entryOf(value)), SerializationError) as Error;
  assertEquals(error.message, "Cannot keep the value as reading it failed");
  assertStrictEquals(error.cause, cause);
});

Deno.test("decodeEntry() gives an error of a user's class as its native class with the name", () => {
  class HttpError extends TypeError {
    override name = "HttpError";
    readonly status = 503;
  }
  const error = new HttpError("no", { cause: "c" });
  const decoded = roundTrip(error) as HttpError;
  assertInstanceOf(decoded, TypeError);
  const seen = ({ name, message, stack, cause, status }: HttpError) => ({ name, message, stack, cause, status });
  assertEquals(seen(decoded), seen(error));
});

Deno.test("decodeEntry() gives a name that stands on the prototype", () => {
  class OddError extends Error {}
  OddError.prototype.name = "OddError";
  assertEquals(String(roundTrip(new OddError("x"))), "OddError: x");
});

Deno.test("decodeEntry() gives a DOMException", () => {
  const decoded = roundTrip(new DOMException("gone", "AbortError")) as DOMException;
  assertInstanceOf(decoded, DOMException);
  assertEquals([decoded.name, decoded.message, decoded.code], ["AbortError", "gone", 20]);
});

Deno.test("decodeEntry() gives a Buffer without the bytes of its neighbours", () => {
  const { Buffer } = globalThis as unknown as { Buffer: { from(text: string): Uint8Array } };
  const buffer = Buffer.from("small, so in the pool");
  const decoded = roundTrip(buffer) as Uint8Array;
  assertEquals(decoded, buffer);
  assertEquals(decoded.buffer.byteLength, buffer.byteLength);
});

Deno.test("decodeEntry() gives back a value of 20 MB", () => {
  const values = ["ä\0x".repeat(7_000_000), new Uint8Array(20_000_000).fill(7)];
  for (const value of values) assert(isEqualAtOnce(roundTrip(value), value));
});

function isEqualAtOnce(actual: unknown, expected: string | Uint8Array): boolean {
  return typeof expected === "string"
    ? actual === expected
    : actual instanceof Uint8Array && actual.length === expected.length && actual.every((byte) => byte === 7);
}

Deno.test("decodeEntry() gives back a value 100 000 deep", () => {
  let value: unknown = "bottom";
  for (let i = 0; i < 100_000; i++) value = [value];
  let decoded = roundTrip(value);
  while (Array.isArray(decoded)) decoded = decoded[0];
  assertEquals(decoded, "bottom");
});

Deno.test("encodeEntry() is not misled by a toJSON on the prototype of arrays", () => {
  const prototype = Array.prototype as { toJSON?: () => string };
  prototype.toJSON = () => "misled";
  try {
    assertThrows(() => encodeEntry("key", entryOf([1])), SerializationError);
  } finally {
    delete prototype.toJSON;
  }
});

Deno.test("encodeEntry() refuses what takes more than maxEntryBytes, and decodeEntry() does not read it", () => {
  const text = encodeEntry("key", entryOf("ä".repeat(500)), 1_100);
  const bytes = new TextEncoder().encode(text).length;
  assertEquals(encodeEntry("key", entryOf("ä".repeat(500)), bytes), text);
  assertThrows(
    () => encodeEntry("key", entryOf("ä".repeat(500)), bytes - 1),
    SerializationError,
    `Cannot keep the value as it takes more than the ${bytes - 1} bytes of 'maxEntryBytes'`,
  );
  assertEquals(decodeEntry("key", text, bytes), entryOf("ä".repeat(500)));
  assertEquals(decodeEntry("key", text, bytes - 1), undefined);
});

Deno.test("encodeEntry() refuses what takes more than 64 MB when no limit is given", () => {
  assertThrows(
    () => encodeEntry("key", entryOf("x".repeat(64 * 2 ** 20))),
    SerializationError,
    "Cannot keep the value as it takes more than the 67108864 bytes of 'maxEntryBytes'",
  );
});
