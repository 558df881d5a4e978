import type { CacheBackend, CacheEntry } from "../../src/cache/backend/cache_backend.ts";
import { openSqliteCache, sqliteCache } from "../../src/cache/sqlite/sqlite_cache.ts";
import { ConfigurationError, SerializationError } from "../../src/errors.ts";
import { SqliteFile } from "../../src/cache/sqlite/sqlite_file.ts";
import { openFiles } from "../../src/runtime/files.ts";
import { type SqliteDatabase, sqliteOpener } from "../../src/runtime/sqlite.ts";
import { FakeClock, testCacheBackend } from "../../testing.ts";
import { FakeGlobals } from "../support/fake_globals.ts";
import { processorNowMs } from "../support/processor_time.ts";
import { runs } from "../support/runs.ts";
import { until } from "../support/until.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";

const MANY = runs(100_000, 10);

function entryOf(value: unknown): CacheEntry {
  return { value, createdAt: 1, expiresAt: Infinity, staleUntil: Infinity };
}

/** Runs with the path of a file that is not there yet, and with the warnings of the cache. */
async function withPath(run: (path: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await run(`${directory}/cache.sqlite`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function openWith(path: string) {
  const clock = new FakeClock();
  const warnings: string[] = [];
  const host = { clock, warn: (message: string) => void warnings.push(message) };
  return { cache: openSqliteCache({ path }, host), warnings, clock };
}

Deno.test("sqliteCache() makes its files for their user alone", () =>
  withPath(async (path) => {
    const inner = path.replace("cache.sqlite", "new/directory/cache.sqlite");
    const cache = sqliteCache({ path: inner });
    await cache.set("key", entryOf(1));
    for (const suffix of ["", "-wal", "-shm"]) assertEquals(Deno.statSync(inner + suffix).mode! & 0o777, 0o600);
    assertEquals(Deno.statSync(inner.replace("/cache.sqlite", "")).mode! & 0o777, 0o700);
    await cache.close?.();
  }));

async function fill(path: string): Promise<void> {
  const filled = sqliteCache({ path });
  for (let i = 0; i < 200; i++) await filled.set(`key${i}`, entryOf("x".repeat(1_000)));
  await filled.close?.();
}

/** Reads all that {@link fill} wrote, and tells that nothing of it is wrong. */
async function readAll(cache: CacheBackend): Promise<void> {
  for (let i = 0; i < 200; i++) {
    const found = await Promise.resolve().then(() => cache.get(`key${i}`)).catch(() => undefined);
    assert(found === undefined || found.value === "x".repeat(1_000));
  }
}

Deno.test("sqliteCache() puts a file of its own that is damaged inside aside, warns once, and begins anew", () =>
  withPath(async (path) => {
    await fill(path);
    damageInside(path);
    const { cache, warnings } = openWith(path);
    await readAll(cache);
    await Promise.resolve().then(() => cache.set("key", entryOf(1))).catch(() => {});
    await cache.set("key", entryOf(2));
    assertEquals(await cache.get("key"), entryOf(2));
    assertEquals(warnings, [
      "The sqlite cache was damaged and was created again; the old file has the suffix .damaged",
    ]);
    assert(Deno.statSync(`${path}.damaged`).isFile);
    await cache.close?.();
  }));

Deno.test("sqliteCache() keeps what was put aside before when a file is damaged again", () =>
  withPath(async (path) => {
    for (const _ of [1, 2]) {
      await fill(path);
      damageInside(path);
      const { cache } = openWith(path);
      await readAll(cache);
      await cache.close?.();
    }
    const names = [...Deno.readDirSync(path.replace("/cache.sqlite", ""))].map(({ name }) => name).sort();
    assertEquals(names.filter((name) => name.includes("damaged")), ["cache.sqlite.damaged", "cache.sqlite.damaged-2"]);
  }));

for (const [kind, make] of Object.entries({ "a text": damageAll, "a database of somebody else": makeForeign })) {
  Deno.test(`sqliteCache() neither moves nor loses ${kind} that was named by mistake`, () =>
    withPath(async (path) => {
      make(path);
      Deno.chmodSync(path, 0o644);
      const before = Deno.readFileSync(path);
      const { cache } = openWith(path);
      if (make === damageAll) {
        const error = assertThrows(() => cache.set("key", entryOf(1)), ConfigurationError);
        assertEquals(
          error.message,
          "Cannot use the sqlite cache as 'path' must name a database, or a file that is not there yet: received a file " +
            "that is no database, or a damaged one; choose another 'path', or remove it",
        );
        assertThrows(() => cache.get("key"), ConfigurationError);
        assertEquals(Deno.readFileSync(path), before);
      } else {
        await cache.set("key", entryOf(1));
        await cache.close?.();
        const db = new DatabaseSync(path);
        assertEquals(
          db.prepare("SELECT * FROM orders").all(),
          [{ id: 7 }].map((row) => Object.assign(Object.create(null), row)),
        );
        assertEquals(db.prepare("PRAGMA journal_mode").get()!.journal_mode, "delete");
        db.close();
        damageInside(path);
        const again = openWith(path);
        await readAll(again.cache);
        assertEquals(again.warnings, []);
      }
      assertEquals(Deno.statSync(path).mode! & 0o777, 0o644);
      assertEquals([...Deno.readDirSync(path.replace("/cache.sqlite", ""))].map(({ name }) => name), ["cache.sqlite"]);
    }));
}

function makeForeign(path: string): void {
  const db = new DatabaseSync(path);
  db.exec("CREATE TABLE orders (id); INSERT INTO orders VALUES (7)");
  db.close();
}

Deno.test("sqliteCache() tightens a file of its own that others may read, and one that is named as a URI", () =>
  withPath(async (path) => {
    await fill(path);
    Deno.chmodSync(path, 0o644);
    const uri = path.replace("cache.sqlite", "by uri.sqlite");
    for (const name of [path, `file:${uri.replace(" ", "%20")}`]) {
      const cache = sqliteCache({ path: name });
      await cache.set("key", entryOf(1));
      await cache.close?.();
    }
    for (const file of [path, uri]) assertEquals(Deno.statSync(file).mode! & 0o777, 0o600);
  }));

for (const how of ["deleted", "replaced"]) {
  Deno.test(`sqliteCache() notices within a second that its file was ${how}`, () =>
    withPath(async (path) => {
      const { cache, clock } = openWith(path);
      await cache.set("key", entryOf("old"));
      for (const suffix of ["", "-wal", "-shm"]) Deno.removeSync(path + suffix);
      const other = sqliteCache({ path });
      if (how === "replaced") await other.set("key", entryOf("new"));
      await clock.tick("1s");
      assertEquals((await cache.get("key"))?.value, how === "replaced" ? "new" : undefined);
      await cache.set("more", entryOf("shared"));
      assertEquals((await other.get("more"))?.value, "shared");
      await cache.close?.();
      assertEquals((await other.get("more"))?.value, "shared");
      await other.close?.();
    }));
}

Deno.test("sqliteCache() uses a file of an earlier version, whose entries it removes", () =>
  withPath(async (path) => {
    const db = new DatabaseSync(path);
    db.exec("CREATE TABLE opero_cache_1 (key TEXT PRIMARY KEY NOT NULL, until REAL NOT NULL, entry TEXT NOT NULL)");
    db.exec("INSERT INTO opero_cache_1 VALUES ('key', 9e999, 'opero1:')");
    db.exec(
      "CREATE TABLE opero_cache_2 (id INTEGER PRIMARY KEY, key NOT NULL UNIQUE, until REAL, entry TEXT NOT NULL)",
    );
    db.exec("INSERT INTO opero_cache_2 VALUES (1, 'key', 9e999, 'opero1:')");
    const { cache } = openWith(path);
    assertEquals(await cache.get("key"), undefined);
    await cache.set("key", entryOf(1));
    for (const table of ["opero_cache_1", "opero_cache_2"]) {
      await until(() => db.prepare(`SELECT count(*) AS rows FROM ${table}`).get()!.rows === 0);
    }
    assertEquals(await cache.get("key"), entryOf(1));
    await cache.close?.();
    db.close();
  }));

Deno.test("sqliteCache() neither writes nor reads an entry over maxEntryBytes", async () => {
  const db = new DatabaseSync(":memory:");
  const [large, small] = [sqliteCache({ db }), sqliteCache({ db, maxEntryBytes: 1_000 })];
  await large.set("key", entryOf("x".repeat(2_000)));
  assertEquals(await small.get("key"), undefined);
  assertEquals((await large.get("key"))?.value, "x".repeat(2_000));
  assertThrows(() => small.set("key", entryOf("x".repeat(2_000))), SerializationError);
  db.close();
});

function damageAll(path: string): void {
  Deno.writeTextFileSync(path, "this is no database ".repeat(1_000));
}

function damageInside(path: string): void {
  const bytes = Deno.readFileSync(path);
  bytes.fill(0xa5, 4_096);
  Deno.writeFileSync(path, bytes);
}

Deno.test("SqliteFile puts nothing aside when another process has done it already", () =>
  withPath((path) => {
    const warnings: string[] = [];
    const warn = (message: string) => void warnings.push(message);
    const options = { path, files: openFiles("test"), openDatabase: sqliteOpener(), clock: new FakeClock(), warn };
    const file = new SqliteFile(options);
    file.open();
    Deno.renameSync(path, `${path}.damaged`);
    Deno.writeTextFileSync(path, "");
    file.onFailure({ errcode: 11 });
    assertEquals(warnings, []);
    file.open().exec("CREATE TABLE anew (id)");
    file.close();
    assertEquals([...Deno.readDirSync(path.replace("cache.sqlite", ""))].map(({ name }) => name).sort(), [
      "cache.sqlite",
      "cache.sqlite.damaged",
    ]);
    return Promise.resolve();
  }));

Deno.test("sqliteCache() holds up nothing while another process holds the lock, and writes in order after it", () =>
  withPath(async (path) => {
    const cache = sqliteCache({ path });
    await cache.set("key", entryOf("old"));
    const other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE");
    const startMs = performance.now();
    const writes = Array.from({ length: 50 }, (_, i) => cache.set("key", entryOf(i)));
    assert(performance.now() - startMs < 5_000, "to wait in SQLite for each would take longer");
    assertEquals(await cache.get("key"), entryOf("old"));
    other.exec("COMMIT");
    other.close();
    await Promise.all(writes);
    assertEquals(await cache.get("key"), entryOf(49));
    await cache.close?.();
  }));

Deno.test("sqliteCache() reads a file whose mode it cannot change as another process is writing", () =>
  withPath(async (path) => {
    const before = sqliteCache({ path });
    await before.set("key", entryOf("kept"));
    await before.close?.();
    const other = new DatabaseSync(path);
    other.exec("PRAGMA journal_mode = DELETE");
    other.exec("BEGIN IMMEDIATE");
    const cache = sqliteCache({ path });
    assertEquals(await cache.get("key"), entryOf("kept"));
    await cache.close?.();
    other.close();
  }));

Deno.test("sqliteCache() fails with SQLite's error where another process holds the lock for long", () =>
  withPath(async (path) => {
    using globals = new FakeGlobals("all");
    const cache = sqliteCache({ path });
    await cache.set("key", entryOf("old"));
    const other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE");
    const failed = assertRejects(async () => await cache.set("key", entryOf("new")), Error, "locked");
    await globals.tick(6_000);
    await failed;
    other.close();
    assertEquals(await cache.get("key"), entryOf("old"));
    await cache.close?.();
  }));

Deno.test("sqliteCache() lets no call wait for the calls before it when another process holds the lock for long", () =>
  withPath(async (path) => {
    using globals = new FakeGlobals("all");
    const cache = sqliteCache({ path });
    await cache.set("key", entryOf("old"));
    const other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE");
    const calls = Promise.allSettled(
      Array.from({ length: 20 }, async (_, i) => await cache.set(`key${i}`, entryOf(i))),
    );
    // Twenty calls at once wait about as long as one.
    await globals.tick(6_000);
    assertEquals((await calls).map(({ status }) => status), Array(20).fill("rejected"));
    other.close();
    await cache.set("key", entryOf("new"));
    assertEquals(await cache.get("key"), entryOf("new"));
    await cache.close?.();
  }));

for (const [found, make] of Object.entries({ "a directory": makeDirectory, "a device or pipe": makePipe })) {
  Deno.test({
    name: `sqliteCache() leaves ${found} under its path as it is, does not wait for it, and says so`,
    ignore: Deno.build.os === "windows",
    fn: () =>
      withPath(async (path) => {
        await make(path);
        const cache = sqliteCache({ path });
        for (const use of [() => cache.get("key"), () => cache.set("key", entryOf(1)), () => cache.clear("")]) {
          assertEquals(
            (await assertRejects(async () => await use(), ConfigurationError)).message,
            "Cannot use the sqlite cache as 'path' must name a database, or a file that is not there yet: received " +
              `${found}; choose another 'path', or remove it`,
          );
        }
        await cache.close?.();
        assertEquals([...Deno.readDirSync(path.replace("cache.sqlite", ""))].map(({ name }) => name), ["cache.sqlite"]);
      }),
  });
}

async function makeDirectory(path: string): Promise<void> {
  await Deno.mkdir(path);
}

async function makePipe(path: string): Promise<void> {
  await new Deno.Command("mkfifo", { args: [path] }).output();
}

Deno.test("SqliteFile overwrites no file that was put aside before, however many there are", () =>
  withPath((path) => {
    const warnings: string[] = [];
    const warn = (message: string) => void warnings.push(message);
    const options = { path, files: openFiles("test"), openDatabase: sqliteOpener(), clock: new FakeClock(), warn };
    for (let number = 1; number <= 12; number++) {
      Deno.writeTextFileSync(`${path}.damaged${number === 1 ? "" : `-${number}`}`, `looked at ${number}`);
    }
    const file = new SqliteFile(options);
    file.open();
    file.onFailure({ errcode: 11 });
    assertEquals(warnings, [
      "The sqlite cache was damaged and was created again; the old file has the suffix .damaged-13",
    ]);
    assertEquals(Deno.readTextFileSync(`${path}.damaged-9`), "looked at 9");
    file.close();
    return Promise.resolve();
  }));

Deno.test("sqliteCache() reads from a database that cannot be written", () =>
  withPath(async (path) => {
    const filled = sqliteCache({ path });
    await filled.set("key", entryOf(1));
    await filled.close?.();
    const db = new DatabaseSync(path, { readOnly: true });
    const cache = sqliteCache({ db });
    assertEquals(await cache.get("key"), entryOf(1));
    await assertRejects(async () => await cache.set("key", entryOf(2)), Error, "readonly");
    assertEquals(await cache.get("key"), entryOf(1));
    const writer = new DatabaseSync(path);
    writer.exec("UPDATE opero_cache_3 SET entry = 'damaged'");
    writer.close();
    assertEquals(await cache.get("key"), undefined);
    await cache.close?.();
    db.close();
  }));

Deno.test("sqliteCache() keeps what it has when the disk is full", async () => {
  const db = new DatabaseSync(":memory:");
  db.exec("PRAGMA max_page_count = 50");
  const cache = sqliteCache({ db });
  await cache.set("key", entryOf(1));
  await assertRejects(async () => await cache.set("big", entryOf("x".repeat(1_000_000))), Error, "full");
  assertEquals(await cache.get("key"), entryOf(1));
  assertEquals(await cache.get("big"), undefined);
  await cache.set("key", entryOf(2));
  assertEquals(await cache.get("key"), entryOf(2));
  db.close();
});

Deno.test("sqliteCache() takes a damaged, foreign or future row for a miss and removes it", async () => {
  const db = new DatabaseSync(":memory:");
  const cache = sqliteCache({ db });
  await cache.set("key", entryOf("x".repeat(100)));
  const { entry } = db.prepare("SELECT entry FROM opero_cache_3").get() as { entry: string };
  for (const row of ["", entry.slice(0, 50), entry.replace("opero1", "opero2"), `${entry}x`, "\0", "null"]) {
    await cache.set("key", entryOf(1));
    db.prepare("UPDATE opero_cache_3 SET entry = ?").run(row);
    assertEquals(await cache.get("key"), undefined);
    assertEquals(db.prepare("SELECT count(*) AS rows FROM opero_cache_3").get()!.rows, 0);
  }
  await cache.set("key", entryOf(1));
  db.prepare("UPDATE opero_cache_3 SET entry = ?").run(new Uint8Array([1, 2]));
  assertEquals(await cache.get("key"), undefined);
  db.close();
});

Deno.test("sqliteCache() leaves a database that was handed in open", async () => {
  const db = new DatabaseSync(":memory:");
  db.exec("CREATE TABLE mine (id)");
  const cache = sqliteCache({ db });
  await cache.set("key", entryOf(1));
  await cache.clear("");
  await cache.close?.();
  assertThrows(() => cache.get("key"), Error, "The sqlite cache is closed");
  assertEquals(db.prepare("SELECT count(*) AS rows FROM mine").get()!.rows, 0);
  db.close();
});

/** How better-sqlite3 and @db/sqlite differ from `node:sqlite`: a number of changes, `null` or `undefined` for no row. */
function likeDenoSqlite(db: DatabaseSync): SqliteDatabase {
  return {
    prepare: (sql) => {
      const statement = db.prepare(sql);
      return {
        get: (...values) => statement.get(...values) ?? null,
        run: (...values) => Number(statement.run(...values).changes),
      };
    },
    exec: (sql) => db.exec(sql),
    close: () => db.close(),
  };
}

testCacheBackend(() => sqliteCache({ db: likeDenoSqlite(new DatabaseSync(":memory:")) }), {
  test: (name, run) => Deno.test({ name, fn: run, sanitizeResources: false }),
  name: "sqliteCache() over the shape of @db/sqlite",
  keepsEverything: true,
  hasLocks: true,
});

Deno.test("sqliteCache() keeps to maxEntries, and the newest entries", async () => {
  const db = new DatabaseSync(":memory:");
  for (const maxEntries of [1, 7, 100]) {
    const cache = sqliteCache({ db, maxEntries });
    for (let i = 0; i < 500; i++) {
      await cache.set(`key${i}`, entryOf(i));
      await until(() =>
        Number(db.prepare("SELECT count(*) AS rows FROM opero_cache_3").get()!.rows) <= maxEntries * 1.1
      );
    }
    assertEquals(await cache.get("key499"), entryOf(499));
    await cache.clear("");
  }
  db.close();
});

Deno.test("sqliteCache() removes dead rows batch by batch", async () => {
  const db = new DatabaseSync(":memory:");
  const clock = new FakeClock();
  const cache = openSqliteCache({ db }, { clock, warn: () => {} });
  const untilMs = clock.wallNow() + 1_000;
  for (let i = 0; i < 1_500; i++) {
    await cache.set(`key${i}`, { value: i, createdAt: 0, expiresAt: 1, staleUntil: untilMs });
  }
  await clock.tick("1s");
  for (let i = 0; i < 600; i++) await cache.set("alive", entryOf(i));
  assertEquals(db.prepare("SELECT count(*) AS rows FROM opero_cache_3").get()!.rows, 1);
  db.close();
});

Deno.test(`sqliteCache() clears ${MANY} keys without holding up the loop`, async () => {
  const db = new DatabaseSync(":memory:");
  const cache = sqliteCache({ db });
  await cache.set("kept", entryOf(1));
  db.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${MANY})
    INSERT INTO opero_cache_3 (scope, hash, key, created, checksum, entry) SELECT 0, i, 'many.' || i, 0, 0, 'x' FROM n`);
  let longestMs = 0;
  const startMs = processorNowMs();
  let lastMs = startMs;
  const look = () => {
    const nowMs = processorNowMs();
    longestMs = Math.max(longestMs, nowMs - lastMs);
    lastMs = nowMs;
  };
  const timer = setInterval(look, 1);
  await cache.clear("many.");
  look();
  const wholeMs = lastMs - startMs;
  clearInterval(timer);
  assertEquals(db.prepare("SELECT count(*) AS rows FROM opero_cache_3").get()!.rows, 1);
  assert(longestMs > 0 && longestMs < wholeMs / 2, `held up for ${longestMs} of ${wholeMs} ms`);
  db.close();
});

Deno.test("sqliteCache() keeps a value of 20 MB", () =>
  withPath(async (path) => {
    const cache = sqliteCache({ path });
    const entry = entryOf({ text: "x".repeat(20_000_000), at: new Date(0) });
    await cache.set("key", entry);
    assertEquals((await cache.get("key"))?.value, entry.value);
    await cache.close?.();
  }));

Deno.test("sqliteCache() refuses wrong options by their kind alone", () => {
  const message = (name: string, desired: string, kind: string) =>
    `Cannot open the sqlite cache as '${name}' must be ${desired}: received ${kind}`;
  const db = new DatabaseSync(":memory:");
  const wrong: [object, string][] = [
    [{ path: "" }, message("path", "a non-empty string", "a string")],
    [{ db: {} }, message("db", "an open SQLite database", "an object")],
    [{ maxEntries: 0 }, message("maxEntries", "a positive integer", "a number")],
    [{ path: "x", db }, message("path", "left out where 'db' is given", "a string")],
    [{ file: "secret" }, message("file", "a known option", "a string")],
  ];
  for (const [config, text] of wrong) assertThrows(() => sqliteCache(config), ConfigurationError, text);
  db.close();
});
