import {
  ENGINE_KEY,
  engineKeyBytes,
  functionKey,
  functionPrefix,
  isKeyPart,
  namespacePrefix,
  storedKey,
  storedKeyNow,
} from "../../../src/cache/backend/engine_key.ts";
import { sha256Hex } from "../../../src/runtime/sha256.ts";
import { until } from "../../support/until.ts";
import { assert, assertEquals } from "@std/assert";

const CALL = { namespace: "shop", identity: "id:price", version: "", key: 'a0:"1:x' };

async function keyOf(change: Partial<typeof CALL> = {}): Promise<string> {
  const parts = { ...CALL, ...change };
  return await storedKey(await functionKey(parts.namespace, parts.identity, parts.version), parts.key);
}

Deno.test("storedKey() ends in the SHA-256 of all that tells a call from every other", async () => {
  const key = await keyOf();
  assert(ENGINE_KEY.test(key));
  assertEquals(key.slice(34), await sha256Hex(`${await sha256Hex("4:shop8:id:price0:")}a0:"1:x`));
  const changes = [{ namespace: "shop2" }, { identity: "id:prices" }, { version: "2" }, { key: 'a0:"1:y' }];
  const ends = await Promise.all([{}, ...changes].map(async (change) => (await keyOf(change)).slice(34)));
  assertEquals(new Set(ends).size, 5);
});

Deno.test("storedKey() and storedKeyNow() are the same SHA-256 for texts of every length and kind", async () => {
  const fn = await functionKey("shop", "id:price", "");
  const texts = ["", "a".repeat(55), "a".repeat(56), "a".repeat(1_000), "é", "\u{1f600}", "\ud800", "\0", "\x7f"];
  for (const text of texts) {
    const expected = fn.prefix + await sha256Hex(fn.digest + text);
    assertEquals([await storedKey(fn, text), storedKeyNow(fn, text)], [expected, expected]);
  }
  await until(() => storedKeyNow(fn, "") !== "" && fn.short !== undefined);
  for (const text of texts) assertEquals(storedKeyNow(fn, text), await storedKey(fn, text));
});

Deno.test("storedKey() lets no text pass for two when a part moves to its neighbour", async () => {
  const keys = [
    await keyOf({ identity: "ab", version: "c" }),
    await keyOf({ identity: "a", version: "bc" }),
    await keyOf({ identity: "ab1:c", version: "" }),
  ];
  assertEquals(new Set(keys.map((key) => key.slice(34))).size, 3);
  const swapped = await Promise.all([functionPrefix("ab", "c"), functionPrefix("a", "bc")]);
  assertEquals(new Set(swapped.map((prefix) => prefix.slice(17))).size, 2);
});

Deno.test("namespacePrefix() and functionPrefix() begin the keys of theirs and of no other", async () => {
  const [namespace, fn] = [await namespacePrefix("shop"), await functionPrefix("shop", "id:price")];
  const key = await keyOf();
  assertEquals([namespace.length, fn.length, key.length], [17, 34, 98]);
  assert(key.startsWith(fn) && fn.startsWith(namespace));
  assert((await keyOf({ version: "2" })).startsWith(fn));
  const others = [await keyOf({ identity: "id:prices" }), await keyOf({ namespace: "shop2" })];
  assertEquals(others.map((other) => [other.startsWith(namespace), other.startsWith(fn)]), [
    [true, false],
    [false, false],
  ]);
});

Deno.test("engineKeyBytes() is 48 bytes for a key, and begins with those of its prefixes", async () => {
  const key = await keyOf();
  const bytes = engineKeyBytes(key)!;
  assertEquals(bytes.length, 48);
  assertEquals(Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""), key.replaceAll(".", ""));
  assertEquals(engineKeyBytes(key.slice(0, 34)), bytes.slice(0, 16));
  assertEquals(engineKeyBytes(key.slice(0, 17)), bytes.slice(0, 8));
});

Deno.test("engineKeyBytes() is nothing for any other text", async () => {
  const key = await keyOf();
  const others = [
    "",
    "key",
    key.slice(0, 16),
    key.slice(0, 33),
    key.slice(0, 50),
    `${key}0`,
    key.toUpperCase(),
    ` ${key}`,
  ];
  assertEquals(others.map((key) => engineKeyBytes(key)), others.map(() => undefined));
});

Deno.test("isKeyPart() knows the parts of keys, those of 0.1 too, which are still swept", async () => {
  const key = await keyOf();
  const names = [key.slice(0, 16), key.slice(34), "other", "passing", key.slice(0, 15), `${key.slice(34)}0`, "..", ""];
  assertEquals(names.map(isKeyPart), [true, true, false, false, false, false, false, false]);
});
