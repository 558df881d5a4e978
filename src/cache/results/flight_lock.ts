import type { MaybePromise } from "../../call/maybe_promise.ts";

/** What a flight has of the lock of its key, or waits for. */
export interface FlightLock {
  /** Gives the lock back, or stops waiting for it. What is done twice is done once. */
  release(): void;
  /** Lets `write` keep a result, given the token of the lock, if that is held still; returns whether it did. */
  write(write: (token: string) => MaybePromise<boolean>): MaybePromise<boolean>;
}
