/** What is measured in: times come from the clock, all else from what a run returns. */
export type Unit = "ns" | "µs" | "ms" | "s" | "B" | "MB" | "%" | "/s" | "threads" | "runs";

/** One of those that are compared. */
export interface Contender {
  readonly name: string;
  /** Does the work of the row once. Where the row is `isReported`, it returns the figure. */
  readonly run: () => unknown;
  /** Runs before each run and is not timed. */
  readonly before?: (() => unknown) | undefined;
}

/** Contenders that do the same work, ours first. */
export interface Row {
  /** What is done, unique among all rows. */
  readonly name: string;
  readonly unit: Unit;
  /** How many calls or items one run makes: the figure is that of one of them. By default 1. */
  readonly perRun?: number;
  /** Whether a run returns its figure, in place of being timed. */
  readonly isReported?: boolean;
  /** Rounds that do not count, and rounds that do. */
  readonly warmUps: number;
  readonly rounds: number;
  /** Runs of a contender in a round, of which the median counts. The first one more is not timed. By default 1. */
  readonly runsInRound?: number;
  readonly contenders: readonly [Contender, ...Contender[]];
}

/** A contender of a row of single calls. */
export interface Caller {
  readonly name: string;
  /** Makes one call. `turn` goes up by one, so that no two calls in a row are alike. */
  readonly call: (turn: number) => unknown;
}

/** A call takes some tens of nanoseconds and a reading of the clock takes more, so many calls make one run. */
const CALLS_IN_A_RUN = 1_000;

/**
 * A row of calls that are awaited one after another.
 *
 * @param name What is done.
 * @param callers Who makes the calls, ours first.
 * @param calls How many calls make a run: fewer where one takes long.
 * @returns The row.
 */
export function callRow(name: string, callers: readonly [Caller, ...Caller[]], calls: number = CALLS_IN_A_RUN): Row {
  const [ours, ...peers] = callers;
  const contender = ({ name, call }: Caller): Contender => ({ name, run: () => callInARow(call, calls) });
  const contenders: Row["contenders"] = [contender(ours), ...peers.map(contender)];
  return { name, unit: "ns", perRun: calls, warmUps: 8, rounds: 40, runsInRound: 7, contenders };
}

async function callInARow(call: Caller["call"], calls: number): Promise<void> {
  for (let turn = 0; turn < calls; turn++) await call(turn);
}

/**
 * Reads all of an iterable.
 *
 * @param results What to read.
 */
export async function readAll(results: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of results);
}
