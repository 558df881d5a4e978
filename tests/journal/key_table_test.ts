import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { KeyTable } from "../../src/journal/key_table.ts";
import { sha256Base64Url } from "../../src/runtime/sha256.ts";

const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"];

/** Few differ in more than a letter, so that slots and words are shared. */
const nearKeys = fc.tuple(fc.nat(21), fc.constantFrom(...LETTERS)).map(([at, letter]) => {
  return `${"A".repeat(at)}${letter}${"A".repeat(21 - at)}`;
});
const places = fc.oneof(
  fc.constant(""),
  fc.integer({ min: 1, max: 5 }).map((n) => `#${n}`),
  fc.constantFrom("#4294967295", "#4294967296", "#4294967297", "#999999999999999"),
);
const keys = fc.tuple(
  fc.oneof(nearKeys, fc.string({ unit: fc.constantFrom(...LETTERS), minLength: 22, maxLength: 22 })),
  places,
)
  .map((parts) => parts.join(""));
const numbers = fc.oneof(fc.nat(), fc.maxSafeNat());

Deno.test("KeyTable knows what a Map of the same texts knows", () => {
  fc.assert(fc.property(fc.array(fc.tuple(keys, numbers), { maxLength: 300 }), fc.array(keys), (entries, others) => {
    const map = new Map<string, number>();
    const table = new KeyTable();
    for (const [key, number] of entries) {
      assertEquals(table.get(key), map.get(key));
      table.set(key, number);
      map.set(key, number);
      assertEquals(table.size, map.size);
    }
    for (const key of [...map.keys(), ...others]) assertEquals(table.get(key), map.get(key));
  }));
});

Deno.test("KeyTable tells keys apart that differ in one letter, wherever that is, or in their place alone", () => {
  const hashes = Array.from({ length: 22 }, (_, at) => {
    return LETTERS.slice(1).map((letter) => `${"A".repeat(at)}${letter}${"A".repeat(21 - at)}`);
  });
  const all = ["A".repeat(22), ...hashes.flat()].flatMap((hash) => {
    return ["", "#2", "#4294967295", "#4294967296", "#4294967298"].map((place) => hash + place);
  });
  const table = new KeyTable();
  all.forEach((key, i) => table.set(key, i));
  assertEquals(all.filter((key, i) => table.get(key) !== i), []);
  assertEquals(table.size, all.length);
});

Deno.test("KeyTable keeps what it knows while it grows", () => {
  const table = new KeyTable();
  const many = Array.from(
    { length: 20_000 },
    (_, i) => sha256Base64Url(`item ${i >> 1}`).slice(0, 22) + (i % 2 ? "#2" : ""),
  );
  many.forEach((key, i) => table.set(key, i));
  assertEquals(table.size, many.length);
  assertEquals(many.findIndex((key, i) => table.get(key) !== i), -1);
});

Deno.test("KeyTable finds equal items, and keys that are much alike, as fast as others", () => {
  const spent = (keyOf: (i: number) => string) => {
    const all = Array.from({ length: 20_000 }, (_, i) => keyOf(i));
    const table = new KeyTable();
    const start = performance.now();
    all.forEach((key, i) => table.set(key, i));
    return performance.now() - start;
  };
  const others = Math.min(...[1, 2, 3].map(() => spent((i) => sha256Base64Url(`${i}`).slice(0, 22))));
  const equal = Math.min(...[1, 2, 3].map(() => spent((i) => `${"A".repeat(22)}#${i + 2}`)));
  const alike = Math.min(...[1, 2, 3].map(() => spent((i) => `${i}`.padStart(22, "A"))));
  // Side by side in one row of slots they took a thousand times as long.
  assert(Math.max(equal, alike) < 20 * others + 50, `${equal} and ${alike} ms against ${others} ms`);
});
