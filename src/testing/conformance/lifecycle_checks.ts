import type { CacheBackend } from "../../cache/backend/cache_backend.ts";
import { type Check, type CheckedStore, expect, expectEntry, freshEntry } from "./check.ts";

/** How long an operation may take after `close()` before it counts as hung. */
const PATIENCE_MS = 2_000;

/** What closing does. */
export const LIFECYCLE_CHECKS: readonly Check[] = [
  { name: "answers, misses or rejects after close, and never hangs", run: checkUseAfterClose },
  { name: "can be closed twice", run: checkClosedTwice },
];

/** What a backend does whose store outlives it. */
export const PERSISTENCE_CHECKS: readonly Check[] = [
  { name: "finds what an earlier one kept", run: checkReopened },
  { name: "shares its store with another that is open", run: checkShared },
];

async function checkUseAfterClose(store: CheckedStore): Promise<void> {
  const backend = await store.open();
  await backend.set("key", freshEntry(1));
  await backend.close?.();
  const operations: readonly (() => unknown)[] = [
    () => backend.get("key"),
    () => backend.set("key", freshEntry(2)),
    () => backend.delete("key"),
    () => backend.clear(""),
  ];
  for (const operation of operations) await expectSettled(operation);
}

async function expectSettled(operation: () => unknown): Promise<void> {
  let timer: ReturnType<typeof setTimeout>;
  const hung = new Promise((resolve) => timer = setTimeout(resolve, PATIENCE_MS, "hung"));
  const settled = Promise.resolve().then(operation).then(() => "settled", () => "settled");
  const outcome = await Promise.race([settled, hung]);
  clearTimeout(timer!);
  expect(outcome === "settled", "an operation after close must not hang");
}

async function checkClosedTwice(store: CheckedStore): Promise<void> {
  const backend = await store.open();
  await backend.set("key", freshEntry(1));
  await backend.close?.();
  await backend.close?.();
}

async function checkReopened(store: CheckedStore): Promise<void> {
  const first = await store.open();
  const entry = freshEntry(new Map([["a", new Date(0)]]));
  await first.set("key", entry);
  await first.close?.();
  await expectEntry(await store.open(), "key", entry, "an entry of an earlier backend");
}

async function checkShared(store: CheckedStore): Promise<void> {
  const backends: readonly CacheBackend[] = [await store.open(), await store.open()];
  const [first, second] = backends as [CacheBackend, CacheBackend];
  const entry = freshEntry("shared");
  await first.set("key", entry);
  await expectEntry(second, "key", entry, "an entry of the other backend");
  await second.delete("key");
  await expectEntry(first, "key", undefined, "an entry that the other backend deleted");
}
