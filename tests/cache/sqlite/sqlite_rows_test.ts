/** What rows keep of entries and of keys, and that nothing else is taken for one. */
import { assert, assertEquals } from "@std/assert";
import { hash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import type { CacheEntry } from "../../../src/cache/backend/cache_backend.ts";
import { fromRow, toRow } from "../../../src/cache/sqlite/sqlite_rows.ts";
import { sqliteCache } from "../../../src/cache/sqlite/sqlite_cache.ts";

const MAX_BYTES = 10_000;
const NOW_MS = 1_800_000_000_000;

function entryAt(createdAt: number, expiresAt: number, staleUntil: number, value: unknown = { a: 1n }): CacheEntry {
  return { value, createdAt, expiresAt, staleUntil };
}

/** A key as the engine makes them. */
function engineKey(fn: number, digest: string, namespace = "0".repeat(16)): string {
  return `${namespace}.${fn.toString(16).padStart(16, "0")}.${digest.padEnd(64, "0")}`;
}

function openCache() {
  const db = new DatabaseSync(":memory:");
  const rows = () => Number(db.prepare("SELECT count(*) AS rows FROM opero_cache_3").get()!.rows);
  return { db, cache: sqliteCache({ db }), rows };
}

const time = fc.oneof(fc.constant(Infinity), fc.maxSafeNat(), fc.double({ min: 0, noNaN: true }), fc.constant(NOW_MS));

Deno.test("toRow() keeps any times exactly", () => {
  fc.assert(fc.property(time, time, time, (createdAt, expiresAt, staleUntil) => {
    const entry = entryAt(createdAt, expiresAt, staleUntil);
    assertEquals(fromRow("key", toRow("key", entry, MAX_BYTES), MAX_BYTES), entry);
  }));
});

Deno.test("toRow() keeps whole milliseconds in few bytes, and what never expires without any", () => {
  const cells = (entry: CacheEntry) => toRow("key", entry, MAX_BYTES).slice(0, 3);
  assertEquals(cells(entryAt(NOW_MS, NOW_MS + 5, NOW_MS + 5)), [NOW_MS, 5, 0]);
  assertEquals(cells(entryAt(NOW_MS, NOW_MS + 5, Infinity)), [NOW_MS, 5, null]);
  assertEquals(cells(entryAt(NOW_MS, Infinity, Infinity)), [NOW_MS, null, null]);
  assertEquals(cells(entryAt(0.5, 1, 2)), [null, 2, 0]);
  assertEquals(cells(entryAt(0.5, 1, Infinity)), [null, null, 0]);
  // What is subtracted would not come out the same when it is added.
  for (const times of [[NOW_MS, 2 ** 60, 2 ** 61], [5, 4, 9], [NOW_MS, Infinity, 9], [Infinity, Infinity, Infinity]]) {
    const [created, expires, until] = times as [number, number, number];
    assertEquals(cells(entryAt(created, expires, until))[0], null);
  }
});

Deno.test("toRow() keeps a value that JSON can write as its JSON, without a byte more", () => {
  for (const value of ["graph", "g[]", 1, null, true, [1], { g: 1 }]) {
    const row = toRow("key", entryAt(NOW_MS, Infinity, Infinity, value), MAX_BYTES);
    assertEquals([row[4], fromRow("key", row, MAX_BYTES)?.value], [JSON.stringify(value), value]);
  }
});

Deno.test("fromRow() takes a row for none where any of it is another's, whatever the driver makes of rows", () => {
  const row = toRow("key", entryAt(NOW_MS, NOW_MS + 5, NOW_MS + 9), MAX_BYTES);
  const asObject = Object.fromEntries(
    ["created", "fresh", "stale", "checksum", "entry"].map((name, i) => [name, row[i]]),
  );
  assert(fromRow("key", row, MAX_BYTES) !== undefined && fromRow("key", asObject, MAX_BYTES) !== undefined);
  assert(fromRow("key", row.map((cell) => typeof cell === "number" ? BigInt(cell) : cell), MAX_BYTES) !== undefined);
  const wrong: readonly unknown[] = [NOW_MS + 1, 6, 7, 1, "1", "g1", "", null, "x", 0.5, new Uint8Array(3)];
  for (let cell = 0; cell < row.length; cell++) {
    for (const value of wrong) assertEquals(fromRow("key", row.with(cell, value as never), MAX_BYTES), undefined);
  }
  for (const broken of [[], [1], [null, null, null, null, null], {}]) {
    assertEquals(fromRow("key", broken, MAX_BYTES), undefined);
  }
});

Deno.test("sqliteCache() never gives a key the entry of another that its index cannot tell from it", async () => {
  const { db, cache, rows } = openCache();
  const [one, other] = [engineKey(1, "abcdef012345"), engineKey(1, "abcdef0123456")];
  await cache.set(one, entryAt(NOW_MS, Infinity, Infinity, 1));
  assertEquals([await cache.get(other), await cache.delete(other)], [undefined, false]);
  await cache.set(other, entryAt(NOW_MS, Infinity, Infinity, 2));
  assertEquals([await cache.get(one), (await cache.get(other))?.value, rows()], [undefined, 2, 1]);
  assertEquals([await cache.delete(one), await cache.delete(other), rows()], [false, true, 0]);
  db.close();
});

Deno.test("sqliteCache() tells functions and namespaces apart, and clears one and no other", async () => {
  const { db, cache, rows } = openCache();
  const namespaces = ["a".repeat(16), "b".repeat(16)];
  const keys = namespaces.flatMap((name) =>
    [1, 2, 3].flatMap((fn) => ["1", "2"].map((key) => engineKey(fn, key, name)))
  );
  const text = `${namespaces[0]}.text`;
  const fill = async () => {
    for (const key of [...keys, text]) await cache.set(key, entryAt(NOW_MS, Infinity, Infinity, key));
  };
  await fill();
  for (const key of keys) assertEquals((await cache.get(key))?.value, key);
  assertEquals(rows(), 13);
  // A second instance knows the functions of the first.
  const second = sqliteCache({ db });
  for (const key of keys) assertEquals((await second.get(key))?.value, key);
  for (
    const [prefix, left] of [
      [keys[0]!, 12],
      [keys[0]!.slice(0, 34), 11],
      [`${namespaces[0]}.`, 6],
      ["b".repeat(15), 6],
      ["", 0],
    ] as const
  ) {
    await second.clear(prefix);
    assertEquals(rows(), left, prefix);
  }
  await fill();
  await cache.clear(`${namespaces[1]}.`);
  assertEquals([rows(), (await cache.get(text))?.value], [7, text]);
  db.close();
});

Deno.test("sqliteCache() clears many functions with many keys each", async () => {
  const { db, cache, rows } = openCache();
  for (let fn = 0; fn < 5; fn++) {
    for (let key = 0; key < 300; key++) {
      await cache.set(
        engineKey(fn, key.toString(16).padStart(64, "0").split("").reverse().join("")),
        entryAt(0, 1, Infinity),
      );
    }
  }
  await cache.clear(engineKey(2, "").slice(0, 34));
  assertEquals(rows(), 1_200);
  await cache.clear(engineKey(0, "").slice(0, 17));
  assertEquals(rows(), 0);
  db.close();
});

Deno.test("sqliteCache() takes little more room for 20 000 entries of 100 bytes than a table of keys and JSON", async () => {
  const { db, cache } = openCache();
  const plain = new DatabaseSync(":memory:");
  plain.exec("CREATE TABLE plain (key TEXT PRIMARY KEY, value TEXT)");
  const put = plain.prepare("INSERT INTO plain VALUES (?, ?)");
  const value = "x".repeat(98);
  for (let i = 0; i < 20_000; i++) {
    await cache.set(
      engineKey(1, hash("sha256", `user-${i}`)),
      entryAt(NOW_MS, NOW_MS + 3_600_000, NOW_MS + 3_600_000, value),
    );
    put.run(`user-${i}`, JSON.stringify(value));
  }
  const pages = (of: DatabaseSync) => Number(of.prepare("PRAGMA page_count").get()!.page_count);
  const ratio = pages(db) / pages(plain);
  assert(ratio < 1.3, `${ratio} times as much`);
  db.close();
  plain.close();
});
