import { Worker } from "node:worker_threads";
import { createOpero } from "@opero/core";
import { type Fault, FAULT_ERRORS, faultyItem, runFaulty } from "../../tests/support/faulty_item.ts";
import { STORM_FAULTS } from "../../tests/support/fault_storm.ts";
import type { SoakPart, SoakTally } from "./soak_part.ts";

const ITEMS_A_ROUND = 200;
const FAULT_EVERY = 50;
/** Filling a heap takes seconds of a whole core, so that little else would be tried. */
const FAULTS = STORM_FAULTS.filter((fault) => !fault.startsWith("heap"));

/** Maps on a pool in which one item in fifty goes wrong. */
export function poolPart(tally: SoakTally): Promise<SoakPart> {
  const instance = createOpero();
  const options = { workers: 2, retries: 0, timeout: "500ms", onError: "return", progress: false } as const;
  const maps = (["process", "async_process"] as const).map((mode) => instance.opmap(runFaulty, { ...options, mode }));
  let next = 0;
  const faultOf = (id: number): Fault | undefined =>
    id % FAULT_EVERY === 0 ? FAULTS[(id / FAULT_EVERY) % FAULTS.length] : undefined;
  return Promise.resolve({
    async round() {
      const map = maps[(next / ITEMS_A_ROUND) % maps.length]!;
      const ids = Array.from({ length: ITEMS_A_ROUND }, () => next++);
      const results = await map(ids.map((id) => faultyItem(id, faultOf(id))));
      for (const [i, result] of results.entries()) {
        const fault = faultOf(ids[i]!);
        if (fault !== undefined) tally.faults++;
        const found = result instanceof Error ? nameOfCause(result) : result;
        const expected = fault === undefined ? ids[i]! * 2 : FAULT_ERRORS[fault];
        if (found !== expected) tally.wrong.push(`item ${ids[i]} (${fault}) came to ${found} in place of ${expected}`);
        tally.done++;
      }
    },
    close: () => instance.close(),
  });
}

function nameOfCause(error: Error): string | undefined {
  const cause = error.cause as Error | undefined;
  return cause?.name;
}

/** Bare worker threads that are started and ended as often as faults in the pool do so. */
export function barePart(tally: SoakTally): Promise<SoakPart> {
  return Promise.resolve({
    async round() {
      for (let started = 0; started < 4; started++) {
        const worker = new Worker("require('node:worker_threads').parentPort.on('message', () => {})", { eval: true });
        await new Promise((resolve) => worker.once("online", resolve));
        await worker.terminate();
        tally.faults++;
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    },
    close: () => Promise.resolve(),
  });
}
