import { WorkerError } from "../../errors/worker_error.ts";
import type { WireResult } from "../wire/results_frame.ts";
import { writeFailure } from "./write_outcome.ts";

/**
 * The failure of an item with which one worker after another was lost, the last with nothing else in hand.
 *
 * @param ref What its caller calls the attempt.
 * @param functionName The name of the function.
 * @param crashes How many were lost.
 * @returns The result.
 */
export function crashFailure(ref: number, functionName: string, crashes: number): WireResult {
  const name = JSON.stringify(functionName);
  const message = `An item of ${name} was lost with ${crashes} workers and is not run again, the last of which had ` +
    "nothing else to do";
  return writeFailure(ref, new WorkerError(message, { crashes }));
}
