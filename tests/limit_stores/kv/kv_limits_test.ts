import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ConfigurationError, kvLimits } from "@opero/core";
import { testLimitStore } from "@opero/core/testing";
import { compareLimits } from "../../support/compare_limits.ts";

const HOUR_MS = 3_600_000;
const BOOKING = [{ key: "a#0", intervalMs: HOUR_MS, burst: 1, cost: 1 }];
const ONE = { slots: 1, client: "a" };

const directory = await Deno.makeTempDir();
Deno.test.afterAll(() => Deno.remove(directory, { recursive: true }));

testLimitStore(() => kvLimits({ path: `${directory}/limits.db` }), { test: Deno.test, name: "kvLimits()" });

Deno.test("kvLimits() answers random bookings of two limits as the store in memory does", async () => {
  await using store = kvLimits({ path: ":memory:" });
  await compareLimits(store, 1_000);
});

Deno.test("kvLimits() gives no slot twice to stores of one file that book at the same time", async () => {
  const stores = Array.from({ length: 4 }, () => kvLimits({ path: `${directory}/shared.db` }));
  const waits = await Promise.all(Array.from({ length: 40 }, async (_, i) => {
    const booked = await stores[i % 4]!.book(BOOKING, { slots: 1, client: `${i % 4}` });
    return "refused" in booked ? NaN : Math.round(booked.waitMs / HOUR_MS);
  }));
  assertEquals(waits.toSorted((one, other) => one - other), Array.from({ length: 40 }, (_, i) => i));
  for (const store of stores) await store[Symbol.asyncDispose]();
});

Deno.test("kvLimits() books slots between two milliseconds, which no entry can expire in", async () => {
  await using store = kvLimits({ path: ":memory:" });
  const booking = [{ key: "thirds#0", intervalMs: 100 / 3, burst: 1, cost: 1 }];
  for (let times = 0; times < 20; times++) {
    const booked = await store.book(booking, { slots: 1, client: `client ${times}` });
    assert(!("refused" in booked) && booked.clients === times + 1);
  }
});

Deno.test("kvLimits() leaves a database open that was passed in, and lets all that it writes expire", async () => {
  const kv = await Deno.openKv(":memory:");
  const expiries: (number | undefined)[] = [];
  const atomic = () => {
    const commit = kv.atomic();
    const set = commit.set.bind(commit);
    return Object.assign(commit, {
      set: (key: Deno.KvKey, value: unknown, options?: { expireIn?: number }) => {
        expiries.push(options?.expireIn);
        return set(key, value, options);
      },
    });
  };
  const watched = { get: kv.get.bind(kv), list: kv.list.bind(kv), close: kv.close.bind(kv), atomic };
  const store = kvLimits({ kv: watched as never });
  await store.book(BOOKING, ONE);
  await store.pause("a#0", 1_000);
  await store.settle("a#0", 1, { agoMs: 0, intervalMs: 1_000 });
  await store.reset("a#0");
  assertEquals(expiries.length, 6);
  assertEquals(expiries.filter((each) => !(each! > 0)), []);
  await store[Symbol.asyncDispose]();
  await assertRejects(() => store.book(BOOKING, ONE), Error, "The kv limits are closed");
  assertEquals((await kv.get(["other"])).value, null);
  kv.close();
});

Deno.test("kvLimits() fails where there is no database, and tries again", async () => {
  const path = `${directory}/late.db`;
  await Deno.mkdir(path);
  await using store = kvLimits({ path });
  await assertRejects(() => store.book(BOOKING, ONE), Error);
  await Deno.remove(path);
  assertEquals("refused" in await store.book(BOOKING, ONE), false);
});

Deno.test("kvLimits() refuses wrong options", () => {
  const refused = (config: object, message: string) =>
    assertThrows(() => kvLimits(config), ConfigurationError, `Cannot open the kv limits as ${message}`);
  refused({ path: "" }, "'path' must be a non-empty string: received \"\"");
  refused({ kv: {} }, "'kv' must be an open Deno.Kv");
  refused({ kv: { atomic: () => {} }, path: "a" }, "'path' must be left out where 'kv' is given: received \"a\"");
  refused({ maxEntryBytes: 1 }, "'maxEntryBytes' must be a known option");
});
