import { assertEquals } from "@std/assert";
import { encodeEntry } from "../../../src/cache/codec/cache_codec.ts";
import { RedisCache } from "../../../src/cache/redis/redis_cache.ts";

const NOW_MS = 1_000_000;
const clock = { wallNow: () => NOW_MS };
const entryUntil = (staleUntil: number) => ({ value: 1, createdAt: 0, expiresAt: 1, staleUntil });

/** A cache over a server that answers `OK`, or 1, and the commands that it was sent. */
function openCache() {
  const sent: string[][] = [];
  const send = (...command: string[]): Promise<unknown> => {
    sent.push(command);
    return Promise.resolve(command[0] === "SET" ? "OK" : 1);
  };
  const port = {
    send,
    sendFor: send,
    clientKeyPrefix: "",
    isOneServer: true,
    nodes: () => Promise.resolve([send]),
    close: () => {},
  };
  return {
    cache: new RedisCache({ port, keyPrefix: "app:", clock, maxEntryBytes: 10_000, createClient: undefined }),
    sent,
  };
}

Deno.test("RedisCache.set() gives an entry the time that is left of it, whole milliseconds and at least one", async () => {
  const { cache, sent } = openCache();
  const [whole, part] = [entryUntil(NOW_MS + 1), entryUntil(NOW_MS + 0.25)];
  for (const entry of [whole, part]) await cache.set("key", entry);
  assertEquals(sent, [whole, part].map((entry) => ["SET", "app:key", encodeEntry("key", entry), "PX", "1"]));
});

Deno.test("RedisCache.set() removes what is under the key where nothing is left of the entry's time", async () => {
  const { cache, sent } = openCache();
  for (const staleUntil of [NOW_MS, NOW_MS - 0.5, NOW_MS - 1, 0]) await cache.set("key", entryUntil(staleUntil));
  assertEquals(sent, Array(4).fill(["UNLINK", "app:key"]));
});

Deno.test("RedisCache.set() gives no time to an entry that is kept for ever, or for longer than can be counted", async () => {
  const { cache, sent } = openCache();
  for (const leftMs of [Infinity, 2 ** 54]) await cache.set("key", entryUntil(NOW_MS + leftMs));
  assertEquals(sent.map((command) => command.length), [3, 3]);
});
