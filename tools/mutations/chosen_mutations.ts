/** A change that was once noticed by no test, or is of the kind that easily is not. */
export interface ChosenMutation {
  /** The file, from the project's root. */
  readonly file: string;
  /** What stands there, exactly once in the file. */
  readonly from: string;
  /** What stands there after the change. */
  readonly to: string;
  /** What the change does to the behaviour. */
  readonly kind: string;
}

/** The changes that every version of the tests has to notice. */
export const CHOSEN_MUTATIONS: readonly ChosenMutation[] = [
  {
    file: "src/limiter/gcra.ts",
    from: "    const earliestMs = isLate ? nowMs - catchUpMs : nowMs;",
    to: "    const earliestMs = nowMs;",
    kind: "a late caller catches up nothing",
  },
  {
    file: "src/limiter/rate.ts",
    from: "const SLACK_SHARE = 0.0099;",
    to: "const SLACK_SHARE = 0.0198;",
    kind: "a window goes over by 2 %",
  },
  {
    file: "src/cache/guard/backend_health.ts",
    from: "    if (circuit.failures < MAX_FAILURES) return;",
    to: "    if (circuit.failures < Infinity) return;",
    kind: "a backend that keeps failing is never left alone",
  },
  {
    file: "src/cache/guard/backend_health.ts",
    from: "circuit !== undefined && circuit.failures >= MAX_FAILURES",
    to: "circuit !== undefined && circuit.failures >= Infinity",
    kind: "a backend is asked within its rest",
  },
  {
    file: "src/cache/guard/guarded_cache.ts",
    from: "    if (error instanceof SerializationError) state?.health.recordSuccess(operation);\n    else state",
    to: "    state",
    kind: "a value that cannot be kept counts as a failure of the backend",
  },
  {
    file: "src/cache/results/flight.ts",
    from: "    this.mayStore = false;\n    this.#onAbandoned();",
    to: "    this.#onAbandoned();",
    kind: "a run that nobody waits for any more still stores",
  },
  {
    file: "src/cache/results/freshness.ts",
    from: "expiresAtMs + Math.max(staleMs, staleIfErrorMs)",
    to: "expiresAtMs + staleMs",
    kind: "'cacheStaleIfError' is no part of the lifetime",
  },
  {
    file: "src/cache/memory/memory_store.ts",
    from: "    this.#hand = node.newer;\n    this.#remove(node);",
    to: "    this.#remove(node);",
    kind: "the hand stays where it is",
  },
  {
    file: "src/cache/memory/memory_store.ts",
    from: "      node.wasRead = false;\n      node = ",
    to: "      node = ",
    kind: "the mark of a read is never cleared",
  },
  {
    file: "src/pool/pool_share.ts",
    from: "      job.ranMs = undefined;\n",
    to: "",
    kind: "an item that runs again keeps the time it ran before",
  },
  {
    file: "src/pool/pool_share.ts",
    from: "const MAX_FAILED_STARTS = 3;",
    to: "const MAX_FAILED_STARTS = 4;",
    kind: "one more worker has to fail to start",
  },
  {
    file: "src/pool/pool_share.ts",
    from: "    this.feed.runAgain(movable);",
    to: "    this.feed.runAgain(jobs);",
    kind: "items whose buffers were moved run again",
  },
  {
    file: "src/pool/job.ts",
    from: "  succeed(value: unknown): void {\n    if (this.isSettled) return;\n",
    to: "  succeed(value: unknown): void {\n",
    kind: "a job succeeds twice",
  },
];
