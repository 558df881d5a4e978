/** How much of a kind there was. */
export interface SoakCount {
  /** How many were begun. */
  begun: number;
  /** How many have their outcome. */
  done: number;
}

/** What all parts of a soak count together. */
export interface SoakTally {
  /** Calls of functions. */
  readonly calls: SoakCount;
  /** Items of maps. */
  readonly items: SoakCount;
  /** Outcomes that are not what they have to be, a line each. */
  readonly wrong: string[];
  /** Faults that were brought about. */
  faults: number;
}

/** How fast a soak goes. */
export interface SoakRates {
  /** Calls that begin in a second. */
  readonly callsPerSecond: number;
  /** Items that begin in a second. */
  readonly itemsPerSecond: number;
}

/** Work that can go on for hours. */
export interface SoakPart {
  /** Does some of it, for about a second. */
  round(): Promise<void>;
  /** Closes what it opened. */
  close(): Promise<void>;
}

/** Opens the work of a part. */
export type OpenSoakPart = (tally: SoakTally, rates: SoakRates) => Promise<SoakPart>;
