/** What may be said of a call outside of the process: names, numbers and kinds of errors. */
export type WatchedFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Follows one call, as a span of a trace does. */
export interface CallWatcher {
  /** Runs an attempt; `facts` are asked for once it has begun. */
  runAttempt(run: () => Promise<unknown>, facts: () => WatchedFields): Promise<unknown>;
  /** Something happened in the call. */
  onEvent(name: string, fields: WatchedFields): void;
  /** The call has waited for `ms` milliseconds. */
  onWait(ms: number): void;
}
