import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type Booked, ConfigurationError } from "@opero/core";
import { LIMIT_SCHEMA, type PostgresClient, postgresLimits } from "@opero/core/postgres";
import { testLimitStore } from "@opero/core/testing";
import pg from "pg";
import postgres from "postgres";
import { compareLimits } from "../../support/compare_limits.ts";
import { hasPostgres, PostgresServer } from "../../support/postgres_server.ts";

const server = hasPostgres ? await PostgresServer.start() : undefined;
const url = server?.urlOf("postgres") ?? "";
const sql = postgres(url || "postgres://127.0.0.1:1/none", { max: 4, onnotice: () => {} });
const pool = new pg.Pool({ connectionString: url, max: 4 });
Deno.test.afterAll(async () => {
  await Promise.all([sql.end({ timeout: 1 }), pool.end()]);
  await server?.[Symbol.asyncDispose]();
});

// The connections of the pools stay open between the tests.
const sanitize = { sanitizeOps: false, sanitizeResources: false };
const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name: `${name} (needs postgres)`, fn, ignore: !hasPostgres, ...sanitize });

const CLIENTS: Readonly<Record<string, PostgresClient>> = { "npm:postgres": sql, "npm:pg": pool };
const HOUR_MS = 3_600_000;
const BOOKING = [{ key: "a#0", intervalMs: HOUR_MS, burst: 1, cost: 1 }];
const ONE = { slots: 1, client: "a" };

for (const [name, client] of Object.entries(CLIENTS)) {
  testLimitStore(() => postgresLimits(client), { test, name: `postgresLimits() over ${name}` });
}

test("postgresLimits() answers random bookings of two limits as the store in memory does", async () => {
  await using store = postgresLimits(sql);
  await compareLimits(store, 1_000);
});

test("postgresLimits() makes its tables once, for many who begin at the same time, and again where they were removed", async () => {
  for (const removed of ["nothing", "tables", "functions"]) {
    if (removed === "tables") await sql`DROP TABLE opero_limits_1 CASCADE`;
    if (removed === "functions") await sql`DROP FUNCTION opero_limit_1(text)`;
    const stores = Array.from({ length: 8 }, (_, i) => postgresLimits(i % 2 === 0 ? sql : pool));
    const booked = await Promise.all(stores.map((store) => store.book(BOOKING, { ...ONE, maxWaitMs: 0 })));
    assertEquals(booked.filter((each) => !("refused" in each)).length, removed === "functions" ? 0 : 1, removed);
  }
  await postgresLimits(sql).reset("a#0");
});

test("postgresLimits() needs no right to make tables where another user has made them", async () => {
  await sql.unsafe(`${LIMIT_SCHEMA}
    CREATE ROLE caller LOGIN;
    GRANT SELECT, INSERT, UPDATE, DELETE ON opero_limits_1, opero_limit_clients_1, opero_limit_events_1 TO caller`);
  const other = postgres(url.replace("postgres@", "caller@"), { max: 1 });
  await using store = postgresLimits(other);
  assertEquals("refused" in await store.book(BOOKING, ONE), false);
  await store.reset("a#0");
  await other.end();
});

test("postgresLimits() loses no booking where transactions are isolated more than usual", async () => {
  for (const isolation of ["repeatable read", "serializable"]) {
    const strict = postgres(url, {
      max: 8,
      connection: { default_transaction_isolation: isolation as "serializable" },
    });
    const store = postgresLimits(strict);
    await store.reset("strict#0");
    const booking = [{ key: "strict#0", intervalMs: HOUR_MS, burst: 1, cost: 1 }];
    const waits = await Promise.all(Array.from({ length: 16 }, async (_, i) => {
      const booked = await store.book(booking, { slots: 1, client: `c${i}` });
      return "refused" in booked ? NaN : Math.round(booked.waitMs / HOUR_MS);
    }));
    const inOrder = Array.from({ length: 16 }, (_, i) => i);
    assertEquals(waits.toSorted((one, other) => one - other), inOrder, isolation);
    await strict.end();
  }
});

test("postgresLimits() removes what says nothing any more", async () => {
  await using store = postgresLimits(sql);
  const left = async () => {
    const tables = ["opero_limits_1", "opero_limit_clients_1", "opero_limit_events_1"];
    const counts = tables.map((table) => sql.unsafe(`SELECT count(*)::int AS n FROM ${table} WHERE key = 'old#0'`));
    return (await Promise.all(counts)).map(([row]) => row!.n);
  };
  await store.book([{ key: "old#0", intervalMs: 1, burst: 1, cost: 1 }], ONE);
  await store.pause("old#0", 0);
  assertEquals(await left(), [1, 1, 1]);
  await sql`SELECT opero_limit_sweep_1(extract(epoch FROM clock_timestamp())::float8 * 1000 + 60000)`;
  assertEquals(await left(), [0, 0, 0]);
});

test("postgresLimits() goes on after its server was started anew, and fails after it is closed", async () => {
  await using store = postgresLimits(pool);
  pool.on("error", () => {});
  await store.book(BOOKING, ONE);
  await server!.end();
  await assertRejects(() => store.book(BOOKING, ONE), Error);
  await server!.begin();
  const again = async (tries: number): Promise<Booked> => {
    try {
      return await store.book(BOOKING, { ...ONE, maxWaitMs: 0 });
    } catch (error) {
      if (tries === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return await again(tries - 1);
    }
  };
  // Stopped in order, it has kept what was booked.
  assertEquals("refused" in await again(50), true);
  await store.reset("a#0");
  await store[Symbol.asyncDispose]();
  await assertRejects(() => store.book(BOOKING, ONE), Error, "The PostgreSQL limits are closed");
});

Deno.test("postgresLimits() refuses what is no client, and shows nothing of it", () => {
  for (const wrong of [undefined, {}, "postgres://me:pa55@db/app", { query: "pa55" }]) {
    const { message } = assertThrows(() => postgresLimits(wrong as never), ConfigurationError);
    assertEquals(message.includes("pa55"), false);
    assertEquals(
      message.startsWith("Cannot open the PostgreSQL limits as 'sql' must be a client of npm:postgres"),
      true,
    );
  }
});
