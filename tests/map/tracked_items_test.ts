import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { FakeClock } from "@opero/core/testing";
import { Call } from "../../src/call/call.ts";
import type { JournalRecord } from "../../src/journal/journal_record.ts";
import { ItemJournal } from "../../src/map/item_journal.ts";
import { NOT_RUN } from "../../src/map/item_outcome.ts";
import { TrackedItems } from "../../src/map/tracked_items.ts";
import { Telemetry } from "../../src/telemetry/telemetry.ts";

/** Items with a journal that has nothing in it, and answers when it is told to. */
function trackedItems(run: (call: Call) => Promise<unknown>, resume: "unfinished" | "failed" = "unfinished") {
  const records: JournalRecord[] = [];
  const safe = Promise.withResolvers<void>();
  const clock = new FakeClock();
  const read = () => {
    throw new Error("There is nothing to read");
  };
  const write = (record: JournalRecord) => (records.push(record), safe.promise);
  const options = {
    path: "",
    version: undefined,
    key: undefined,
    durability: "item",
    resume,
    onMismatch: "error",
  } as const;
  const state = { isOver: false };
  const items = new TrackedItems({
    handler: run,
    journal: new ItemJournal({ find: () => undefined, read, write }, options, "load"),
    stats: undefined,
    watcher: undefined,
    clock,
    telemetry: new Telemetry({ random: Math.random }),
    functionName: "load",
    costNames: [],
    fail: () => {},
    isOver: () => state.isOver,
  });
  return { items, records, clock, state, makeSafe: () => safe.resolve() };
}

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  const pending = Symbol();
  return await Promise.race([promise.catch(() => {}), Promise.resolve(pending)]) === pending;
}

Deno.test("TrackedItems hands a value or an error on once its record is safe", async () => {
  for (const isFailing of [false, true]) {
    const { items, records, makeSafe } = trackedItems(() =>
      isFailing ? Promise.reject(new Error("no")) : Promise.resolve(7)
    );
    const running = items.run(new Call(undefined, [1], 0));
    assertEquals([await isPending(running), records.map(({ status }) => status)], [true, [
      isFailing ? "failed" : "ok",
    ]]);
    makeSafe();
    if (isFailing) await assertRejects(() => running, Error, "no");
    else assertEquals(await running, 7);
    assertEquals(items.active, 0);
  }
});

Deno.test("TrackedItems records the time that an item took, by the clock of its instance", async () => {
  const { items, records, clock, makeSafe } = trackedItems(() => clock.sleep(1_500));
  const running = items.run(new Call(undefined, [1], 0));
  assertEquals(items.active, 1);
  await clock.tick("2s");
  makeSafe();
  await running;
  assertEquals(records.map(({ durationMs, attempts, waitedMs }) => [durationMs, attempts, waitedMs]), [[1_500, 0, 0]]);
});

Deno.test("TrackedItems records nothing of a run that is over", async () => {
  for (const isFailing of [false, true]) {
    const { items, records, state } = trackedItems(() =>
      isFailing ? Promise.reject(new Error("no")) : Promise.resolve(7)
    );
    const running = items.run(new Call(undefined, [1], 0));
    state.isOver = true;
    await running.catch(() => {});
    assertEquals(records, []);
  }
});

Deno.test("TrackedItems runs no item that is to be skipped", async () => {
  let runs = 0;
  const { items, records } = trackedItems(() => Promise.resolve(++runs), "failed");
  assertStrictEquals(await items.run(new Call(undefined, [1], 0)), NOT_RUN);
  assertEquals([runs, records], [0, []]);
});
