import type { CacheBackend } from "../../cache/backend/cache_backend.ts";
import { hasLocks, type LockingBackend } from "../../cache/backend/lock_methods.ts";
import { monotonicNow } from "../../time/read_time.ts";
import { type Check, type CheckedStore, expect, expectEntry, freshEntry } from "./check.ts";

/** Longer than any check takes. */
const LONG_MS = 600_000;
const SHORT_MS = 100;

/** How long news, or the end of a lease, may take. */
const PATIENCE_MS = 30_000;

/** What a backend with locks does. */
export const LOCK_CHECKS: readonly Check[] = [
  { name: "gives a lock to one token, and tells others for how long it is taken", run: checkTaken },
  { name: "gives one of many claims at once the lock", run: checkMany },
  { name: "lets each key have a lock of its own", run: checkKeys },
  { name: "takes a lock back from the token that holds it alone", run: checkRelease },
  { name: "keeps a value for the token that holds the lock alone, and takes that back", run: checkFulfil },
  { name: "answers a claim with an entry other than the one that was seen", run: checkSeen },
  { name: "lets a lock end with its lease, unless that is prolonged", run: checkLease },
  { name: "refuses what comes after the lease", run: checkLate },
  { name: "tells of locks that are given back, where it has news", run: checkNews },
];

/** What a backend with locks does whose store outlives it. */
export const SHARED_LOCK_CHECKS: readonly Check[] = [
  { name: "shares its locks with another that is open", run: checkShared },
];

/** What one without locks that are tested does. */
export const NO_LOCK_CHECKS: readonly Check[] = [
  { name: "has no locks that are not tested: `hasLocks: true` tests them", run: checkNone },
];

async function openLocking(store: CheckedStore): Promise<LockingBackend> {
  const backend: CacheBackend = await store.open();
  expect(hasLocks(backend), "it must have 'claim', 'keep', 'fulfil' and 'release'");
  return backend;
}

async function checkNone(store: CheckedStore): Promise<void> {
  expect(!hasLocks(await store.open()), "its locks must be tested");
}

async function isHeld(backend: LockingBackend, key: string, token: string, leaseMs = LONG_MS): Promise<boolean> {
  return "held" in await backend.claim(key, token, leaseMs);
}

async function checkTaken(store: CheckedStore): Promise<void> {
  const backend = await openLocking(store);
  expect(await isHeld(backend, "key", "one"), "a free lock must be given");
  expect(await isHeld(backend, "key", "one"), "who holds a lock must get it anew");
  const claim = await backend.claim("key", "other", LONG_MS);
  expect("busyMs" in claim && claim.busyMs > 0 && claim.busyMs <= LONG_MS, "another must learn how long it lasts");
}

async function checkMany(store: CheckedStore): Promise<void> {
  const backend = await openLocking(store);
  const claims = await Promise.all(Array.from({ length: 40 }, (_, i) => isHeld(backend, "key", `token ${i}`)));
  expect(claims.filter(Boolean).length === 1, "one of many claims must get the lock");
}

async function checkKeys(store: CheckedStore): Promise<void> {
  const backend = await openLocking(store);
  for (const [i, key] of ["key", "key:lock", "{key}", "k\u0000", "\ud800", "__proto__", ""].entries()) {
    expect(await isHeld(backend, key, `token ${i}`), "the lock of another key must be free");
  }
}

async function checkRelease(store: CheckedStore): Promise<void> {
  const backend = await openLocking(store);
  await isHeld(backend, "key", "one");
  await backend.release("key", "other");
  expect(!await isHeld(backend, "key", "other"), "another must not give the lock back");
  await backend.release("key", "one");
  expect(await isHeld(backend, "key", "other"), "a lock that was given back must be free");
  await backend.release("free", "one");
}

async function checkFulfil(store: CheckedStore): Promise<void> {
  const backend = await openLocking(store);
  const entry = freshEntry({ value: "kept" });
  expect(await backend.fulfil("key", "one", entry) === false, "without the lock nothing must be kept");
  await isHeld(backend, "key", "one");
  expect(await backend.fulfil("key", "other", entry) === false, "another must keep nothing");
  await expectEntry(backend, "key", undefined, "what another would keep");
  expect(await backend.fulfil("key", "one", entry) === true, "who holds the lock must keep a value");
  await expectEntry(backend, "key", entry, "what was kept with the lock");
  expect(await backend.fulfil("key", "one", freshEntry(2)) === false, "the lock must be given back with that");
}

async function checkSeen(store: CheckedStore): Promise<void> {
  const backend = await openLocking(store);
  const seen = freshEntry("seen", 1_000_000);
  await backend.set("key", { ...seen, staleUntil: Infinity });
  const found = await backend.claim("key", "one", LONG_MS);
  expect("entry" in found && found.entry.value === "seen", "an entry that is there must be the answer");
  expect(await isHeld(backend, "other", "one"), "there is none under another key");
  expect("held" in await backend.claim("key", "one", LONG_MS, 1_000_000), "an entry that was seen must be none");
  expect("entry" in await backend.claim("key", "two", LONG_MS, 999_999), "an entry must be known by its createdAt");
  await backend.release("key", "one");
}

async function checkLease(store: CheckedStore): Promise<void> {
  const backend = await openLocking(store);
  for (const key of ["kept", "left"]) await isHeld(backend, key, "one", SHORT_MS);
  expect(await backend.keep("kept", "other", LONG_MS) === false, "another must not prolong a lock");
  // A machine that is busy may be late; then the lease is over, and the lock free.
  if (!await backend.keep("kept", "one", LONG_MS)) expect(await isHeld(backend, "kept", "one"), "it must be free");
  await until(() => isHeld(backend, "left", "other"), "a lock must end with its lease");
  expect(!await isHeld(backend, "kept", "other"), "a lock that was prolonged must last");
}

async function checkLate(store: CheckedStore): Promise<void> {
  const backend = await openLocking(store);
  await isHeld(backend, "key", "late", SHORT_MS);
  await until(() => isHeld(backend, "key", "next"), "a lock must end with its lease");
  expect(await backend.keep("key", "late", LONG_MS) === false, "a lock past its lease must not be prolonged");
  expect(await backend.fulfil("key", "late", freshEntry("late")) === false, "a late value must be refused");
  await backend.release("key", "late");
  const entry = freshEntry("next");
  expect(await backend.fulfil("key", "next", entry) === true, "the next must keep its value");
  expect(await backend.fulfil("key", "late", freshEntry("later")) === false, "a later value must be refused");
  await expectEntry(backend, "key", entry, "the value of the next");
}

async function checkNews(store: CheckedStore): Promise<void> {
  const backend = await openLocking(store);
  if (backend.watch === undefined) return;
  const news: (string | undefined)[] = [];
  const unwatch = backend.watch((key) => void news.push(key));
  // Where it takes a while to listen, the listener is called once it does.
  await until(async () => {
    await isHeld(backend, "released", "one");
    await backend.release("released", "one");
    return news.includes("released");
  }, "a release must be news");
  await isHeld(backend, "fulfilled", "one");
  await backend.fulfil("fulfilled", "one", freshEntry(1));
  await until(() => Promise.resolve(news.includes("fulfilled")), "a value that was kept must be news");
  unwatch();
}

async function checkShared(store: CheckedStore): Promise<void> {
  const [first, second] = [await openLocking(store), await openLocking(store)];
  expect(await isHeld(first, "key", "one"), "a free lock must be given");
  expect(!await isHeld(second, "key", "two"), "a lock of the other backend must be taken");
  const entry = freshEntry("shared");
  await first.fulfil("key", "one", entry);
  const claim = await second.claim("key", "two", LONG_MS);
  expect("entry" in claim && claim.entry.value === "shared", "a value of the other backend must be the answer");
}

async function until(isDone: () => Promise<boolean>, message: string): Promise<void> {
  for (const endMs = monotonicNow() + PATIENCE_MS; !await isDone();) {
    expect(monotonicNow() < endMs, message);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
