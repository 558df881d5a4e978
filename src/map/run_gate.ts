import type { RunCapacity } from "./intake_capacity.ts";

/** The capacity of a run that can be held up: until what it needs is open, and where its user pauses it. */
export class RunGate implements RunCapacity {
  #capacity: RunCapacity;
  #isOpen: boolean;
  /** Whether its user has paused it. */
  isPaused = false;

  /** The gate of a run with `capacity`, which is closed first unless `isOpen`. */
  constructor(capacity: RunCapacity, isOpen: boolean) {
    this.#capacity = capacity;
    this.#isOpen = isOpen;
  }

  /** As many by now. */
  get now(): number {
    return this.#isOpen && !this.isPaused ? this.#capacity.now : 0;
  }

  /** What has to be there before there is room for any, where it is not there yet. */
  get loading(): Promise<unknown> | undefined {
    return this.#capacity.loading;
  }

  /** Lets items begin. */
  open(): void {
    this.#isOpen = true;
  }

  /** Gives the run another capacity; what runs continues. */
  use(capacity: RunCapacity): void {
    this.#capacity = capacity;
  }
}
