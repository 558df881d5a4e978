/** A failed attempt counts as one that took at least this long, as one that fails at once is of no use. */
const FAILED_MS = 10_000;

/** Added to each latency, so that attempts in flight count where all are quick. */
const FLOOR_MS = 1;

/**
 * How long attempts take, as an exponentially weighted moving average over time: a sample `t` after the one before weighs
 * `1 - e^(-t/τ)`, and while there is none the average that others are compared with decays by `e^(-t/τ)`, so that what
 * was slow once is tried again. After the load metric of Finagle's `PeakEwma`, without its peaks: latencies of an API vary
 * so much that one slow answer would keep the best value out of use.
 */
export class Latency {
  readonly #tauMs: number;
  #averageMs = 0;
  #sampledMs = -Infinity;

  /** No sample yet; `tauMs` is how long a sample counts. */
  constructor(tauMs: number) {
    this.#tauMs = tauMs;
  }

  /** Adds an attempt that took `tookMs` and ended at `nowMs`. */
  add(tookMs: number, nowMs: number): void {
    const weight = 1 - this.#decay(nowMs);
    this.#averageMs += weight * (tookMs - this.#averageMs);
    this.#sampledMs = nowMs;
  }

  /** Adds an attempt that failed. */
  addFailure(tookMs: number, nowMs: number): void {
    this.add(Math.max(tookMs, FAILED_MS), nowMs);
  }

  /**
   * How much there is to expect for one attempt more, with `inFlight` under way. Where nothing is known one is let through
   * to learn it, and no other before that has ended.
   */
  load(inFlight: number, nowMs: number): number {
    if (this.#sampledMs === -Infinity) return inFlight === 0 ? 0 : Number.MAX_VALUE;
    return (this.#averageMs * this.#decay(nowMs) + FLOOR_MS) * (inFlight + 1);
  }

  #decay(nowMs: number): number {
    const sinceMs = nowMs - this.#sampledMs;
    return sinceMs > 0 ? Math.exp(-sinceMs / this.#tauMs) : 1;
  }
}
