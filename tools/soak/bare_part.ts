import process from "node:process";
import { SHARE_ENV, type WorkerOptions } from "node:worker_threads";
import { Pace } from "./pace.ts";
import type { SoakPart, SoakRates, SoakTally } from "./soak_part.ts";

/** What a pool starts its workers with. */
const OPTIONS: WorkerOptions = { eval: true, env: SHARE_ENV, resourceLimits: { maxOldGenerationSizeMb: 2_048 } };
/** The ways in which workers end: by whoever started them, by themselves. Bare loops would go on for ever, on Deno. */
const ENDS = ["", "process.exit(3)"];

/** Bare worker threads that are started and ended in the ways of the faults, and nothing of this library. */
export function barePart(tally: SoakTally, { startsPerMinute }: SoakRates): Promise<SoakPart> {
  const pace = new Pace(startsPerMinute / 60);
  return Promise.resolve({
    async round() {
      await pace.turn(1);
      await startAndEnd(ENDS[tally.faults++ % ENDS.length]!);
    },
    close: () => Promise.resolve(),
  });
}

async function startAndEnd(text: string): Promise<void> {
  // Looked up at each start, as the library does it, so that it is counted.
  const { Worker } = process.getBuiltinModule("node:worker_threads");
  const worker = new Worker(
    `const { parentPort } = require("node:worker_threads");
    parentPort.on("message", () => { ${text} });
    parentPort.postMessage("begun");`,
    OPTIONS,
  );
  const ended = new Promise((resolve) => worker.once("exit", resolve));
  await new Promise((resolve) => worker.once("message", resolve));
  worker.postMessage("end");
  if (text === "") await worker.terminate();
  await ended;
}
