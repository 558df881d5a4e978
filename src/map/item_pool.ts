import type { Call } from "../call/call.ts";
import type { ShownWorker } from "../progress/seen_workers.ts";
import type { RunCapacity } from "./intake_capacity.ts";

/** Runs the attempts of items somewhere else than on this thread. */
export interface ItemPool {
  /** Whether no further attempt can succeed. */
  readonly isHopeless: boolean;
  /** What the function over many items bears because of it. */
  readonly handles?: object;
  /**
   * To be asked before a run.
   *
   * @throws {ConfigurationError} If no run may begin here.
   */
  requireStart(task: string): void;
  /** Who works, where that is on other machines. */
  readonly workers?: readonly ShownWorker[] | undefined;
  /** Runs one attempt. */
  readonly run: (call: Call) => Promise<unknown>;
  /** How many items may be under way in a run that uses so many of the workers. */
  capacityFor(workers: number): RunCapacity;
  /** Ends what runs. */
  close(): Promise<void>;
}
