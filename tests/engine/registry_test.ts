import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { Registry } from "../../src/engine/registry.ts";

const LIMITS = { maxEntries: 10 };
const ENTRY = { value: 1, createdAt: 0, expiresAt: Infinity, staleUntil: Infinity };

Deno.test("Registry.namedStore() is one store for each id in each namespace", () => {
  const registry = new Registry({ defaults: {} });
  const store = registry.namedStore("a", "b", LIMITS);
  assertStrictEquals(registry.namedStore("a", "b", LIMITS), store);
  for (const [namespace, id] of [["a", "c"], ["b", "b"], ["ab", ""], ["", "ab"]]) {
    assert(registry.namedStore(namespace!, id!, LIMITS) !== store);
  }
});

Deno.test("Registry.clearCache() empties shared stores also where the functions that filled them are gone", async () => {
  const registry = new Registry({ defaults: {} });
  const stores = [registry.namedStore("a", "x", LIMITS), registry.namedStore("b", "x", LIMITS)];
  stores.forEach((store) => store.set("key", ENTRY));
  await registry.clearCache("a");
  assertEquals(stores.map(({ size }) => size), [0, 1]);
});

Deno.test("Registry.close() closes all once, also where one fails, and tells the failure", async () => {
  const registry = new Registry({ defaults: {} });
  const closed: string[] = [];
  registry.closeLater({ close: () => void closed.push("first") });
  registry.closeLater({ close: () => Promise.reject(new Error("stuck")) });
  registry.closeLater({ close: async () => void closed.push(await Promise.resolve("last")) });
  await assertRejects(() => registry.close(), Error, "stuck");
  await registry.close();
  assertEquals(closed, ["first", "last"]);
});
