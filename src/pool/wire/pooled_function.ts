/** How a pool finds its function in a worker. */
export interface PooledFunction {
  /** Its source as an expression. */
  readonly source: string;
  /** Its name, for messages and for the search in a module. */
  readonly name: string;
  /** The module a worker imports to find it; without one the source itself travels. */
  readonly module: string | undefined;
  /** Which one it is among the functions of that module that look the same, from 0. */
  readonly occurrence: number;
}

/** The names in addition to the globals that a function whose source is sent finds. */
export const BOUND_NAMES = ["currentCall", "transfer", "__name"] as const;
