import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ConfigurationError, sqliteLimits } from "@opero/core";
import { testLimitStore } from "@opero/core/testing";
import { SqliteLimitStore } from "../../../src/limit_stores/sqlite/sqlite_limit_store.ts";
import { sqliteOpener } from "../../../src/runtime/sqlite.ts";
import { SystemClock } from "../../../src/time/system_clock.ts";
import { compareLimits } from "../../support/compare_limits.ts";

const HOUR_MS = 3_600_000;
const BOOKING = [{ key: "a#0", intervalMs: HOUR_MS, burst: 1, cost: 1 }];
const ONE = { slots: 1, client: "a" };

const directory = await Deno.makeTempDir();
addEventListener("unload", () => Deno.removeSync(directory, { recursive: true }));

testLimitStore(() => sqliteLimits(`${directory}/limits.sqlite`), { test: Deno.test, name: "sqliteLimits()" });

Deno.test("sqliteLimits() answers random bookings of two limits as the store in memory does", async () => {
  await using store = sqliteLimits(`${directory}/compared.sqlite`);
  await compareLimits(store, 1_000);
});

Deno.test("sqliteLimits() finds what was booked before it was opened", async () => {
  const path = `${directory}/kept.sqlite`;
  for (const hours of [0, 1, 2]) {
    await using store = sqliteLimits(path);
    const booked = await store.book(BOOKING, ONE);
    assertEquals("refused" in booked || Math.round(booked.waitMs / HOUR_MS), hours);
  }
});

Deno.test("sqliteLimits() waits no longer because the clock of the machine is set back", async () => {
  class SetClock extends SystemClock {
    setMs = 0;
    override wallNow(): number {
      return super.wallNow() + this.setMs;
    }
  }
  const clock = new SetClock();
  await using store = new SqliteLimitStore(() => sqliteOpener()(`${directory}/back.sqlite`), clock);
  await store.book(BOOKING, ONE);
  clock.setMs = -10 * HOUR_MS;
  const booked = await store.book(BOOKING, ONE);
  assertEquals("refused" in booked || Math.round(booked.waitMs / HOUR_MS), 1);
});

Deno.test("sqliteLimits() goes on after another connection was in its way", async () => {
  const path = `${directory}/busy.sqlite`;
  await using store = sqliteLimits(path);
  await store.book(BOOKING, ONE);
  const other = sqliteOpener()(path);
  other.exec("BEGIN IMMEDIATE");
  const booked = store.book(BOOKING, ONE);
  setTimeout(() => other.exec("COMMIT"), 50);
  assertEquals("refused" in await booked, false);
  other.close();
});

Deno.test("sqliteLimits() leaves the journal of a database with other tables as it is", async () => {
  const modes = ["own", "other"].map(async (name) => {
    const database = sqliteOpener()(`${directory}/${name}.sqlite`);
    if (name === "other") database.exec("CREATE TABLE theirs (id INTEGER)");
    await using store = sqliteLimits(`${directory}/${name}.sqlite`);
    await store.book(BOOKING, ONE);
    const { journal_mode: mode } = database.prepare("PRAGMA journal_mode").get() as { journal_mode: string };
    database.close();
    return mode;
  });
  assertEquals(await Promise.all(modes), ["wal", "delete"]);
});

Deno.test("sqliteLimits() refuses what is no path, and fails where there is no database, or it is closed", async () => {
  const message = "Cannot open the sqlite limits as 'path' must be a non-empty string: received";
  assertThrows(() => sqliteLimits(""), ConfigurationError, message);
  assertThrows(() => sqliteLimits({} as string), ConfigurationError, message);
  const store = sqliteLimits(directory);
  await assertRejects(() => store.book(BOOKING, ONE), Error);
  await store[Symbol.asyncDispose]();
  await assertRejects(() => store.book(BOOKING, ONE), Error, "closed");
  const unused = sqliteLimits(`${directory}/unused.sqlite`);
  await unused[Symbol.asyncDispose]();
  await assertRejects(() => unused.book(BOOKING, ONE), Error, "closed");
});
