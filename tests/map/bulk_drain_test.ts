import { AbortScope } from "../../src/call/abort_scope.ts";
import { assert, assertEquals } from "@std/assert";
import { Call } from "../../src/call/call.ts";
import { BulkDrain } from "../../src/map/bulk_drain.ts";
import type { BulkTarget } from "../../src/map/bulk_target.ts";
import type { PlainItems } from "../../src/map/tracking.ts";
import type { BulkPool } from "../../src/map/bulk_pool.ts";
import { ItemSource } from "../../src/map/item_source.ts";
import { type ItemClient, ItemJob } from "../../src/pool/item_job.ts";
import { ItemRange } from "../../src/pool/item_range.ts";
import { transfer } from "../../src/pool/transfer.ts";
import { SystemClock } from "../../src/time/system_clock.ts";
import { TurnKeeper } from "../../src/time/turn_keeper.ts";

const OWNER = { stop: (job: ItemJob, reason: unknown) => job.fail(reason), onSettled: () => {} };

interface DrainSettings {
  readonly most?: number;
  readonly isOpen?: boolean;
  readonly takesAll?: boolean;
  readonly plain?: PlainItems;
}

/** Follows items: says what it was told, admits none of `refused`, and loses that at `lost`, once. */
function followed(refused: readonly unknown[] = [], lost = -1) {
  const noted: string[] = [];
  const losses = new Set<number>();
  const plain: PlainItems = {
    admit: (item, index) => {
      noted.push(`look at ${index}: ${item}`);
      return !refused.includes(item);
    },
    succeed: (firstIndex, values) => {
      noted.push(`record from ${firstIndex}: ${values}`);
      if (lost >= firstIndex && lost < firstIndex + values.length) losses.add(lost);
    },
    takeLoss: (index) => losses.delete(index) ? { error: "lost" } : undefined,
    get hasLosses() {
      return losses.size > 0;
    },
    keyAt: (index) => `key/${index}`,
    runOn: () => Promise.reject("unused"),
  };
  return { plain, noted };
}

/** A drain of `items` into a pool that begins what it is given and ends nothing by itself, with what it was told. */
function drainOf(items: Iterable<unknown>, { most = 2, isOpen = true, takesAll = true, plain }: DrainSettings = {}) {
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
    tracking: plain && { opened: { items: { plain } }, open: () => Promise.resolve(), close: () => Promise.resolve() },
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

Deno.test("BulkDrain has what follows its items look at each once, and record values before they are handed on", async () => {
  const { plain, noted } = followed();
  const { drain, told, ranges, jobs, breakUp } = drainOf(["a", "b", "c"], { most: 3, plain });
  drain.fill();
  assertEquals(noted.splice(0), ["look at 0: a", "look at 1: b", "look at 2: c"]);
  succeed(ranges[0]!, 0, ["A"]);
  assertEquals([noted.splice(0), told.splice(0)], [["record from 0: A"], ["reserve 3"]], "in the same turn");
  await turn();
  assertEquals(told.splice(0), ["plain from 0: A"]);
  ranges[0] = ranges[0]!.part(1, 3);
  breakUp();
  jobs[0]!.succeed("B");
  jobs[1]!.fail("why");
  assertEquals(noted, ["record from 1: B"], "what failed is followed by its call");
  await turn();
  assertEquals(told, ["plain 1: B", "failure 2: why", "end "]);
});

Deno.test("BulkDrain gives an item a call that what follows its items refuses, at its place", async () => {
  const { plain } = followed(["b", "c"]);
  const { drain, told, ranges } = drainOf(["a", "b", "c", "d"], { most: 4, plain });
  drain.fill();
  assertEquals(ranges.map(({ firstIndex, items }) => [firstIndex, items]), [[0, ["a"]], [3, ["d"]]]);
  await turn();
  assertEquals(told, ["reserve 2", "reserve 1", "reserve 1", "value 1: b", "value 2: c"]);
});

Deno.test("BulkDrain gives an item a call whose buffers move with it, where items are followed", async () => {
  const bytes = new Uint8Array(1);
  const { plain, noted } = followed();
  const { drain, told, jobs } = drainOf([transfer(bytes, [bytes.buffer])], { plain });
  drain.fill();
  await turn();
  assertEquals([told, jobs.length, noted], [["reserve 1", "value 0: 0", "end "], 0, []]);
});

Deno.test("BulkDrain fails an item whose value was lost, among others in a range, and alone", async () => {
  for (const isAlone of [false, true]) {
    const { plain } = followed([], 1);
    const { drain, told, ranges, jobs, breakUp } = drainOf(["a", "b", "c"], { most: 3, plain });
    drain.fill();
    if (isAlone) {
      breakUp();
      jobs.forEach((job, place) => job.succeed("ABC"[place]));
    } else succeed(ranges[0]!, 0, ["A", "B", "C"]);
    await turn();
    assertEquals(told, ["reserve 3", "plain 0: A", "plain 2: C", "failure 1: lost", "end "]);
  }
});

Deno.test("BulkDrain lets the event loop turn while items that need no worker follow each other", async () => {
  const { plain } = followed();
  const { drain, told } = drainOf(Array(200_000).keys(), { most: 4, plain: { ...plain, admit: () => false } });
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  drain.fill();
  while (told.at(-1) !== "end ") await turn();
  clearInterval(timer);
  assert(turns > 3, `${turns} turns`);
});
