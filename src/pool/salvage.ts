import type { Job } from "./job.ts";

/** The jobs of a worker that is no more. */
export interface Salvage {
  /** The one whose synchronous part ran; it alone can be what ended the worker. */
  readonly running: Job | undefined;
  /** Whether an item that nobody waits for any more can be what ended the worker. */
  readonly isForgottenOne: boolean;
  /** Those that ran beside it. */
  readonly begun: readonly Job[];
  /** Those that had not begun, or were done without having told their result. */
  readonly waiting: readonly Job[];
}
