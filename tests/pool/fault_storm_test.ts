import { assertEquals } from "@std/assert";
import { runFaultStorm, STORM_FAULTS } from "../support/fault_storm.ts";

const isNightly = Deno.env.get("OPERO_NIGHTLY") === "1";

/** Overflowing a heap takes longer than finding out about a loop should. */
const HEAP_FAULTS = STORM_FAULTS.filter((fault) => fault.startsWith("heap"));
const OTHER_FAULTS = STORM_FAULTS.filter((fault) => !fault.startsWith("heap"));

for (const workerConcurrency of [1, 8]) {
  Deno.test(`a pool with ${workerConcurrency} items a worker accounts for each item once, whatever goes wrong`, async () => {
    const count = isNightly ? 10_000 : 120;
    const storm = { count, faults: OTHER_FAULTS, share: 0.05, workerConcurrency, timeoutMs: 250 };
    assertEquals(await runFaultStorm(storm), []);
  });

  Deno.test(`a pool with ${workerConcurrency} items a worker loses one worker to each overflow of the heap`, async () => {
    const count = isNightly ? 10_000 : 60;
    const storm = { count, faults: HEAP_FAULTS, share: 0.05, workerConcurrency, timeoutMs: 60_000 };
    assertEquals(await runFaultStorm(storm), []);
  });
}
