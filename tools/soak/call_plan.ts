/** Calls that are under way at one time in a round. */
export const AT_ONCE = 50;
/** So many calls are made in a round. */
export const CALLS_A_ROUND = 300;
/** How long an entry is fresh, in seconds. */
export const FRESH_SECONDS = 20;
/** How long it serves after that, in seconds. */
export const STALE_SECONDS = 5;

/** After so many calls an argument comes again; at a pace it finds an entry that is fresh three times, then stale. */
const MAX_ARGUMENTS = 20_000;
const SECONDS_TO_SAME_ARGUMENT = 7;

/** How many arguments there are at this pace. */
export function argumentCount(callsPerSecond: number): number {
  return Math.min(MAX_ARGUMENTS, Math.ceil(SECONDS_TO_SAME_ARGUMENT * callsPerSecond));
}

/** Whether the caller cancels its call of `id`. */
export function isCancelled(id: number): boolean {
  return id % 40 === 0;
}

/** What the function answers to `id`. */
export function answerTo(id: number): { id: number; text: string } {
  return { id, text: "x".repeat(id % 500) };
}

/** What the function does in its run number `run`: some take their time, and a few of those fail. */
export async function workOf(run: number): Promise<void> {
  if (run % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  if (run % 50 === 0) throw new Error("busy");
}
