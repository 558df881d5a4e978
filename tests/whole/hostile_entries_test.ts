import { unitsNeeded } from "../../src/cache/codec/allowance.ts";
import { decodeEntry, encodeEntry } from "../../src/cache/codec/cache_codec.ts";
import { checksum } from "../../src/cache/codec/checksum.ts";
import { SerializationError } from "../../src/errors.ts";
import { processorMs } from "../support/processor_time.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";

const MEGABYTE = 2 ** 20;

/** What anybody could write who may write to the store. */
function forge(mark: "j" | "g", payload: string): string {
  const head = `0,1,1:${mark}`;
  return `opero1:${checksum(payload, checksum(`${head}key`))}:${head}${payload}`;
}

function filled(part: string): string {
  return Array(Math.floor(MEGABYTE / (part.length + 1))).fill(part).join(",");
}

const graphOf = (node: string) => forge("g", `[[1],${filled(node)}]`);
const one = (node: string) => forge("g", `[[1],${node}]`);

/** Texts of a megabyte at most, each made to take as much as it can. */
const HOSTILE: Readonly<Record<string, () => string>> = {
  "a deep array": () => forge("j", "[".repeat(MEGABYTE / 2) + "]".repeat(MEGABYTE / 2)),
  "a deep object": () => forge("j", '{"a":'.repeat(MEGABYTE / 6) + "1" + "}".repeat(MEGABYTE / 6)),
  "empty arrays": () => forge("j", `[${filled("[]")}]`),
  "far fields": () => forge("j", `[${filled('{"1000":1}')}]`),
  "far fields of nodes": () => graphOf('["o","1000",1]'),
  "empty objects": () => graphOf('["o"]'),
  "empty maps": () => graphOf('["m"]'),
  "empty sets": () => graphOf('["s"]'),
  "arrays of all holes there are": () => graphOf('["A",4294967295]'),
  "arrays of 33 million holes": () => graphOf('["A",33000000]'),
  "arrays of a thousand holes": () => graphOf('["A",1000]'),
  "arrays with one far item": () => graphOf('["A",1001,"1000",1]'),
  "one array of 33 million holes and an item": () => one('["A",33000000,"32999999",1]'),
  "dates": () => graphOf('["d",1]'),
  "addresses": () => graphOf('["u","a:"]'),
  "expressions": () => graphOf('["r","","",0]'),
  "a long expression": () => one(`["r","${"a".repeat(MEGABYTE)}","",0]`),
  "an expression of properties": () => one(`["r","${"\\\\p{L}".repeat(MEGABYTE / 6)}","u",0]`),
  "an expression of sets": () => one(`["r","${"[\\\\p{L}--a]".repeat(MEGABYTE / 11)}","v",0]`),
  "an expression of emoji": () => one(`["r","${"\\\\p{RGI_Emoji}".repeat(250)}","v",0]`),
  "errors": () => graphOf('["e","Error"]'),
  "exceptions": () => graphOf('["x","",""]'),
  "buffers": () => graphOf('["b",""]'),
  "views": () => forge("g", `[[1],["b",""],${filled('["v","Uint8Array",[1],0,0]')}]`),
  "a long bigint": () => forge("g", `[["${"9".repeat(MEGABYTE)}"]]`),
  "a long hexadecimal bigint": () => forge("g", `[["x${"f".repeat(MEGABYTE)}"]]`),
  "doubling nodes": () =>
    forge("g", `[[1],${Array.from({ length: 50_000 }, (_, n) => `["a",[${n + 2}],[${n + 2}]]`).join(",")},["a"]]`),
};

for (const [name, make] of Object.entries(HOSTILE)) {
  Deno.test(`decodeEntry() takes little time and memory for a megabyte of ${name}`, () => {
    const text = make();
    const before = Deno.memoryUsage();
    const tookMs = processorMs(() => decodeEntry("key", text));
    const after = Deno.memoryUsage();
    const megabytes = (after.heapUsed + after.external - before.heapUsed - before.external) / MEGABYTE;
    assert(tookMs < 5_000, `${tookMs} ms`);
    assert(megabytes < 100, `${megabytes} MB`);
  });
}

for (
  const name of [
    "an expression of properties",
    "an expression of sets",
    "an expression of emoji",
    "errors",
    "exceptions",
    "empty maps",
    "empty sets",
    "buffers",
    "far fields of nodes",
    "arrays of all holes there are",
    "a long bigint",
  ]
) {
  Deno.test(`decodeEntry() does not make a megabyte of ${name}`, () => {
    assertEquals(decodeEntry("key", HOSTILE[name]!()), undefined);
  });
}

/** Nodes that take longer to make than to read, or more memory. */
const EXPENSIVE: readonly (readonly unknown[])[] = [
  ["0"],
  ["m"],
  ["s"],
  ["A", 1_000],
  ["A", 4_294_967_295],
  ["o", "1000", 1],
  ["0", "1000", 1],
  ["d", 1],
  ["u", "a:"],
  ["r", "", "", 0],
  ["e", "Error"],
  ["e", "AggregateError", "-message", "x"],
  ["x", "", ""],
  ["b", ""],
  ["B", ""],
];

for (const node of EXPENSIVE) {
  Deno.test(`decodeEntry() makes as many nodes ${JSON.stringify(node)} as the text is long enough for, in little time`, () => {
    const unitsEach = unitsNeeded([[1], node, node]) - unitsNeeded([[1], node]);
    assert(unitsEach > 0);
    const count = Math.floor((MEGABYTE + 2 ** 16) / Math.max(unitsEach, JSON.stringify(node).length + 1));
    const nodes = JSON.stringify([[1], ...Array(count).fill(node)]);
    const needed = unitsNeeded(JSON.parse(nodes));
    assert(needed <= Math.max(MEGABYTE, nodes.length), `${needed}`);
    const text = forge("g", nodes.padEnd(MEGABYTE));
    const tookMs = processorMs(() => assert(decodeEntry("key", text) !== undefined));
    assert(tookMs < 2_000, `${tookMs} ms`);
    if (needed > nodes.length) assertEquals(decodeEntry("key", forge("g", nodes.padEnd(needed - 1))), undefined);
  });
}

Deno.test("encodeEntry() keeps small parts in any number that a value of their size may have, as they were", () => {
  const parts = 5_000;
  const values: Readonly<Record<string, () => unknown>> = {
    map: () => new Map(),
    set: () => new Set([1]),
    date: () => new Date(0),
    expression: () => /a/g,
    address: () => new URL("a:b"),
    bytes: () => new Uint8Array(1),
    bare: () => Object.assign(Object.create(null), { 1000: 1 }),
    far: () => ({ a: undefined, 1000: 1 }),
    holes: () => Object.assign([], { length: 1_000 }),
  };
  for (const [name, make] of Object.entries(values)) {
    const value = Array.from({ length: parts }, make);
    assertEquals(roundTrip(value), value, name);
  }
});

Deno.test("decodeEntry() gives objects with far indices their fields in the order that the language has for them", () => {
  for (const value of [{ b: 1n, 5000: 2, 7: 3, a: 4 }, Object.assign(Object.create(null), { z: 1n, 99999: 1, 3: 2 })]) {
    const found = roundTrip(value) as object;
    assertEquals([Object.entries(found), Object.getPrototypeOf(found)], [
      Object.entries(value),
      Object.getPrototypeOf(value),
    ]);
  }
});

Deno.test("decodeEntry() gives an array of holes its length and nothing else", () => {
  for (const length of [0, 3, 64, 1_000, 4_294_967_295]) {
    const array = decodeEntry("key", one(`["A",${length}]`))?.value as unknown[];
    assertEquals([array.length, Object.keys(array).length], [length, 0]);
  }
});

for (const length of ["-1", "4294967296", "1.5", '"3"', "null"]) {
  Deno.test(`decodeEntry() knows no array of the length ${length}`, () => {
    assertEquals(decodeEntry("key", one(`["A",${length}]`)), undefined);
  });
}

function roundTrip(value: unknown): unknown {
  const entry = { value, createdAt: 0, expiresAt: 1, staleUntil: 1 };
  return decodeEntry("key", encodeEntry("key", entry))!.value;
}

Deno.test("encodeEntry() keeps bigints of any size and sign, those of texts with decimal digits are read, too", () => {
  for (const value of [0n, 1n, -1n, 255n, -256n, 10n ** 100_000n, -(2n ** 1_000n)]) {
    assertEquals(roundTrip(value), value);
  }
  assertEquals(decodeEntry("key", forge("g", '[["-123"]]'))?.value, -123n);
  for (const wrong of ["x", "-x", "xg", "--x1", "x-1", "1x"]) {
    assertEquals(decodeEntry("key", forge("g", `[["${wrong}"]]`)), undefined);
  }
});

Deno.test("encodeEntry() refuses what decodeEntry() would not make", () => {
  const bare = () => Object.defineProperty(new Error(), "stack", { value: undefined });
  const refused = [Array.from({ length: 20_000 }, bare), new RegExp("\\p{L}".repeat(257), "u")];
  for (const value of refused) {
    assertThrows(
      () => roundTrip(value),
      SerializationError,
      "Cannot keep the value as it would take too long to read back",
    );
  }
  const kept = [Array.from({ length: 5_000 }, bare), new RegExp("\\p{L}".repeat(256), "u")];
  assertEquals((roundTrip(kept[0]) as unknown[]).length, 5_000);
  assertEquals(roundTrip(kept[1]), kept[1]);
});

Deno.test("encodeEntry() stores of a view what it shows, and nothing that lies around it", () => {
  const pool = new TextEncoder().encode("secret-A shown-1 secret-B shown-2 secret-C");
  const [first, second] = [pool.subarray(9, 16), pool.subarray(26, 33)];
  const views = [
    first,
    second,
    new DataView(pool.buffer, 9, 7),
    new Int8Array(pool.buffer, 26, 3),
    pool.subarray(12, 18),
  ];
  for (const value of [first, views, new Map([["a", first]]), Object.assign(new Error("x"), { first })]) {
    const text = encodeEntry("key", { value, createdAt: 0, expiresAt: 1, staleUntil: 1 });
    const bytes = [...text.matchAll(/\["b","([^"]*)"\]/g)].map(([, base64]) => atob(base64!));
    assert(bytes.length > 0 && bytes.every((shown) => !shown.includes("secret")), bytes.join());
  }
});

Deno.test("decodeEntry() gives views that overlap one buffer, and others one each", () => {
  const buffer = Uint8Array.from({ length: 64 }, (_, n) => n).buffer;
  const value = [
    new Uint8Array(buffer, 3, 10),
    new Float64Array(buffer, 8, 2),
    new Uint16Array(buffer, 22, 1),
    new Uint8Array(buffer, 40, 4),
    new Uint8Array(buffer, 44, 4),
    new Uint8Array(buffer, 50, 0),
  ] as const;
  const found = roundTrip(value) as unknown as typeof value;
  assertEquals(found.map((view) => [...view]), value.map((view) => [...view]));
  assertEquals(found.map((view) => found.findIndex((other) => other.buffer === view.buffer)), [0, 0, 0, 3, 4, 5]);
  found[0][9] = 99;
  assertEquals(new Uint8Array(found[1].buffer, found[1].byteOffset)[4], 99);
  assertEquals([found[3].buffer.byteLength, found[3].byteOffset, found[5].buffer.byteLength], [4, 0, 0]);
});

Deno.test("decodeEntry() gives views that overlap one buffer wherever they begin, their items in their places", () => {
  const buffer = Uint8Array.from({ length: 80 }, (_, n) => n).buffer;
  for (const [type, size] of [[Float64Array, 8], [Uint32Array, 4], [Uint16Array, 2]] as const) {
    for (let start = 0; start < 40; start++) {
      const value = [new Uint8Array(buffer, start, 24), new type(buffer, Math.ceil(start / size) * size, 1)] as const;
      const [bytes, items] = roundTrip(value) as unknown as typeof value;
      assertEquals([[...bytes], [...items], items.buffer === bytes.buffer], [[...value[0]], [...value[1]], true]);
      // No more stands before them than keeps their distances.
      assertEquals(bytes.byteOffset, start % 8);
    }
  }
});

Deno.test("decodeEntry() gives a buffer that is in the value whole, and its views on it", () => {
  const buffer = Uint8Array.from({ length: 16 }, (_, n) => n).buffer;
  const [view, found, wide] = roundTrip([new Uint8Array(buffer, 3, 2), buffer, new Float64Array(buffer, 8, 1)]) as [
    Uint8Array,
    ArrayBuffer,
    Float64Array,
  ];
  assertEquals([found.byteLength, view.buffer === found, view.byteOffset, wide.buffer === found, wide.byteOffset], [
    16,
    true,
    3,
    true,
    8,
  ]);
});
