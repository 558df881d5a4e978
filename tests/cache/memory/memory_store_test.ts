import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { MemoryStore } from "../../../src/cache/memory/memory_store.ts";
import { runs } from "../../support/runs.ts";

function entry(value: unknown) {
  return { value, createdAt: 0, expiresAt: Infinity, staleUntil: Infinity };
}

// Small enough to see by its values what would have the one below go round for ever.
Deno.test("MemoryStore spares once what was read, and not again", () => {
  const store = new MemoryStore({ maxEntries: 3 });
  for (const key of [1, 2, 3]) store.set(key, entry(key));
  for (const key of [1, 2]) store.get(key);
  store.set(4, entry(4));
  assertEquals([...store.keys()], [1, 2, 4]);
  store.set(5, entry(5));
  assertEquals([...store.keys()], [2, 4, 5]);
});

Deno.test("MemoryStore goes on with its hand where it left an entry, not with the oldest that it spared", () => {
  const store = new MemoryStore({ maxEntries: 3 });
  for (const key of [1, 2, 3]) store.set(key, entry(key));
  store.get(1);
  store.set(4, entry(4));
  assertEquals([...store.keys()], [1, 3, 4]);
  store.set(5, entry(5));
  assertEquals([...store.keys()], [1, 4, 5]);
});

/** SIEVE as the paper's pseudo-code has it, over an array from the newest to the oldest. */
class SlowSieve {
  queue: { key: number; value: number; visited: boolean }[] = [];
  hand: { key: number } | undefined;
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(key: number): number | undefined {
    const found = this.queue.find((each) => each.key === key);
    if (found !== undefined) found.visited = true;
    return found?.value;
  }

  set(key: number, value: number): void {
    this.delete(key);
    if (this.queue.length >= this.#capacity) this.#evict();
    this.queue.unshift({ key, value, visited: false });
  }

  delete(key: number): boolean {
    const at = this.queue.findIndex((each) => each.key === key);
    if (at < 0) return false;
    if (this.hand === this.queue[at]) this.hand = this.queue[at - 1];
    this.queue.splice(at, 1);
    return true;
  }

  #evict(): void {
    let at = this.hand === undefined ? this.queue.length - 1 : this.queue.indexOf(this.hand as never);
    while (this.queue[at]!.visited) {
      this.queue[at]!.visited = false;
      at = at === 0 ? this.queue.length - 1 : at - 1;
    }
    this.hand = this.queue[at - 1];
    this.queue.splice(at, 1);
  }
}

const step = fc.record({
  kind: fc.constantFrom("get", "get", "set", "set", "delete"),
  key: fc.nat(12),
});

Deno.test("MemoryStore agrees with a slow SIEVE in every step", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.array(step, { maxLength: 120 }), (maxEntries, steps) => {
      const store = new MemoryStore({ maxEntries });
      const model = new SlowSieve(maxEntries);
      steps.forEach(({ kind, key }, i) => {
        if (kind === "get") assertEquals(store.get(key)?.value, model.get(key));
        else if (kind === "delete") assertEquals(store.delete(key), model.delete(key));
        else {
          store.set(key, entry(i));
          model.set(key, i);
        }
        assertEquals(new Set(store.keys()), new Set(model.queue.map((each) => each.key)));
        assertEquals(store.size, model.queue.length);
      });
    }),
    { numRuns: runs(500) },
  );
});

Deno.test("MemoryStore never holds more than maxBytes, and no value that alone is over it", () => {
  const sized = fc.record({ key: fc.nat(10), length: fc.nat(60), deletes: fc.boolean() });
  fc.assert(
    fc.property(fc.array(sized, { maxLength: 80 }), (steps) => {
      const store = new MemoryStore({ maxEntries: 5, maxBytes: 100 });
      for (const { key, length, deletes } of steps) {
        if (deletes) store.delete(key);
        store.set(key, entry("x".repeat(length)));
        // 8 bytes for the key, 8 for a text, and 2 a character.
        assertEquals(store.get(key) !== undefined, 16 + 2 * length <= 100);
        const bytes = [...store.keys()].map((held) => 16 + 2 * (store.get(held)!.value as string).length);
        assert(bytes.reduce((sum, each) => sum + each, 0) <= 100 && bytes.length <= 5);
      }
    }),
    { numRuns: runs(300) },
  );
});

Deno.test("MemoryStore keeps the value before where the next is over maxBytes no more", () => {
  const store = new MemoryStore({ maxEntries: 5, maxBytes: 100 });
  store.set("a", entry("old"));
  store.set("a", entry("x".repeat(100)));
  assertEquals(store.get("a"), undefined);
});

Deno.test("MemoryStore tells NaN, 0 and texts apart as keys, and keeps any value", () => {
  const store = new MemoryStore({ maxEntries: 10 });
  const values = [undefined, null, 0, "", NaN, false];
  values.forEach((value, i) => store.set(i, entry(value)));
  store.set(NaN, entry("nan"));
  store.set("0", entry("text"));
  assertEquals(values.map((_, i) => store.get(i)!.value), values);
  assertEquals([store.get(NaN)?.value, store.get("0")?.value], ["nan", "text"]);
});

Deno.test("MemoryStore.clear() removes everything, and the store goes on", () => {
  const store = new MemoryStore({ maxEntries: 2, maxBytes: 1_000 });
  for (let key = 0; key < 10; key++) store.set(key, entry(key));
  store.clear();
  assertEquals([store.size, [...store.keys()]], [0, []]);
  for (let key = 0; key < 10; key++) store.set(key, entry(key));
  assertEquals([...store.keys()], [8, 9]);
});
