import { assertEquals } from "@std/assert";
import { runFaultStorm, STORM_FAULTS } from "../../support/fault_storm.ts";
import { isNightly } from "../../support/runs.ts";

/** Overflowing a heap takes longer than finding out about a loop should. */
const HEAP_FAULTS = STORM_FAULTS.filter((fault) => fault.startsWith("heap"));
const OTHER_FAULTS = STORM_FAULTS.filter((fault) => !fault.startsWith("heap"));

/**
 * Each fault hits a twentieth of the items, at night 100 of them. With 500 of them the storm did not end in 25 minutes: a
 * worker that dies is started anew, and each loop and each item that hangs takes its 250 ms.
 */
const COUNT = isNightly ? 2_000 : 120;

/** At night each way to overflow a heap comes 20 times: one may take seconds. */
const HEAP_COUNT = isNightly ? 400 : 60;

for (const workerConcurrency of [1, 8]) {
  Deno.test(`a pool with ${workerConcurrency} items a worker accounts for each item once, whatever goes wrong`, async () => {
    const storm = { count: COUNT, faults: OTHER_FAULTS, share: 0.05, workerConcurrency, timeoutMs: 250 };
    assertEquals(await runFaultStorm(storm), []);
  });

  Deno.test(`a pool with ${workerConcurrency} items a worker loses one worker to each overflow of the heap`, async () => {
    const storm = { count: HEAP_COUNT, faults: HEAP_FAULTS, share: 0.05, workerConcurrency, timeoutMs: 60_000 };
    assertEquals(await runFaultStorm(storm), []);
  });
}
