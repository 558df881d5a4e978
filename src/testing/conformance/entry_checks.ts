import { wallClockNow } from "../../time/read_time.ts";
import type { CacheEntry } from "../../cache/backend/cache_backend.ts";
import { type Check, type CheckedStore, expect, expectEntry, freshEntry } from "./check.ts";

/** How entries come, change and go. */
export const ENTRY_CHECKS: readonly Check[] = [
  { name: "answers undefined for a key that was never set", run: checkMissing },
  { name: "puts an entry in place of the one before", run: checkOverwrite },
  { name: "deletes one entry and returns whether there was one", run: checkDelete },
  { name: "keeps an entry that never expires", run: checkNeverEnding },
  { name: "keeps an entry that is stale", run: checkStale },
  { name: "answers with no other entry past staleUntil", run: checkPastStale },
  { name: "puts a fresh entry in place of a dead one", run: checkRevived },
  { name: "keeps one of the values that many writers set at once", run: checkOneKeyManyWriters },
  { name: "keeps the values of many keys set at once", run: checkManyKeysAtOnce },
];

async function checkMissing(store: CheckedStore): Promise<void> {
  const backend = await store.open();
  await expectEntry(backend, "missing", undefined, "a key never set");
  expect(await backend.delete("missing") === false, "delete must answer false where there is nothing");
}

async function checkOverwrite(store: CheckedStore): Promise<void> {
  const backend = await store.open();
  for (const value of ["first", { second: 2 }, undefined, "x".repeat(100_000), null]) {
    const entry = freshEntry(value);
    await backend.set("key", entry);
    await expectEntry(backend, "key", entry, "an entry set anew");
  }
}

async function checkDelete(store: CheckedStore): Promise<void> {
  const backend = await store.open();
  const kept = freshEntry("kept");
  await backend.set("key", freshEntry(undefined));
  await backend.set("key2", kept);
  expect(await backend.delete("key") === true, "delete must answer true where there was an entry");
  expect(await backend.delete("key") === false, "delete must answer false the second time");
  await expectEntry(backend, "key", undefined, "a deleted entry");
  await expectEntry(backend, "key2", kept, "its neighbour");
}

async function checkNeverEnding(store: CheckedStore): Promise<void> {
  const backend = await store.open();
  const entry: CacheEntry = { value: 1, createdAt: wallClockNow(), expiresAt: Infinity, staleUntil: Infinity };
  await backend.set("key", entry);
  await expectEntry(backend, "key", entry, "an entry without an end");
}

async function checkStale(store: CheckedStore): Promise<void> {
  const backend = await store.open();
  const nowMs = wallClockNow();
  for (const staleUntil of [nowMs + 600_000, Infinity]) {
    const entry: CacheEntry = { value: "stale", createdAt: nowMs - 2_000, expiresAt: nowMs - 1_000, staleUntil };
    await backend.set("key", entry);
    await expectEntry(backend, "key", entry, "a stale entry");
  }
}

function deadEntry(value: unknown): CacheEntry {
  const nowMs = wallClockNow();
  return { value, createdAt: nowMs - 3_000, expiresAt: nowMs - 2_000, staleUntil: nowMs - 1_000 };
}

async function checkPastStale(store: CheckedStore): Promise<void> {
  const backend = await store.open();
  await backend.set("key", freshEntry("older"));
  const dead = deadEntry("dead");
  await backend.set("key", dead);
  const found = await backend.get("key");
  expect(found === undefined || found.value === "dead", "what was overwritten must not come back");
  if (found !== undefined) await expectEntry(backend, "key", dead, "a dead entry");
}

async function checkRevived(store: CheckedStore): Promise<void> {
  const backend = await store.open();
  await backend.set("key", deadEntry("dead"));
  await backend.get("key");
  const entry = freshEntry("alive");
  await backend.set("key", entry);
  await expectEntry(backend, "key", entry, "an entry in place of a dead one");
}

async function checkOneKeyManyWriters(store: CheckedStore): Promise<void> {
  const backends = [await store.open(), await store.open()];
  const text = (writer: number) => `${writer}:`.repeat(1 + writer * 100);
  await Promise.all(Array.from({ length: 40 }, (_, writer) => write(writer)));
  for (const backend of backends) {
    const value = (await backend.get("key"))?.value as string;
    expect(value === text(Number.parseInt(value)), "one writer's value must be there, whole");
  }
  async function write(writer: number): Promise<void> {
    await backends[writer % 2]!.set("key", freshEntry(text(writer)));
  }
}

async function checkManyKeysAtOnce(store: CheckedStore): Promise<void> {
  const backend = await store.open();
  const entries = Array.from({ length: 100 }, (_, i) => freshEntry({ i }));
  await Promise.all(entries.map(async (entry, i) => await backend.set(`key${i}`, entry)));
  await Promise.all(entries.map((entry, i) => expectEntry(backend, `key${i}`, entry, "one of many entries")));
}
