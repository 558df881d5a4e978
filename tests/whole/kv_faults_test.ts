import { assert, assertEquals, assertRejects } from "@std/assert";
import { type CacheBackend, type CacheEntry, kvCache, type KvDatabase } from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { openKvCache } from "../../src/cache/kv/kv_cache.ts";
import { kvPlace } from "../../src/cache/kv/kv_place.ts";
import { ConfigurationError, SerializationError } from "../../src/errors.ts";

/** Of three commits: ten parts each, the last with what is left and then the record. */
const LONG = "x".repeat(1_000_000);
const PART_COMMITS = 2;

function entryOf(value: unknown): CacheEntry {
  return { value, createdAt: 0, expiresAt: Infinity, staleUntil: Infinity };
}

async function withKv(run: (kv: Deno.Kv) => Promise<void>): Promise<void> {
  const kv = await Deno.openKv(":memory:");
  try {
    await run(kv);
  } finally {
    kv.close();
  }
}

async function withDirectory(run: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await run(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function countKeys(kv: Deno.Kv): Promise<number> {
  let count = 0;
  for await (const _entry of kv.list({ prefix: [] })) count++;
  return count;
}

/** A database that does `before(n)` before its n-th commit, counted from 1, and `onList` before each list. */
function hooked(
  kv: Deno.Kv,
  before: (commit: number) => Promise<void>,
  onList: (start: Deno.KvKey) => unknown = () => {},
): KvDatabase {
  let commits = 0;
  return {
    get: (key) => kv.get(key as Deno.KvKey),
    list: async function* (selector, options) {
      await onList(selector.start as Deno.KvKey);
      yield* kv.list(selector as Deno.KvListSelector, options);
    },
    atomic: () => {
      const operation = kv.atomic();
      const commit = operation.commit.bind(operation);
      operation.commit = async () => {
        await before(++commits);
        return await commit();
      };
      return operation as unknown as ReturnType<KvDatabase["atomic"]>;
    },
    close: () => {},
  };
}

const REMOVALS: Record<string, (cache: CacheBackend) => unknown> = {
  "a delete": (cache) => cache.delete("key"),
  "a clear of all": (cache) => cache.clear(""),
  "a clear of its beginning": (cache) => cache.clear("k"),
};

for (const [name, remove] of Object.entries(REMOVALS)) {
  for (let commit = 1; commit <= PART_COMMITS + 1; commit++) {
    Deno.test(`kvCache() brings nothing back when ${name} comes before commit ${commit} of a long write`, () =>
      withKv(async (kv) => {
        let removing: Promise<unknown> | undefined;
        const cache = kvCache({
          kv: hooked(kv, async (n) => {
            // Not waited for here, since it waits for the write itself.
            if (n === commit) removing = Promise.resolve(remove(cache));
            await Promise.resolve();
          }),
        });
        await cache.set("key", entryOf(LONG));
        await removing;
        assertEquals(await cache.get("key"), undefined);
        assertEquals(await countKeys(kv), 0);
      }));
  }

  for (const [commit, hasOlder] of [[2, true], [2, false], [3, true], [3, false]] as const) {
    const older = hasOlder ? "over an older entry" : "of a new key";
    Deno.test(`kvCache() brings nothing back when ${name} of another process comes before commit ${commit} ${older}`, () =>
      withKv(async (kv) => {
        const other = kvCache({ kv });
        const before = async (n: number) => {
          if (n === commit) await remove(other);
        };
        const cache = kvCache({ kv: hooked(kv, before) });
        if (hasOlder) await other.set("key", entryOf("older"));
        await cache.set("key", entryOf(LONG));
        assertEquals(await cache.get("key"), undefined);
        assertEquals(await countKeys(kv), 0);
        await cache.set("key", entryOf("newer"));
        assertEquals((await cache.get("key"))?.value, "newer");
      }));
  }
}

Deno.test("kvCache() brings nothing back when a delete or a clear comes during a short write", () =>
  withKv(async (kv) => {
    for (const remove of Object.values(REMOVALS)) {
      const cache = kvCache({ kv });
      const writing = cache.set("key", entryOf("short"));
      await remove(cache);
      await writing;
      assertEquals(await cache.get("key"), undefined);
    }
  }));

Deno.test("kvCache() removes a key while the write of another goes on", () =>
  withKv(async (kv) => {
    const cache = kvCache({ kv });
    const writing = cache.set("another", entryOf(LONG));
    await cache.delete("key");
    await cache.clear("k");
    await writing;
    assertEquals((await cache.get("another"))?.value, LONG);
  }));

Deno.test("kvCache() keeps the later of two writes of a key when the earlier takes longer", () =>
  withKv(async (kv) => {
    const cache = kvCache({ kv });
    await Promise.all([cache.set("key", entryOf(LONG)), cache.set("key", entryOf("later"))]);
    assertEquals((await cache.get("key"))?.value, "later");
    assertEquals(await countKeys(kv), 1);
  }));

Deno.test("kvCache() keeps the later of two writes when the earlier is held up at its last commit", () =>
  withKv(async (kv) => {
    const cache = kvCache({
      kv: hooked(kv, async (n) => {
        if (n === PART_COMMITS + 1) await cache.set("key", entryOf("later"));
      }),
    });
    await cache.set("key", entryOf(LONG));
    assertEquals((await cache.get("key"))?.value, "later");
    assertEquals(await countKeys(kv), 1);
  }));

Deno.test("kvCache() puts a long entry in place though another process writes the key in between", () =>
  withKv(async (kv) => {
    const other = kvCache({ kv });
    const before = async (n: number) => {
      if (n === PART_COMMITS + 1) await other.set("key", entryOf("in between"));
    };
    await kvCache({ kv: hooked(kv, before) }).set("key", entryOf(LONG));
    assertEquals((await other.get("key"))?.value, LONG);
  }));

Deno.test("kvCache() writes no further part once the key was removed", () =>
  withKv(async (kv) => {
    let commits = 0;
    let removal: unknown;
    const cache = kvCache({
      kv: hooked(kv, async (n) => {
        commits = n;
        if (n === 1) removal = cache.delete("key");
        await Promise.resolve();
      }),
    });
    await cache.set("key", entryOf(LONG.repeat(10)));
    await cache.delete("key");
    await removal;
    assert(commits < 6, `${commits} commits`);
  }));

Deno.test("kvCache() leaves no parts of what is written while it is cleared", () =>
  withKv(async (kv) => {
    const other = kvCache({ kv });
    const onList = async ([, kind]: Deno.KvKey) => {
      if (kind === "entry") await other.set("key", entryOf(LONG));
    };
    await kvCache({ kv: hooked(kv, () => Promise.resolve(), onList) }).clear("");
    assertEquals(await countKeys(kv), 0);
  }));

Deno.test("kvCache() leaves no parts of a write that failed, and the entry before it", () =>
  withKv(async (kv) => {
    const plain = kvCache({ kv });
    for (let commit = 1; commit <= PART_COMMITS + 1; commit++) {
      await plain.set("key", entryOf("before"));
      let hasFailed = false;
      const fail = (n: number) => {
        if (n !== commit || hasFailed) return Promise.resolve();
        hasFailed = true;
        return Promise.reject(new Error("out of order"));
      };
      const cache = kvCache({ kv: hooked(kv, fail) });
      await assertRejects(async () => await cache.set("key", entryOf(LONG)), Error, "out of order");
      assertEquals((await plain.get("key"))?.value, "before");
      assertEquals(await countKeys(kv), 1);
    }
  }));

Deno.test("kvCache() neither writes nor reads an entry of more than maxEntryBytes", () =>
  withKv(async (kv) => {
    let lists = 0;
    const cache = kvCache({ kv: hooked(kv, () => Promise.resolve(), () => lists++), maxEntryBytes: 200_000 });
    await cache.set("key", entryOf("old"));
    const error = await assertRejects(async () => await cache.set("key", entryOf(LONG)), SerializationError);
    assertEquals(error.message, "Cannot keep the value as it takes more than the 200000 bytes of 'maxEntryBytes'");
    assertEquals(await cache.get("key"), undefined);
    const generous = kvCache({ kv });
    for (const length of [250_000, 1_000_000, 20_000_000]) {
      await generous.set("key", entryOf("x".repeat(length)));
      lists = 0;
      assertEquals(await cache.get("key"), undefined);
      assert(length < 300_000 || lists === 0, "no part is read of what has too many");
    }
    const narrow = kvCache({ kv, maxEntryBytes: 1_000 });
    await generous.set("key", entryOf("x".repeat(5_000)));
    assertEquals(await narrow.get("key"), undefined);
    await narrow.set("key", entryOf("x".repeat(900)));
    assertEquals((await narrow.get("key"))?.value, "x".repeat(900));
  }));

Deno.test("kvCache() reads an entry of exactly maxEntryBytes, under a long key too", () =>
  withKv(async (kv) => {
    for (const key of ["key", "k".repeat(5_000)]) {
      const cache = kvCache({ kv });
      await cache.set(key, entryOf("x".repeat(100_000)));
      const { recordKey, longKey } = await kvPlace(key);
      const { writeId } = (await kv.get<{ writeId: string }>(recordKey as Deno.KvKey)).value!;
      const parts = await Array.fromAsync(
        kv.list<Uint8Array>({ prefix: ["opero", "part", recordKey[2] as Uint8Array, writeId] }),
      );
      const bytes = parts.reduce((sum, { value }) => sum + value.length, 0) - longKey.length;
      assertEquals((await kvCache({ kv, maxEntryBytes: bytes }).get(key))?.value, "x".repeat(100_000));
      assertEquals(await kvCache({ kv, maxEntryBytes: bytes - 1 }).get(key), undefined);
    }
  }));

Deno.test("kvCache() does not count a long key as part of an entry", () =>
  withKv(async (kv) => {
    const key = "k".repeat(5_000);
    await kvCache({ kv }).set(key, entryOf("x".repeat(800)));
    assertEquals((await kvCache({ kv, maxEntryBytes: 1_000 }).get(key))?.value, "x".repeat(800));
    assertEquals(await kvCache({ kv, maxEntryBytes: 700 }).get(key), undefined);
  }));

Deno.test("kvCache() misses a record that names more or fewer parts than there are", () =>
  withKv(async (kv) => {
    const cache = kvCache({ kv });
    const { recordKey } = await kvPlace("key");
    for (const change of [1, -1, -17, 1e9, 0.5, -Infinity, NaN]) {
      await cache.set("key", entryOf(LONG));
      const { writeId, parts } = (await kv.get<{ writeId: string; parts: number }>(recordKey as Deno.KvKey)).value!;
      await kv.set(recordKey as Deno.KvKey, { writeId, parts: parts + change });
      assertEquals(await cache.get("key"), undefined, `${change}`);
      await cache.delete("key");
      assertEquals(await countKeys(kv), 0);
    }
  }));

for (const way of ["deleted", "replaced"]) {
  Deno.test(`kvCache() opens a file anew within a second when it was ${way}`, () =>
    withDirectory(async (directory) => {
      const path = `${directory}/kv`;
      const clock = new FakeClock();
      const cache = openKvCache({ path }, { clock });
      await cache.set("key", entryOf("old"));
      for (const suffix of ["", "-wal", "-shm"]) await Deno.remove(path + suffix);
      if (way === "replaced") {
        const other = kvCache({ path });
        await other.set("other", entryOf("from another"));
        await other.close?.();
      }
      await clock.tick("1s");
      assertEquals(await cache.get("key"), undefined);
      assertEquals((await cache.get("other"))?.value, way === "replaced" ? "from another" : undefined);
      await cache.set("key", entryOf("new"));
      const neighbour = kvCache({ path });
      assertEquals((await neighbour.get("key"))?.value, "new");
      await neighbour.close?.();
      await cache.close?.();
    }));
}

Deno.test("kvCache() ends what goes on in a file that was deleted, and then closes it", () =>
  withDirectory(async (directory) => {
    const path = `${directory}/kv`;
    const clock = new FakeClock();
    const cache = openKvCache({ path }, { clock });
    await cache.set("key", entryOf(1));
    const writing = cache.set("long", entryOf(LONG));
    for (const suffix of ["", "-wal", "-shm"]) await Deno.remove(path + suffix);
    await clock.tick("1s");
    assertEquals(await cache.get("key"), undefined);
    await writing;
    await cache.close?.();
  }));

const FOREIGN: Record<string, { make: (path: string) => void; received: string }> = {
  "a text": {
    make: (path) => Deno.writeTextFileSync(path, "what I wrote down\n".repeat(500)),
    received: "a file that is no database, or a damaged one",
  },
  "a directory": { make: (path) => Deno.mkdirSync(path), received: "a directory" },
};

for (const [name, { make, received }] of Object.entries(FOREIGN)) {
  Deno.test(`kvCache() leaves ${name} under its path as it is and says so`, () =>
    withDirectory(async (directory) => {
      const path = `${directory}/mine`;
      make(path);
      const cache = kvCache({ path });
      for (let round = 0; round < 2; round++) {
        const error = await assertRejects(async () => await cache.set("key", entryOf(1)), ConfigurationError);
        assertEquals(
          error.message,
          "Cannot use the kv cache as 'path' must name a Deno KV database, or a file that is not there yet: received " +
            `${received}; choose another 'path', or remove it`,
        );
      }
      await cache.close?.();
      assertEquals([...Deno.readDirSync(directory)].map(({ name }) => name), ["mine"]);
      if (name === "a text") assertEquals(Deno.readTextFileSync(path), "what I wrote down\n".repeat(500));
    }));
}

Deno.test({
  name: "kvCache() takes from others what they may do with a file that is there",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withDirectory(async (directory) => {
      const path = `${directory}/kv`;
      const first = await Deno.openKv(path);
      await first.set(["mine"], 1);
      first.close();
      Deno.chmodSync(path, 0o644);
      const cache = kvCache({ path });
      await cache.set("key", entryOf(1));
      const modes = ["", "-wal", "-shm"].map((suffix) => Deno.statSync(path + suffix).mode! & 0o777);
      assertEquals(modes, [0o600, 0o600, 0o600]);
      await cache.close?.();
    }),
});

Deno.test("kvCache() throws a ConfigurationError when maxEntryBytes is wrong", async () => {
  const error = await assertRejects(async () => await kvCache({ maxEntryBytes: 0 }).get("key"), ConfigurationError);
  assertEquals(
    error.message,
    "Cannot open the kv cache as 'maxEntryBytes' must be a positive integer: received a number",
  );
});
