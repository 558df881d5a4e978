import type { CacheBackend } from "../../cache/backend/cache_backend.ts";
import { type Check, type CheckedStore, expect, expectEntry, freshEntry } from "./check.ts";

/** Keys that leave directories, collide after a careless encoding, or mean something to a database. */
export const HOSTILE_KEYS: readonly string[] = [
  "",
  " ",
  ".",
  "..",
  "../../x",
  "..\\..\\x",
  "/etc/passwd",
  "C:\\x",
  "a/b",
  "a//b",
  "a/b/",
  "con",
  "nul.txt",
  "x.tmp",
  "__proto__",
  "constructor",
  "hasOwnProperty",
  "\0",
  "a",
  "a\0",
  "a\0b",
  "A",
  "\ud800",
  "\udc00",
  "\udbff\udc00x\ud800",
  "\ufffd",
  "\\ud800",
  "\u00e9",
  "e\u0301",
  "%",
  "_",
  "*",
  "?",
  "[a]",
  "{a}b",
  "^",
  "'; DROP TABLE entries; --",
  '"',
  "a\nb",
  "a\r\nDEL b\r\n",
  "\u{1f4a5}",
  "1",
  "01",
  "-0",
  "\uffff",
];

const MEGABYTE = "k".repeat(1_000_000);

/** What any text as a key or as a prefix does. */
export const KEY_CHECKS: readonly Check[] = [
  { name: "tells hostile keys apart", run: (store) => checkKeysApart(store, HOSTILE_KEYS) },
  {
    name: "tells keys of 1 MB apart",
    run: (store) => checkKeysApart(store, [MEGABYTE, `${MEGABYTE}k`, `k${MEGABYTE}\0`]),
  },
  { name: "tells generated keys apart", run: (store) => checkKeysApart(store, generateKeys(store.random, 200)) },
  { name: "clears by any prefix what begins with it, and no more", run: checkHostilePrefixes },
  { name: "clears one namespace and no other", run: checkNamespaces },
  { name: "clears more than 1 000 keys", run: checkManyKeys },
];

async function checkKeysApart(store: CheckedStore, keys: readonly string[]): Promise<void> {
  const backend = await store.open();
  const entries = keys.map((_key, i) => freshEntry(i));
  for (const [i, key] of keys.entries()) await backend.set(key, entries[i]!);
  for (const [i, key] of keys.entries()) await expectEntry(backend, key, entries[i], `hostile key ${i}`);
  for (const [i, key] of keys.entries()) {
    if (i % 2 === 0) expect(await backend.delete(key) === true, `hostile key ${i}: delete must answer true`);
  }
  for (const [i, key] of keys.entries()) {
    await expectEntry(backend, key, i % 2 === 0 ? undefined : entries[i], `hostile key ${i} after deletes`);
  }
}

async function checkHostilePrefixes(store: CheckedStore): Promise<void> {
  const backend = await store.open();
  const prefixes = HOSTILE_KEYS.filter((key) => key !== "");
  const keys = [...new Set(prefixes.flatMap((prefix) => [prefix, `${prefix}x`, `${prefix}/y`, `z${prefix}`]))];
  let left = keys;
  await setAll(backend, keys);
  for (const prefix of prefixes) {
    await backend.clear(prefix);
    left = left.filter((key) => !key.startsWith(prefix));
    await expectKeys(backend, keys, left);
  }
  await setAll(backend, keys);
  await backend.clear("");
  await expectKeys(backend, keys, []);
}

/** The keys that the engine makes: three SHA-256 in hexadecimal, with dots between. */
async function checkNamespaces(store: CheckedStore): Promise<void> {
  const backend = await store.open();
  const part = (digit: number) => String(digit).repeat(64);
  const keys = [1, 2, 3].flatMap((a) => [1, 2].flatMap((b) => [1, 2].map((c) => [a, b, c].map(part).join("."))));
  const { length } = keys;
  await setAll(backend, keys);
  await backend.clear(`${part(1)}.`);
  await expectKeys(backend, keys, keys.filter((key) => !key.startsWith("1")));
  await backend.clear(`${part(2)}.${part(1)}.`);
  await expectKeys(backend, keys, keys.slice(length / 3 + 2));
  await backend.clear(keys.at(-1)!);
  await expectKeys(backend, keys, keys.slice(length / 3 + 2, -1));
}

async function checkManyKeys(store: CheckedStore): Promise<void> {
  const backend = await store.open();
  const keys = Array.from({ length: 1_500 }, (_, i) => `many.${i}`);
  await setAll(backend, ["kept", ...keys]);
  await backend.clear("many.");
  await expectKeys(backend, ["kept", ...keys], ["kept"]);
}

async function setAll(backend: CacheBackend, keys: readonly string[]): Promise<void> {
  for (const key of keys) await backend.set(key, freshEntry(key));
}

async function expectKeys(backend: CacheBackend, all: readonly string[], left: readonly string[]): Promise<void> {
  const expected = new Set(left);
  for (const [i, key] of all.entries()) {
    const value = (await backend.get(key))?.value;
    expect(value === (expected.has(key) ? key : undefined), `key ${i} must be ${expected.has(key) ? "there" : "gone"}`);
  }
}

const AWKWARD_UNITS = ["\0", "\ud800", "\udc00", "/", "\\", ".", "%", ":", "a", "A", "0", "\u00e9", "\ufffd", "\n"];

function generateKeys(random: () => number, count: number): string[] {
  const pick = () => AWKWARD_UNITS[Math.floor(random() * AWKWARD_UNITS.length)]!;
  const keys = Array.from({ length: count }, () => Array.from({ length: 1 + random() * 8 }, pick).join(""));
  return [...new Set(keys)];
}
