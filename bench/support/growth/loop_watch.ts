import process from "node:process";

/**
 * How long the event loop was blocked at most while something went on. On a busy machine a process is kept from running,
 * too, so of each pause the time of the processor counts where it is less than that of the clock.
 *
 * @param work What goes on, the part before its first wait included.
 * @returns Milliseconds.
 */
export async function longestBlockMs(work: () => unknown): Promise<number> {
  let longestMs = 0;
  let isOver = false;
  const watch = async () => {
    while (!isOver) {
      const [wallMs, cpuMs] = [performance.now(), processorMs()];
      await new Promise((resolve) => setTimeout(resolve));
      longestMs = Math.max(longestMs, Math.min(performance.now() - wallMs, processorMs() - cpuMs));
    }
  };
  const watching = watch();
  await work();
  await new Promise((resolve) => setTimeout(resolve));
  isOver = true;
  await watching;
  return longestMs;
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
