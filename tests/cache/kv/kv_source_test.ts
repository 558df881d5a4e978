import { assertEquals, assertRejects } from "@std/assert";
import type { KvDatabase } from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { KvSource } from "../../../src/cache/kv/kv_source.ts";

/** A source whose databases are numbered from 1, and what became of them. */
function numbered(clock = new FakeClock()) {
  const state = { opened: 0, closed: [] as number[], looks: 0, file: "a" };
  const source = new KvSource({
    open: () => {
      const number = ++state.opened;
      return Promise.resolve({ number, close: () => void state.closed.push(number) } as unknown as KvDatabase);
    },
    identity: () => {
      state.looks++;
      return state.file;
    },
    isOwned: true,
    clock,
  });
  const use = (work: () => Promise<void> = () => Promise.resolve()) =>
    source.use(async (kv) => {
      await work();
      return (kv as unknown as { number: number }).number;
    });
  return { source, state, use, clock };
}

Deno.test("KvSource opens once for those who come together, and looks at its file once a second", async () => {
  const { source, state, use, clock } = numbered();
  assertEquals(await Promise.all([use(), use(), use()]), [1, 1, 1]);
  for (let i = 0; i < 10; i++) await use();
  const { looks } = state;
  for (let i = 0; i < 10; i++) await use();
  assertEquals(state.looks, looks);
  await clock.tick("1s");
  for (let i = 0; i < 10; i++) await use();
  assertEquals(state.looks, looks + 1);
  await source.close();
  assertEquals(state.closed, [1]);
});

Deno.test("KvSource closes a database that was left once nobody uses it any more", async () => {
  const { source, state, use, clock } = numbered();
  await use();
  const { promise, resolve } = Promise.withResolvers<void>();
  const slow = use(() => promise);
  state.file = "b";
  await clock.tick("1s");
  assertEquals(await use(), 2);
  assertEquals(state.closed, []);
  resolve();
  assertEquals(await slow, 1);
  assertEquals(state.closed, [1]);
  await source.close();
  assertEquals(state.closed, [1, 2]);
});

Deno.test("KvSource closes a database that was left at once when nobody uses it", async () => {
  const { source, state, use, clock } = numbered();
  await use();
  state.file = "b";
  await clock.tick("1s");
  assertEquals(await use(), 2);
  assertEquals(state.closed, [1]);
  await source.close();
  await assertRejects(() => use(), Error, "The kv cache is closed");
});
