/** What all parts of a soak count together. */
export interface SoakTally {
  /** Calls and items that have their outcome. */
  done: number;
  /** Outcomes that are not what they have to be, a line each. */
  readonly wrong: string[];
  /** Faults that were brought about. */
  faults: number;
}

/** Work that can go on for hours. */
export interface SoakPart {
  /** Does some of it, for about a second. */
  round(): Promise<void>;
  /** Closes what it opened. */
  close(): Promise<void>;
}
