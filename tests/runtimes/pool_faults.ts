import assert from "node:assert/strict";
import { FAULTS } from "../support/faulty_item.ts";
import { runFaultStorm } from "../support/fault_storm.ts";

/*
 * The pool under faults, on any runtime: `node tests/runtimes/pool_faults.ts`. It ends by itself, or
 * a worker stayed behind.
 */

/** Bun ignores memory limits, so that an overflow there ends the process. */
const hasMemoryLimits = !("Bun" in globalThis);

for (const workerConcurrency of [1, 8]) {
  for (const fault of FAULTS) {
    const isHeap = fault.startsWith("heap");
    if (isHeap && !hasMemoryLimits) continue;
    const timeoutMs = isHeap ? 60_000 : 250;
    const wrong = await runFaultStorm({ count: 40, faults: [fault], share: 0.1, workerConcurrency, timeoutMs });
    assert.deepEqual(wrong, [], `${fault}, ${workerConcurrency} items a worker`);
    console.log(`ok ${fault}, ${workerConcurrency} items a worker`);
  }
}
