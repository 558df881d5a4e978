import { assertEquals } from "@std/assert";
import { ClusterLab } from "../../support/cluster_lab.ts";
import { isNightly } from "../../support/runs.ts";
import { printSeed } from "../../support/seed.ts";
import { warningsOf } from "../../support/warnings_of.ts";
import { seededRandom } from "../../../src/testing/seeded_random.ts";

const COUNT = isNightly ? 10_000_000 : 50_000;

function* source(): Generator<number> {
  for (let item = 0; item < COUNT; item++) yield item;
}

Deno.test("a stream over a cluster has each item once, in order, over deaths, losses and doubles", async () => {
  const seed = printSeed();
  const random = seededRandom(seed);
  const faults = { away: 0.001, lost: 0.0005, twice: 0.01, deaf: 0.2 };
  await warningsOf(async () => {
    await using lab = new ClusterLab((item) => Promise.resolve(3 * item), { seed, faults, slots: 50 });
    lab.engine.onDeath = () => void lab.start();
    await Promise.all([lab.start(), lab.start(), lab.start()]);
    let isDone = false;
    const trouble = () => {
      if (isDone) return;
      if (random() < 0.2) lab.store.forget();
      else lab.engine.killHolderOf("j[");
      lab.clock.setTimer(10_000 + random() * 60_000, trouble);
    };
    lab.clock.setTimer(1_000, trouble);
    let next = 0;
    const read = async () => {
      for await (const result of lab.map.stream(source())) {
        if (result !== 3 * next) assertEquals(result, 3 * next);
        next++;
      }
    };
    await lab.drive(read(), 50);
    isDone = true;
    assertEquals(next, COUNT);
  });
});
