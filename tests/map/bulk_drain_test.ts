import { AbortScope } from "../../src/call/abort_scope.ts";
import { assertEquals } from "@std/assert";
import { Call } from "../../src/call/call.ts";
import { BulkDrain } from "../../src/map/bulk_drain.ts";
import type { BulkTarget } from "../../src/map/bulk_target.ts";
import type { BulkPool } from "../../src/map/bulk_pool.ts";
import { ItemSource } from "../../src/map/item_source.ts";
import { type ItemClient, ItemJob } from "../../src/pool/item_job.ts";
import { ItemRange } from "../../src/pool/item_range.ts";
import { transfer } from "../../src/pool/transfer.ts";
import { SystemClock } from "../../src/time/system_clock.ts";
import { TurnKeeper } from "../../src/time/turn_keeper.ts";

const OWNER = { stop: (job: ItemJob, reason: unknown) => job.fail(reason), onSettled: () => {} };

/** A drain of `items` into a pool that begins what it is given and ends nothing by itself, with what it was told. */
function drainOf(items: Iterable<unknown>, { most = 2, isOpen = true, takesAll = true } = {}) {
  const told: string[] = [];
  const jobs: ItemJob[] = [];
  const ranges: ItemRange[] = [];
  const begin = (item: unknown, index: number, startedMs: number, client: ItemClient) => {
    const job = new ItemJob(item, index, startedMs, client, OWNER);
    jobs.push(job);
    return job;
  };
  const beginRange = (items: unknown[], firstIndex: number, startedMs: number, client: ItemClient) => {
    ranges.push(new ItemRange({ items, firstIndex, startedMs, client, owner: OWNER }));
  };
  const breakUp = () => ranges.splice(0).forEach((range) => jobs.push(...range.jobs()));
  const target: BulkTarget = {
    room: (active) => most - active,
    reserve: (count) => told.push(`reserve ${count}`),
    isAwaited: (item) => item instanceof Promise,
    callOf: ({ item, index }) => new Call(undefined, [item], index),
    run: (item) => Promise.resolve(item),
    runOn: ({ outcome }) => Promise.reject(outcome),
    onPlainValues: (firstIndex, values) => {
      if (takesAll) told.push(`plain from ${firstIndex}: ${values}`);
      return takesAll;
    },
    onPlainValue: (index, value) => told.push(`plain ${index}: ${value}`),
    onValue: (index, value) => told.push(`value ${index}: ${value}`),
    onFailure: (index, error) => told.push(`failure ${index}: ${error}`),
    onEnd: (failure) => told.push(`end ${failure?.reason ?? ""}`),
    inContext: (fn) => fn(),
  };
  const drain = new BulkDrain({
    source: new ItemSource(items),
    target,
    scope: new AbortScope(),
    bulk: { isOpen, pool: { begin, beginRange, breakUp } } as unknown as BulkPool,
    turns: new TurnKeeper(),
    clock: new SystemClock(),
  });
  return { drain, told, jobs, ranges, breakUp };
}

/** Reports the values of the items of `range` from `from` on. */
function succeed({ client, firstIndex }: ItemRange, from: number, values: readonly unknown[]): void {
  client.onValues(firstIndex + from, values);
}

const turn = () => new Promise((resolve) => setTimeout(resolve));

Deno.test("BulkDrain hands on what ends in one turn together, in that order, and then begins as many", async () => {
  const { drain, told, ranges } = drainOf(["a", "b", "c", "d"], { most: 3 });
  drain.fill();
  assertEquals([ranges.length, drain.isRunningPlain, drain.canFill], [1, true, false]);
  succeed(ranges[0]!, 0, ["A", "B"]);
  succeed(ranges[0]!, 2, ["C"]);
  assertEquals(told.splice(0), ["reserve 3"]);
  await turn();
  assertEquals(told.splice(0), ["plain from 0: A,B", "plain from 2: C", "reserve 1"]);
  succeed(ranges[1]!, 0, ["D"]);
  await turn();
  assertEquals([told, drain.isRunningPlain], [["plain from 3: D", "end "], false]);
});

Deno.test("BulkDrain hands values on one by one where its target wants that", async () => {
  const { drain, told, ranges } = drainOf(["a", "b"], { takesAll: false });
  drain.fill();
  succeed(ranges[0]!, 0, ["A", "B"]);
  await turn();
  assertEquals(told, ["reserve 2", "plain 0: A", "plain 1: B", "end "]);
});

Deno.test("BulkDrain makes no call for what succeeds, and goes on with the call of what failed", async () => {
  const { drain, told, jobs, breakUp } = drainOf(["a", "b"]);
  drain.fill();
  breakUp();
  assertEquals(drain.isRunningPlain, true);
  jobs[0]!.fail("why");
  jobs[1]!.succeed("B");
  assertEquals(drain.isRunningPlain, false);
  await turn();
  assertEquals(told, ["reserve 2", "plain 1: B", "failure 0: why", "end "]);
  assertEquals([jobs[1]!.knownCall, jobs[0]!.call === jobs[0]!.call], [undefined, true]);
});

Deno.test("BulkDrain begins an item apart whose buffers move with it, and goes on behind it", () => {
  const bytes = new Uint8Array(1);
  const { drain, told, jobs, ranges } = drainOf(["a", transfer(bytes, [bytes.buffer]), "c"], { most: 5 });
  drain.fill();
  assertEquals(told, ["reserve 2", "reserve 1"]);
  assertEquals(ranges.map(({ firstIndex, items }) => [firstIndex, items]), [[0, ["a"]], [2, ["c"]]]);
  assertEquals(jobs.map(({ index, item }) => [index, item]), [[1, bytes]]);
});

Deno.test("BulkDrain gives an item a call that is awaited, or of which somebody is to hear", async () => {
  for (const [items, isOpen] of [[[Promise.resolve("a")], true], [["a"], false]] as const) {
    const { drain, told, jobs, ranges } = drainOf(items, { isOpen });
    drain.fill();
    await turn();
    assertEquals([told, jobs.length + ranges.length], [["reserve 1", "value 0: a", "end "], 0]);
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
  const { drain, told, ranges } = drainOf(source(), { most: 5 });
  drain.fill();
  assertEquals(told, ["reserve 1"]);
  succeed(ranges[0]!, 0, ["A"]);
  await turn();
  assertEquals(told.slice(1), ["plain from 0: A", "end broken"]);
});
