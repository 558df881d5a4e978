import { isPromise } from "../../call/maybe_promise.ts";
import type { Clock } from "../../time/clock.ts";
import { changedRows } from "../../runtime/sqlite.ts";
import { Slices } from "../../time/slices.ts";
import { BatchRows } from "./batch_rows.ts";
import type { SqliteStatements } from "./sqlite_statements.ts";

/** Less than every number of a scope, every hash, and every number of a row. */
const BEFORE_ALL = -1;

/** After so many writes at most some rows are looked at. */
const MAX_WRITES_BETWEEN = 256;

/** How many rows a sweep looks at: several times as many as were written, so that no expired one stays for long. */
const ROWS_A_SWEEP = 2_048;

/** Runs statements, and again where another process was in the way. */
export type SqliteRunner = <R>(use: (statements: SqliteStatements) => R) => R | Promise<R>;

/**
 * Removes in the background, slice by slice, what is of no use: dead rows, those that were stored first where there are too
 * many, and those of earlier versions.
 */
export class SqliteSweeper {
  readonly #run: SqliteRunner;
  readonly #maxEntries: number;
  readonly #clock: Clock;
  readonly #rows: BatchRows;
  readonly #writesBetween: number;
  readonly #writesBetweenCounts: number;
  #writesUntilSweep = 0;
  #writesUntilCount = 0;
  #isSweeping = false;
  #isStopped = false;
  #cursor = BEFORE_ALL;
  #hasOld = true;

  /** Sweeps by `run`, down to `maxEntries`, or `Infinity`. */
  constructor(run: SqliteRunner, maxEntries: number, clock: Clock) {
    this.#run = run;
    this.#maxEntries = maxEntries;
    this.#clock = clock;
    this.#rows = new BatchRows(clock);
    // To count is to go through all rows, so it waits until there may be a tenth too many.
    this.#writesBetweenCounts = Math.max(1, Math.floor(maxEntries / 10));
    this.#writesBetween = Math.min(MAX_WRITES_BETWEEN, this.#writesBetweenCounts);
  }

  /** Is notified of every entry. */
  onWritten(): void {
    this.#writesUntilCount--;
    if (--this.#writesUntilSweep <= 0 && !this.#isSweeping) this.#begin();
  }

  #begin(): void {
    if (this.#isStopped) return;
    this.#writesUntilSweep = this.#writesBetween;
    // From here, as what is written while it sweeps may not be counted.
    const isToCount = this.#maxEntries < Infinity && this.#writesUntilCount <= 0;
    if (isToCount) this.#writesUntilCount = this.#writesBetweenCounts;
    this.#isSweeping = true;
    // What could not be removed will be found again.
    const sweeping = driven(this.#sweep(new Slices(this.#clock, false), isToCount));
    const end = () => {
      this.#isSweeping = false;
      if (this.#writesUntilSweep <= 0) this.#begin();
    };
    if (sweeping === undefined) end();
    else sweeping.then(end, end);
  }

  /** Ends at the next slice. */
  stop(): void {
    this.#isStopped = true;
  }

  /** A few rows are done at once; where there are more, or another process is in the way, it continues in later turns. */
  *#sweep(slices: Slices, isToCount: boolean): Steps {
    if (this.#hasOld) yield* this.#removeOld(slices);
    for (let looked = 0; looked < ROWS_A_SWEEP && !this.#isStopped;) {
      const slice = (yield this.#timed(({ look }) => look.get(this.#cursor, this.#rows.count))) as Slice;
      const last = slice.last ?? undefined;
      if (last !== undefined) yield this.#timed(({ purge }) => purge.run(this.#cursor, last, this.#clock.wallNow()));
      this.#cursor = last ?? BEFORE_ALL;
      if (last === undefined) break;
      looked += Number(slice.rows);
      yield slices.step();
    }
    if (isToCount) yield* this.#evict(slices);
  }

  *#evict(slices: Slices): Steps {
    let excess = -this.#maxEntries;
    for (let from: Counted = { scope: BEFORE_ALL, last: BEFORE_ALL, rows: 0 }; !this.#isStopped;) {
      const { scope, last } = from;
      const counted = (yield this.#timed(({ count }) => count.get(scope, last, this.#rows.count))) as
        | Counted
        | undefined;
      if (counted === undefined || counted === null || counted.last === null) break;
      from = { ...counted, scope: Number(counted.scope), last: Number(counted.last) };
      excess += Number(counted.rows);
      yield slices.step();
    }
    while (excess > 0 && !this.#isStopped) {
      const rows = Math.min(excess, this.#rows.count);
      yield this.#timed(({ evict }) => evict.run(rows));
      excess -= rows;
      yield slices.step();
    }
  }

  *#removeOld(slices: Slices): Steps {
    const removeSome = () =>
      this.#timed(({ purgeOld }) =>
        purgeOld.reduce((rows, purge) => rows + changedRows(purge.run(this.#rows.count)), 0)
      );
    while (!this.#isStopped && (yield removeSome()) !== 0) yield slices.turn();
    this.#hasOld = false;
  }

  #timed<R>(use: (statements: SqliteStatements) => R): R | Promise<R> {
    return this.#rows.timed(() => this.#run(use));
  }
}

/** Rows that were looked at. */
interface Slice {
  readonly last: number | null | undefined;
  readonly rows: unknown;
}

/** Rows that were counted, in the order of the keys. */
interface Counted {
  readonly scope: number;
  readonly last: number | null;
  readonly rows: unknown;
}

/** Work in steps, some of which have to be waited for; each gets the result of the one before. */
type Steps<R = void> = Generator<unknown, R, unknown>;

/** Takes all steps, at once as long as none has to be waited for; `undefined` where all were synchronous, or one failed. */
function driven(steps: Steps): Promise<void> | undefined {
  let came: unknown;
  try {
    for (;;) {
      const step = steps.next(came);
      if (step.done) return undefined;
      if (isPromise(step.value)) return continueLater(steps, step.value);
      came = step.value;
    }
  } catch {
    return undefined;
  }
}

async function continueLater(steps: Steps, first: Promise<unknown>): Promise<void> {
  for (let step: IteratorResult<unknown> = { done: false, value: first }; !step.done;) {
    step = steps.next(await step.value);
  }
}
