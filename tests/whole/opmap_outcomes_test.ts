import { assert, assertEquals } from "@std/assert";
import { MapError, type OnError, opmap } from "@opero/core";
import fc from "fast-check";
import { runs } from "../support/runs.ts";

/** How an item ends, after how many turns of the queue of microtasks. */
interface Plan {
  readonly isFailing: boolean;
  readonly turns: number;
}

interface Outcome {
  readonly results: readonly unknown[];
  readonly failed: readonly number[];
}

const plan: fc.Arbitrary<Plan> = fc.record({ isFailing: fc.boolean(), turns: fc.nat({ max: 12 }) });

const run = fc.record({
  plans: fc.array(plan, { maxLength: 40 }),
  workers: fc.integer({ min: 1, max: 9 }),
  ordered: fc.boolean(),
  onError: fc.constantFrom<Exclude<OnError, "abort">>("throw", "return", "skip"),
  isAsyncSource: fc.boolean(),
  isStream: fc.boolean(),
  readerTurns: fc.nat({ max: 6 }),
});

type Run = typeof run extends fc.Arbitrary<infer Value> ? Value : never;

Deno.test("opmap() gives n outcomes for n items, whatever finishes when", async () => {
  await fc.assert(fc.asyncProperty(run, check), { numRuns: runs(600, 50) });
});

async function check(run: Run): Promise<void> {
  const runsByIndex = run.plans.map(() => 0);
  let running = 0;
  let peak = 0;
  const map = opmap(async (index: number) => {
    runsByIndex[index]!++;
    peak = Math.max(peak, ++running);
    for (let turn = run.plans[index]!.turns; turn > 0; turn--) await undefined;
    running--;
    if (run.plans[index]!.isFailing) throw new Error("planned");
    return index;
  }, { retries: 0, progress: false, workers: run.workers, ordered: run.ordered, onError: run.onError });

  const indexes = run.plans.keys().toArray();
  const items = run.isAsyncSource ? inTurns(indexes) : indexes;
  const actual = await outcomeOf(() => run.isStream ? read(map.stream(items), run.readerTurns) : map(items));

  const expected = expectedOutcome(run);
  assertEquals(sorted(run, actual.results), sorted(run, expected.results));
  assertEquals(actual.failed, expected.failed);
  assertEquals(runsByIndex, run.plans.map(() => 1));
  assertEquals(running, 0);
  assert(peak <= run.workers, `${peak} items ran at once`);
}

/** What an obvious implementation would come to. */
function expectedOutcome({ plans, onError, isStream }: Run): Outcome {
  const failed = plans.flatMap(({ isFailing }, index) => isFailing ? [index] : []);
  const results = plans.map(({ isFailing }, index) => {
    if (!isFailing) return index;
    return onError === "return" ? "AllFailedError" : onError === "throw" && !isStream ? undefined : "left out";
  });
  return { results: results.filter((result) => result !== "left out"), failed: onError === "throw" ? failed : [] };
}

async function outcomeOf(start: () => Promise<unknown[]>): Promise<Outcome> {
  const name = (result: unknown) => result instanceof Error ? result.name : result;
  try {
    return { results: (await start()).map(name), failed: [] };
  } catch (error) {
    if (!(error instanceof MapError)) throw error;
    const gathered = (error as MapError & { gathered?: unknown[] }).gathered;
    return { results: gathered ?? error.results, failed: error.errors.map(({ index }) => index) };
  }
}

async function read(stream: AsyncIterable<unknown>, turns: number): Promise<unknown[]> {
  const gathered: unknown[] = [];
  try {
    for await (const result of stream) {
      gathered.push(result);
      for (let turn = turns; turn > 0; turn--) await undefined;
    }
  } catch (error) {
    throw Object.assign(error as Error, { gathered });
  }
  return gathered;
}

async function* inTurns(items: readonly number[]): AsyncGenerator<number> {
  for (const item of items) {
    if (item % 3 === 0) await undefined;
    yield item;
  }
}

function sorted({ ordered }: Run, results: readonly unknown[]): readonly unknown[] {
  return ordered ? results : results.map(String).toSorted();
}
