import { LatencyHistogram } from "../telemetry/latency_histogram.ts";

/** After so many attempts at least the histogram begins anew, so that it follows a service that changes. */
const MIN_GENERATION = 200;

/** No attempt is slow before, in milliseconds: timers are no finer. */
const LEAST_MS = 1;

/** Which attempts count as slow. */
export interface QuantileDelaySettings {
  /** The part of the attempts that is quicker, over 0 and below 1. */
  readonly quantile: number;
  /** With fewer attempts nothing is known. */
  readonly minSamples: number;
}

/**
 * The time that all but the slowest attempts take: a quantile of the latest attempts, from a histogram of fixed size. One
 * that was aborted counts with the time that it had taken: it would have taken longer, so to leave it out would make the
 * quantile smaller with each hedge.
 */
export class QuantileDelay {
  readonly #settings: QuantileDelaySettings;
  readonly #generation: number;
  #histogram = new LatencyHistogram();
  #count = 0;
  #delayMs: number | undefined = undefined;

  /** A delay that is not known yet. */
  constructor(settings: QuantileDelaySettings) {
    this.#settings = settings;
    this.#generation = Math.max(MIN_GENERATION, settings.minSamples);
  }

  /** The quantile, in milliseconds; `undefined` before there are enough attempts. */
  get delayMs(): number | undefined {
    return this.#delayMs;
  }

  /** Adds an attempt that took `ms` milliseconds. */
  add(ms: number): void {
    this.#histogram.add(ms);
    this.#count++;
    const { minSamples, quantile } = this.#settings;
    const isFull = this.#count >= this.#generation;
    if (!isFull && this.#count % minSamples !== 0) return;
    this.#delayMs = Math.max(LEAST_MS, this.#histogram.quantile(quantile) * 1_000);
    if (!isFull) return;
    this.#histogram = new LatencyHistogram();
    this.#count = 0;
  }
}
