import type { CacheBackend, CacheEntry } from "../../src/cache/backend/cache_backend.ts";
import { decodeEntry, encodeEntry } from "../../src/cache/codec/cache_codec.ts";
import { type CacheConformanceOptions, testCacheBackend } from "../../testing.ts";
import { assert, assertEquals } from "@std/assert";

/** The plainest backend there is, over the codec. */
class TextCache implements CacheBackend {
  readonly texts: Map<string, string>;
  constructor(texts: Map<string, string>) {
    this.texts = texts;
  }
  get(key: string): CacheEntry | undefined {
    const text = this.texts.get(key);
    return text === undefined ? undefined : decodeEntry(key, text);
  }
  set(key: string, entry: CacheEntry): void {
    this.texts.set(key, encodeEntry(key, entry));
  }
  delete(key: string): boolean {
    return this.texts.delete(key);
  }
  clear(prefix: string): void {
    for (const key of this.texts.keys()) if (key.startsWith(prefix)) this.texts.delete(key);
  }
}

const stores = new Map<string, Map<string, string>>();
function open(store: string): TextCache {
  return new TextCache(stores.get(store) ?? stores.set(store, new Map()).get(store)!);
}

testCacheBackend(open, { test: Deno.test, name: "TextCache", isPersistent: true, keepsEverything: true });

async function failuresOf(
  open: () => CacheBackend,
  options: Partial<CacheConformanceOptions> = {},
): Promise<string[]> {
  const failed: string[] = [];
  const runs: [string, () => Promise<void>][] = [];
  testCacheBackend(open, { name: "broken", ...options, test: (name, run) => runs.push([name, run]) });
  for (const [name, run] of runs) await run().catch(() => failed.push(name));
  return failed;
}

const BROKEN: Record<string, { make: () => CacheBackend; failure: string }> = {
  "loses undefined": {
    make: () => withChange({ get: (found) => found?.value === undefined ? undefined : found }),
    failure: "broken keeps undefined exactly, or refuses it",
  },
  "bends values as JSON does": {
    make: () => withChange({ get: (found) => found && { ...found, value: JSON.parse(JSON.stringify(found.value)) } }),
    failure: "broken keeps NaN exactly, or refuses it",
  },
  "lower-cases keys": {
    make: () => withChange({ key: (key) => key.toLowerCase() }),
    failure: "broken tells hostile keys apart",
  },
  "cuts keys at NUL": {
    make: () => withChange({ key: (key) => key.split("\0")[0]! }),
    failure: "broken tells generated keys apart",
  },
  "drops the expiry": {
    make: () => withChange({ get: (found) => found && { ...found, expiresAt: Infinity } }),
    failure: "broken keeps an entry that is stale",
  },
};

function withChange(
  { get = (found) => found, key: toKey = (key) => key }: {
    get?: (found: CacheEntry | undefined) => CacheEntry | undefined;
    key?: (key: string) => string;
  },
): CacheBackend {
  const inner = new TextCache(new Map());
  return {
    get: (key) => get(inner.get(toKey(key))),
    set: (key, entry) => inner.set(toKey(key), entry),
    delete: (key) => inner.delete(toKey(key)),
    clear: (prefix) => inner.clear(prefix),
  };
}

for (const [fault, { make, failure }] of Object.entries(BROKEN)) {
  Deno.test(`testCacheBackend() fails a backend that ${fault}`, async () => {
    assert((await failuresOf(make)).includes(failure));
  });
}

Deno.test("testCacheBackend() fails a backend that clears too much and answers delete wrongly", async () => {
  const failures = await failuresOf(() => {
    const inner = new TextCache(new Map());
    return {
      get: (key) => inner.get(key),
      set: (key, entry) => inner.set(key, entry),
      delete: (key) => inner.delete(key) || true,
      clear: () => inner.texts.clear(),
    };
  });
  assertEquals(failures, [
    "broken answers undefined for a key that was never set",
    "broken deletes one entry and returns whether there was one",
    "broken clears by any prefix what begins with it, and no more",
    "broken clears one namespace and no other",
    "broken clears more than 1 000 keys",
  ]);
});

Deno.test("testCacheBackend() fails a backend that hangs after close", async () => {
  const failures = await failuresOf(() => {
    const inner = new TextCache(new Map());
    let isClosed = false;
    return {
      get: (key) => isClosed ? new Promise<never>(() => {}) : inner.get(key),
      set: (key, entry) => inner.set(key, entry),
      delete: (key) => inner.delete(key),
      clear: (prefix) => inner.clear(prefix),
      close: () => void (isClosed = true),
    };
  });
  assertEquals(failures, ["broken answers, misses or rejects after close, and never hangs"]);
});

Deno.test("testCacheBackend() passes a backend in memory that keeps the values themselves", async () => {
  const failures = await failuresOf(() => {
    const entries = new Map<string, CacheEntry>();
    return {
      get: (key) => entries.get(key),
      set: (key, entry) => void entries.set(key, entry),
      delete: (key) => entries.delete(key),
      clear: (prefix) => {
        for (const key of entries.keys()) if (key.startsWith(prefix)) entries.delete(key);
      },
    };
  }, { keepsEverything: true });
  assertEquals(failures, []);
});
