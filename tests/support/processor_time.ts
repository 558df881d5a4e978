import process from "node:process";

/**
 * How long the processor worked on `act`, in milliseconds: other than the time that passes, it does not grow where other
 * programs keep the machine busy.
 */
export function processorMs(act: () => unknown): number {
  const startMs = processorNowMs();
  act();
  return processorNowMs() - startMs;
}

/** The same of an `act` that waits. */
export async function processorMsOfAsync(act: () => Promise<unknown>): Promise<number> {
  const startMs = processorNowMs();
  await act();
  return processorNowMs() - startMs;
}

/** How long the processor has worked on this process until now, in milliseconds. */
export function processorNowMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
