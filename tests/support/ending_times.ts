import process from "node:process";
import type { Begin } from "./bare_endings.ts";

/**
 * How long the processor takes until all have ended, in milliseconds: what else runs on the machine does not count. What was
 * left by others is collected before, where `--expose-gc` lets it.
 */
export async function endingMs(begin: Begin, count: number): Promise<number> {
  const collect = (globalThis as { gc?: () => void }).gc ?? (() => {});
  const { calls, end } = await begin(count);
  const settled = Promise.allSettled(calls);
  await new Promise((resolve) => setTimeout(resolve, 1));
  collect();
  const before = process.cpuUsage();
  await end();
  await settled;
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** The medians of how long each of `begins` takes, measured in turn. */
export async function mediansMs(begins: readonly Begin[], count: number, rounds: number): Promise<number[]> {
  const times: number[][] = begins.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, begin] of begins.entries()) times[i]!.push(await endingMs(begin, count));
  }
  return times.map((each) => each.toSorted((a, b) => a - b)[rounds >> 1]!);
}
