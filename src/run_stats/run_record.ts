/** How one item ended, as it is counted for a report: from a run that continues, or from a line of its journal. */
export interface RunRecord {
  /** Its place among the items, from 0, where that is known. */
  readonly index?: number | undefined;
  /** Its key in the journal. */
  readonly key?: string | undefined;
  /** When it ended, in milliseconds since 1970. */
  readonly endedMs: number;
  /** How long it took, in milliseconds, from its begin to its end. */
  readonly durationMs: number;
  /** How much of that it waited for limits and between attempts, in milliseconds. */
  readonly waitedMs?: number | undefined;
  /** How many times the function ran for it. */
  readonly attempts: number;
  /** Whether its value came from the journal of an earlier run. */
  readonly isFromJournal?: boolean | undefined;
  /** What failed it; `undefined` where it succeeded. */
  readonly failure?: RunFailure | undefined;
  /** The machine that it ran on, where there are several. */
  readonly worker?: string | undefined;
  /** What it cost, by the name of the cost. */
  readonly costs?: Readonly<Record<string, number>> | undefined;
  /** The item: no text in it is shown in the message of its error. */
  readonly item?: unknown;
}

/** What failed an item. */
export interface RunFailure {
  /** The kind of the error, with its HTTP status or code, such as `HttpError (503)`. */
  readonly label: string;
  /** What the error says. */
  readonly message: string;
}
