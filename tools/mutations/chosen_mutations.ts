/** A change that was once noticed by no test, or is of the kind that easily is not. */
export interface ChosenMutation {
  /** The file, from the project's root. */
  readonly file: string;
  /** What stands there, exactly once in the file. */
  readonly from: string;
  /** What stands there after the change. */
  readonly to: string;
  /** What the change does to the behaviour. */
  readonly kind: string;
}

/** The changes that every version of the tests has to notice. */
export const CHOSEN_MUTATIONS: readonly ChosenMutation[] = [];
