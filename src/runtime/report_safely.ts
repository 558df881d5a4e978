/**
 * Runs what reports on a call, such as a listener or a logger: it must neither fail the call nor,
 * where it is async, end the process with an unhandled rejection.
 *
 * @param report Calls the listener or the logger.
 */
export function reportSafely(report: () => unknown): void {
  try {
    const answer = report();
    if (answer instanceof Promise) answer.catch(() => {});
  } catch {
    // The call continues as if there were no listener.
  }
}
