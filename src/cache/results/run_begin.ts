/** When a run began. */
export interface RunBegin {
  /** On the monotonic clock, in milliseconds. */
  readonly startedMs: number;
  /** As `ResultStore.mark()` counts. */
  readonly mark: number;
}
