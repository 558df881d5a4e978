import { monotonicNow } from "../../time/read_time.ts";
import { isBusy } from "./sqlite_error.ts";

/** How long an operation is tried again while another process is in the way, its wait for those before it included. */
const LIMIT_MS = 5_000;

/** Between two tries, at first and at most: a transaction of another process takes a fraction of the first. */
const MIN_WAIT_MS = 1;
const MAX_WAIT_MS = 20;

/**
 * Tries operations again that met another process in the way, without holding up the event loop. Those that write keep
 * their order, so that of two values for one key the later one stays.
 */
export class BusyQueue {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /**
   * Reads again what has met `error`, which must be another process in its way: it does not queue behind writes.
   *
   * @throws {unknown} `error`, where it is anything else.
   */
  readAgain<R>(error: unknown, read: () => R): Promise<R> {
    if (!isBusy(error)) throw error;
    return retry(read, error, monotonicNow());
  }

  /** Runs what writes, at once or when all before it have written. */
  write<R>(run: () => R): R | Promise<R> {
    if (this.#waiting > 0) {
      const sinceMs = monotonicNow();
      return this.#enqueue(() => runOrRetry(run, sinceMs));
    }
    try {
      return run();
    } catch (error) {
      if (!isBusy(error)) throw error;
      const sinceMs = monotonicNow();
      return this.#enqueue(() => retry(run, error, sinceMs));
    }
  }

  #enqueue<R>(run: () => R | Promise<R>): Promise<R> {
    this.#waiting++;
    const turn = this.#last.then(run).finally(() => this.#waiting--);
    this.#last = turn.catch(() => {});
    return turn;
  }
}

function runOrRetry<R>(run: () => R, sinceMs: number): R | Promise<R> {
  try {
    return run();
  } catch (error) {
    if (!isBusy(error)) throw error;
    return retry(run, error, sinceMs);
  }
}

async function retry<R>(run: () => R, firstError: unknown, sinceMs: number): Promise<R> {
  let error = firstError;
  for (let waitMs = MIN_WAIT_MS; monotonicNow() - sinceMs < LIMIT_MS; waitMs = Math.min(MAX_WAIT_MS, waitMs * 2)) {
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    try {
      return run();
    } catch (thrown) {
      if (!isBusy(thrown)) throw thrown;
      error = thrown;
    }
  }
  throw error;
}
