import type { WireItem } from "../wire/items_frame.ts";

/** An attempt that runs on this worker. */
export interface TaskRun {
  /** Its outcome. */
  readonly promise: Promise<unknown>;
  /** The id of its call, once it has one. */
  readonly correlationId: string | undefined;
  /** Asks it to stop. */
  abort(reason: unknown): void;
}

/** Runs attempts on this worker. */
export interface TaskRunner {
  /** How many it accepts before a further one would only wait. */
  readonly capacity: number;
  /**
   * Begins an attempt.
   *
   * @param item What is known of it.
   * @param args The arguments of the function.
   * @returns The attempt.
   */
  run(item: WireItem, args: readonly unknown[]): TaskRun;
  /** Ends what still runs. */
  close(): Promise<void>;
}
