/**
 * How many items of a run may be under way. An object and no closure: code that was compiled for the closure of one run
 * would be deoptimised when the next begins.
 */
export interface RunCapacity {
  /** As many by now. */
  readonly now: number;
  /** What has to be there before there is room for any, where it is not there yet. */
  readonly loading?: Promise<unknown> | undefined;
}

/** What takes items in. */
interface Intake {
  /** How many it accepts by now. */
  readonly capacity: number;
}

/** What an intake has room for, but no more than a run may use. */
export class IntakeCapacity implements RunCapacity {
  readonly #intake: Intake;
  readonly #most: number;
  /** What `intake` takes nothing in before. */
  readonly loading: Promise<unknown> | undefined;

  /** The room of `intake`, `most` at most, once `loading` is done. */
  constructor(intake: Intake, most: number, loading?: Promise<unknown>) {
    this.loading = loading;
    this.#intake = intake;
    this.#most = most;
  }

  /** As many by now. */
  get now(): number {
    const { capacity } = this.#intake;
    return capacity < this.#most ? capacity : this.#most;
  }
}
