import { assert, assertEquals } from "@std/assert";
import { ClusterLab } from "../../support/cluster_lab.ts";
import { isNightly } from "../../support/runs.ts";
import { printSeed } from "../../support/seed.ts";
import { warningsOf } from "../../support/warnings_of.ts";
import { seededRandom } from "../../../src/testing/seeded_random.ts";

const WORKERS = isNightly ? 1_000 : 100;
const COUNT = isNightly ? 10_000_000 : 50_000;

/** Each worker runs so many items at once, each of which takes up to so long, in milliseconds. */
const SLOTS = 4;
const ITEM_MS = 4;

const FAULTS = { away: 0.001, lost: 0.0005, twice: 0.01, deaf: 0.2, lateMs: 30 };

/** So many items come from one trouble to the next, at least and at most. */
const LEAST_QUIET = COUNT / 200;
const MOST_QUIET = COUNT / 20;

function* source(): Generator<number> {
  for (let item = 0; item < COUNT; item++) yield item;
}

Deno.test("a stream over a cluster has each item once, in order, over deaths, losses, delays and doubles", async () => {
  const seed = printSeed();
  const random = seededRandom(seed);
  await warningsOf(async () => {
    const work = async (item: number, { pauses, random }: ClusterLab): Promise<number> => {
      await pauses.pause(ITEM_MS * random());
      return 3 * item;
    };
    await using lab = new ClusterLab(work, { seed, faults: FAULTS, slots: SLOTS });
    lab.engine.onDeath = () => void lab.start();
    await Promise.all(Array.from({ length: WORKERS }, () => lab.start()));
    const startedMs = performance.now();
    let [next, nextTrouble, forgotten] = [0, LEAST_QUIET, 0];
    const trouble = () => {
      nextTrouble = next + LEAST_QUIET + (MOST_QUIET - LEAST_QUIET) * random();
      if (random() < 0.2) lab.store.forget(), forgotten++;
      else lab.engine.killHolderOf("");
    };
    const read = async () => {
      for await (const result of lab.map.stream(source())) {
        if (result !== 3 * next) assertEquals(result, 3 * next);
        next++;
        if (next >= nextTrouble) trouble();
      }
    };
    await lab.drive(read(), 50);
    assertEquals(next, COUNT);
    assert(lab.engine.deaths > 0 && lab.engine.deaths + forgotten >= 15);
    const seconds = Math.round((performance.now() - startedMs) / 1_000);
    const faults = `${lab.engine.deaths} dead workers, ${forgotten} times all frames forgotten`;
    console.log(`${COUNT} items over ${WORKERS} workers in ${seconds} s: ${faults}`);
  });
});
