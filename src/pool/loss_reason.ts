import type { FatalReason } from "./wire/worker_protocol.ts";

/** Why a worker is lost: it ended silently (`gone`), or gave no sign of life (`silent`), unless it reported a reason. */
export type LossReason = FatalReason | "gone" | "silent";

/**
 * How an item ended its worker, as a message says it after "ended its worker".
 *
 * @param reason Why the worker ended.
 * @param error What it ended with.
 * @returns The text.
 */
export function describeLoss(reason: LossReason, error: unknown): string {
  switch (reason) {
    case "exit":
      return `by an exit with code ${typeof error === "number" ? error : 0}`;
    case "memory":
      return "by more memory than it has";
    case "uncaught":
      return "by an error that nothing caught";
    default:
      return "without an error";
  }
}

/**
 * Whether a worker ended with `cause` as its heap was full.
 *
 * @param cause What the worker ended with.
 * @returns `true` if the heap was full.
 */
export function isOutOfMemory(cause: unknown): boolean {
  return (cause as { code?: unknown } | undefined)?.code === "ERR_WORKER_OUT_OF_MEMORY";
}
