/** A change that no test can notice, since what is seen from outside stays the same. */
export interface EqualMutation {
  /** The file, from the project's root. */
  readonly file: string;
  /** The line as it stands in the file, without the white space around it. */
  readonly line: string;
  /** The kind of change, as the report names it. */
  readonly kind: string;
  /** Why nobody can tell the difference. */
  readonly reason: string;
}

/** What was looked at and found equal in behaviour, with the reason. */
export const EQUAL_MUTATIONS: readonly EqualMutation[] = [];
