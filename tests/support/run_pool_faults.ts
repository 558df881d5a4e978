/**
 * Sends every fault through both pool modes on whatever runtime this is, and prints a line of JSON for
 * each mode with what is wrong. It ends by itself, or a worker stayed behind.
 */
import { type Duration, type MapMode, opmap } from "@opero/core";
import { type Fault, FAULT_ERRORS, FAULTS, faultyItem, runFaulty } from "./faulty_item.ts";

interface Storm {
  readonly faults: readonly Fault[];
  readonly timeout: Duration;
}

/** Bun ignores memory limits, so that an overflow there ends the process. */
const hasMemoryLimits = !("Bun" in globalThis);

const HEAP_FAULTS = FAULTS.filter((fault) => fault.startsWith("heap"));
const OTHER_FAULTS = FAULTS.filter((fault) => !fault.startsWith("heap") && fault !== "loop later");

/**
 * Overflowing a heap takes longer than finding out about a loop should. A loop after an `await` cannot be told
 * from what waits behind it in the same worker, so it shares none with items that wait, too.
 */
const STORMS: readonly Storm[] = [
  { faults: OTHER_FAULTS, timeout: "500ms" },
  { faults: ["loop later"], timeout: "250ms" },
  { faults: hasMemoryLimits ? HEAP_FAULTS : [], timeout: "30s" },
];

for (const mode of ["process", "async_process"] as const) {
  const wrong: string[] = [];
  for (const storm of STORMS) wrong.push(...await findWrong(mode, storm));
  console.log(JSON.stringify({ mode, wrong }));
}

/** Every fault once, each between items without one; answers a line per outcome that is not the expected one. */
async function findWrong(mode: MapMode, { faults, timeout }: Storm): Promise<string[]> {
  const faultOf = (id: number) => id % 3 === 1 ? faults[(id - 1) / 3] : undefined;
  const items = Array.from({ length: 3 * faults.length }, (_, id) => faultyItem(id, faultOf(id)));
  const shared = mode === "async_process" ? { workerConcurrency: 4 } : {};
  const limits = { ...shared, workers: 2, memoryLimit: 32, timeout };
  const map = opmap(runFaulty, { mode, ...limits, retries: 0, progress: false });
  const results = await map(items, { onError: "return" });
  const found = items.map((_, id) => outcomeOf(results[id]));
  return found.flatMap((outcome, id) => {
    const fault = faultOf(id);
    const expected = fault === undefined ? id * 2 : String(FAULT_ERRORS[fault]);
    return outcome === expected ? [] : [`${id} (${fault}): ${outcome} in place of ${expected}`];
  });
}

function outcomeOf(result: unknown): unknown {
  if (!(result instanceof Error)) return result;
  const error = result.name === "AllFailedError" ? result.cause as Error | undefined : result;
  return String(error?.name);
}
