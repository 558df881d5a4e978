/**
 * How many items of a run may be under way. An object and no closure: code that was compiled for the closure of one run
 * would be thrown away when the next begins.
 */
export interface RunCapacity {
  /** As many by now. */
  readonly now: number;
}

/** What takes items in. */
interface Intake {
  /** How many it takes in by now. */
  readonly capacity: number;
}

/** What an intake has room for, but no more than a run may use. */
export class IntakeCapacity implements RunCapacity {
  readonly #intake: Intake;
  readonly #most: number;

  /** The room of `intake`, `most` at most. */
  constructor(intake: Intake, most: number) {
    this.#intake = intake;
    this.#most = most;
  }

  /** As many by now. */
  get now(): number {
    const { capacity } = this.#intake;
    return capacity < this.#most ? capacity : this.#most;
  }
}
