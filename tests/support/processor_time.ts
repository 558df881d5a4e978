import process from "node:process";

/**
 * How long the processor worked on `act`, in milliseconds: other than the time that passes, it does not grow where other
 * programs keep the machine busy.
 */
export function processorMs(act: () => unknown): number {
  const before = process.cpuUsage();
  act();
  return msSince(before);
}

/** The same of an `act` that waits. */
export async function processorMsOfAsync(act: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await act();
  return msSince(before);
}

function msSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
