import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { type AllFailedError, currentCall, MapError, type MapMode, opero } from "@opero/core";
import { ClusterLab } from "../support/cluster_lab.ts";
import { servedMap } from "../support/served_map.ts";
import { withJournal } from "../support/temporary_journal.ts";

/** Fails so many times, then answers with all keys that it had; its source travels, so it keeps them in its error. */
async function keyOf(item: { id: number; failures: number }): Promise<{ id: number; key: string }> {
  const { attempt, idempotencyKey } = currentCall();
  await Promise.resolve();
  if (attempt <= item.failures) throw Object.assign(new Error("again"), { key: idempotencyKey });
  return { id: item.id, key: idempotencyKey };
}

for (const mode of ["thread", "async", "process", "async_process", "cluster"] satisfies MapMode[]) {
  Deno.test(`currentCall().idempotencyKey is one for each item, over its attempts, in mode "${mode}"`, async () => {
    const failed: string[] = [];
    await using map = servedMap(keyOf, {
      mode,
      workers: 2,
      progress: false,
      minDelay: "1ms",
      maxDelay: "2ms",
      retryOn: (error) => (failed.push((error as { key: string }).key), true),
    });
    const items = Array.from({ length: 24 }, (_, id) => ({ id, failures: id % 3 === 0 ? 2 : 0 }));
    const [first, second] = await Promise.all([map(items), map(items)]);
    const keys = [...first, ...second].map(({ key }) => key);
    assertEquals(new Set(keys).size, 48);
    for (const key of keys) assertMatch(key, /^[\w-]+\/\d+$/);
    // Each that failed did so twice, with the key that it succeeded with.
    assertEquals(failed.length, 32);
    const expected = [...first, ...second].filter(({ id }) => id % 3 === 0).flatMap(({ key }) => [key, key]);
    assertEquals(failed.toSorted(), expected.toSorted());
  });
}

Deno.test("currentCall().idempotencyKey of a single call is the same over its attempts, and no other's", async () => {
  const keys: string[] = [];
  const call = opero(() => {
    const { attempt, idempotencyKey } = currentCall();
    keys.push(idempotencyKey);
    assertEquals(currentCall().idempotencyKey, idempotencyKey);
    if (attempt < 3) throw new Error("again");
  }, { minDelay: "1ms" });
  await call();
  await call();
  assertEquals([keys.length, new Set(keys).size, keys[0] === keys[2]], [6, 2, true]);
});

Deno.test("hedged attempts of a call have one key", async () => {
  const keys: string[] = [];
  const second = Promise.withResolvers<void>();
  const call = opero(async () => {
    keys.push(currentCall().idempotencyKey);
    if (keys.length === 2) second.resolve();
    await second.promise;
  }, { hedge: { after: "10ms" } });
  await call();
  assertEquals([keys.length, new Set(keys).size], [2, 1]);
});

for (const mode of ["thread", "process", "cluster"] satisfies MapMode[]) {
  Deno.test(`with a journal an item has the same key when it runs again, in mode "${mode}"`, async () => {
    await withJournal(async (path) => {
      const failedKey = async () => {
        await using map = servedMap(keyOf, {
          mode,
          workers: 1,
          progress: false,
          retries: 0,
          version: "2",
          name: "key of",
          journal: path,
        });
        const error = await assertRejects(() => map([{ id: 1, failures: 9 }, { id: 2, failures: 0 }]), MapError);
        return [(error.errors[0]!.error as AllFailedError).errors[0], error.results[1]] as { key: string }[];
      };
      const [first, again] = [await failedKey(), await failedKey()];
      assertMatch(first[0]!.key, /^keyof@2\/[\w-]{22}$/);
      assertEquals(again.map(({ key }) => key), first.map(({ key }) => key));
      assertNotEquals(first[0]!.key, first[1]!.key);
    });
  });
}

Deno.test("an item that runs again as its worker was lost has the same key", async () => {
  const keys = new Map<number, string[]>();
  await using lab = new ClusterLab(async (item, { clock, engine }) => {
    keys.set(item, [...keys.get(item) ?? [], currentCall().idempotencyKey]);
    await clock.sleep(50);
    if (item === 5 && keys.get(5)!.length === 1) engine.killHolderOf("j[5]");
    return item;
  });
  lab.engine.onDeath = () => void lab.start();
  await lab.start();
  await lab.drive(lab.map([1, 2, 3, 4, 5, 6]));
  assert(keys.get(5)!.length > 1);
  for (const each of keys.values()) assertEquals(new Set(each).size, 1);
  assertEquals(new Set([...keys.values()].flat()).size, 6);
});
