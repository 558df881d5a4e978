import type { EndSignal } from "../runtime/host_process.ts";

/** What the process of a command ends with, but for signals. */
export const EXIT_CODES = {
  /** All is done. */
  ok: 0,
  /** It could not begin, or not go to its end. */
  error: 255,
  /** Who read its output has gone: as a process ends by SIGPIPE. */
  brokenPipe: 141,
} as const;

/** What a process ends with that a signal has ended, as a shell says it. */
export const SIGNAL_CODES: Readonly<Record<EndSignal, number>> = { SIGINT: 130, SIGTERM: 143 };

const MAX_COUNTED = 100;

/**
 * The exit code for items without success, as GNU parallel has it: up to 100 their number, 101 for more.
 *
 * @param missing How many items have no success.
 * @returns The code.
 */
export function exitCodeFor(missing: number): number {
  return Math.min(missing, MAX_COUNTED + 1);
}
