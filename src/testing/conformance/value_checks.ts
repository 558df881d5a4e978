import { AWKWARD_VALUES, type AwkwardValue } from "./awkward_values.ts";
import { type Check, type CheckedStore, expect, expectEntry, freshEntry } from "./check.ts";

/** What comes back is what was set, or it was refused. */
export const VALUE_CHECKS: readonly Check[] = [
  ...AWKWARD_VALUES.map((awkward): Check => ({
    name: `keeps ${awkward.name} exactly, or refuses it`,
    run: (store) => checkKept(store, awkward),
  })),
  { name: "keeps a function exactly, or refuses it", run: (store) => checkUnkeepable(store, () => {}) },
  { name: "keeps a promise exactly, or refuses it", run: (store) => checkUnkeepable(store, Promise.resolve(1)) },
  { name: "keeps a text of 1 MB", run: checkLongText },
  { name: "changes no prototype", run: checkPrototypes },
];

async function checkKept(store: CheckedStore, { name, make }: AwkwardValue): Promise<void> {
  const value = make();
  const isKept = await isKeptExactly(store, value);
  expect(isKept || !store.keepsEverything, `${name}: must be kept, not refused`);
}

async function checkUnkeepable(store: CheckedStore, value: unknown): Promise<void> {
  await isKeptExactly(store, value);
}

/** Returns whether it was kept; a value kept in another form is the one thing that is never right. */
async function isKeptExactly(store: CheckedStore, value: unknown): Promise<boolean> {
  const backend = await store.open();
  const entry = freshEntry(value);
  try {
    await backend.set("key", entry);
  } catch (error) {
    expect((error as { code?: unknown })?.code === "SERIALIZATION", "A refusal must be a SerializationError");
    await expectEntry(backend, "key", undefined, "a refused value");
    return false;
  }
  await expectEntry(backend, "key", entry, "a kept value");
  return true;
}

async function checkLongText(store: CheckedStore): Promise<void> {
  const backend = await store.open();
  const entry = freshEntry("ä\0\ud800".repeat(350_000));
  await backend.set("key", entry);
  await expectEntry(backend, "key", entry, "a text of 1 MB");
}

async function checkPrototypes(store: CheckedStore): Promise<void> {
  const backend = await store.open();
  const value = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
  await backend.set("__proto__", freshEntry(value));
  await backend.get("__proto__");
  expect(!("polluted" in {}), "Object.prototype must be as it was");
}
