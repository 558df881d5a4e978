import { assertEquals } from "@std/assert";
import { Call } from "../../src/call/call.ts";
import { BulkDrain, type BulkTarget } from "../../src/map/bulk_drain.ts";
import type { BulkPool } from "../../src/map/bulk_pool.ts";
import { ItemSource } from "../../src/map/item_source.ts";
import { type ItemClient, ItemJob } from "../../src/pool/item_job.ts";
import { SystemClock } from "../../src/time/clock.ts";
import { TurnKeeper } from "../../src/time/turn_keeper.ts";

const OWNER = { stop: (job: ItemJob, reason: unknown) => job.fail(reason), onSettled: () => {} };

/** A drain of `items` into a pool that begins what it is given and ends nothing by itself, with what it was told. */
function drainOf(items: Iterable<unknown>, { most = 2, isOpen = true } = {}) {
  const told: string[] = [];
  const jobs: ItemJob[] = [];
  const begin = (item: unknown, index: number, startedMs: number, client: ItemClient) => {
    const job = new ItemJob(item, index, startedMs, client, OWNER);
    jobs.push(job);
    return job;
  };
  const target: BulkTarget = {
    room: (active) => most - active,
    reserve: () => told.push("reserve"),
    isAwaited: (item) => item instanceof Promise,
    callOf: ({ item, index }) => new Call(undefined, [item], index),
    run: (item) => Promise.resolve(item),
    runOn: ({ outcome }) => Promise.reject(outcome),
    onPlainValue: (index, value) => told.push(`plain ${index}: ${value}`),
    onValue: (index, value) => told.push(`value ${index}: ${value}`),
    onFailure: (index, error) => told.push(`failure ${index}: ${error}`),
    onEnd: (failure) => told.push(`end ${failure?.reason ?? ""}`),
    inContext: (fn) => fn(),
  };
  const drain = new BulkDrain({
    source: new ItemSource(items),
    target,
    bulk: { isOpen, pool: { begin } } as unknown as BulkPool,
    turns: new TurnKeeper(),
    clock: new SystemClock(),
  });
  return { drain, told, jobs };
}

const turn = () => new Promise((resolve) => setTimeout(resolve));

Deno.test("BulkDrain hands on what ends in one turn together, in that order, and then begins as many", async () => {
  const { drain, told, jobs } = drainOf(["a", "b", "c"]);
  drain.fill();
  assertEquals([jobs.length, drain.isRunningPlain, drain.canFill], [2, true, false]);
  jobs[1]!.succeed("B");
  jobs[0]!.succeed("A");
  assertEquals(told, ["reserve", "reserve"]);
  await turn();
  assertEquals(told.splice(0), ["reserve", "reserve", "plain 1: B", "plain 0: A", "reserve"]);
  jobs[2]!.succeed("C");
  await turn();
  assertEquals([told, drain.isRunningPlain], [["plain 2: C", "end "], false]);
});

Deno.test("BulkDrain makes no call for what succeeds, and goes on with the call of what failed", async () => {
  const { drain, told, jobs } = drainOf(["a", "b"]);
  drain.fill();
  jobs[0]!.fail("why");
  jobs[1]!.succeed("B");
  await turn();
  assertEquals(told.slice(2), ["plain 1: B", "failure 0: why", "end "]);
  assertEquals([jobs[1]!.knownCall, jobs[0]!.call === jobs[0]!.call], [undefined, true]);
});

Deno.test("BulkDrain gives an item a call that is awaited, or of which somebody is to hear", async () => {
  for (const [items, isOpen] of [[[Promise.resolve("a")], true], [["a"], false]] as const) {
    const { drain, told, jobs } = drainOf(items, { isOpen });
    drain.fill();
    await turn();
    assertEquals([told, jobs.length], [["reserve", "value 0: a", "end "], 0]);
  }
});

Deno.test("BulkDrain.stop() stops what runs with the reason, closes the source and begins nothing more", async () => {
  let isClosed = false;
  const source = function* () {
    try {
      yield* ["a", "b", "c"];
    } finally {
      isClosed = true;
    }
  };
  const { drain, told, jobs } = drainOf(source());
  drain.fill();
  await drain.stop("enough");
  await turn();
  assertEquals([isClosed, jobs.map(({ outcome }) => outcome)], [true, ["enough", "enough"]]);
  assertEquals([jobs.length, drain.canFill, told.includes("end ")], [2, false, false]);
});

Deno.test("BulkDrain ends with what the source threw, once what had begun is handed on", async () => {
  const source = function* () {
    yield "a";
    throw "broken";
  };
  const { drain, told, jobs } = drainOf(source(), { most: 5 });
  drain.fill();
  assertEquals(told, ["reserve"]);
  jobs[0]!.succeed("A");
  await turn();
  assertEquals(told.slice(1), ["plain 0: A", "end broken"]);
});
