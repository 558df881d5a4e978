import { type ConcurrencyLimit, LEAST_USE, type LimitBounds, withinBounds } from "./concurrency_limit.ts";
import { MovingAverage } from "./moving_average.ts";

/** Where it starts. All of these are those of `Gradient2Limit` in Netflix's concurrency-limits. */
const FIRST_LIMIT = 20;
/** How many may queue at the service while it answers as quickly as ever: so much the limit grows. */
const QUEUE_SIZE = 4;
/** How much of the limit that was found is taken over at once. */
const SMOOTHING = 0.2;
/** One window never cuts more than half: it may be an outlier. */
const LEAST_GRADIENT = 0.5;
/** How many windows the long average is about, and how many make its first value. */
const LONG_WINDOW = 600;
const WARM_UP = 10;
/** The long average is cut where it is so many times the short one: the service has recovered. */
const RECOVERED = 2;
const RECOVERY_CUT = 0.9;
/** How long a window lasts, and how many samples it has at least. */
const WINDOW_MS = 1_000;
const WINDOW_SAMPLES = 10;

/**
 * The limit follows the latency: where attempts take longer than in the long run, they queue at the service.
 *
 * ```text
 * gradient = max(0.5, min(1, longRtt / shortRtt))        0.5 where anything was dropped
 * newLimit = gradient × limit + 4                        without the 4 where anything was dropped
 * limit    = 0.8 × limit + 0.2 × newLimit, within min and max
 * ```
 *
 * This is `Gradient2Limit` of Netflix's concurrency-limits ("Performance Under Load", Netflix Technology Blog, 2018), in
 * windows as by its `WindowedLimit`. `shortRtt` is the average of a window, `longRtt` an exponential average over 600
 * windows, which loses a tenth where it is more than twice `shortRtt`. With less than half of the limit in flight
 * nothing changes. What is dropped has a latency that says nothing, and is left out of both; the original does not look at
 * drops. A window lasts about a second of work, which is estimated by Little's law: `Σ rtt / inFlight`.
 */
export class Gradient2Limit implements ConcurrencyLimit {
  readonly #bounds: LimitBounds;
  readonly #longRtt: MovingAverage = new MovingAverage(LONG_WINDOW, WARM_UP);
  #exact: number;
  #samples = 0;
  #succeeded = 0;
  #rttSumMs = 0;
  #elapsedMs = 0;
  #mostInFlight = 0;

  /** Starts at 20, within the bounds. */
  constructor(bounds: LimitBounds) {
    this.#bounds = bounds;
    this.#exact = withinBounds(FIRST_LIMIT, bounds);
  }

  /** The limit that is in force. */
  get limit(): number {
    return Math.floor(this.#exact);
  }

  /** Learns from one that has ended. */
  sample(rttMs: number, inFlight: number, didDrop: boolean): number {
    this.#samples++;
    this.#elapsedMs += rttMs / inFlight;
    this.#mostInFlight = Math.max(this.#mostInFlight, inFlight);
    if (!didDrop) {
      this.#succeeded++;
      this.#rttSumMs += rttMs;
    }
    if (this.#samples >= WINDOW_SAMPLES && this.#elapsedMs >= WINDOW_MS) this.#endWindow();
    return this.limit;
  }

  #endWindow(): void {
    const didDrop = this.#succeeded < this.#samples;
    const gradient = this.#gradient();
    if (didDrop) {
      this.#approach(LEAST_GRADIENT * this.#exact);
    } else if (this.#mostInFlight >= this.#exact * LEAST_USE) {
      this.#approach(gradient * this.#exact + QUEUE_SIZE);
    }
    this.#samples =
      this.#succeeded =
      this.#rttSumMs =
      this.#elapsedMs =
      this.#mostInFlight =
        0;
  }

  /** How the latency in the long run compares to that of this window. */
  #gradient(): number {
    if (this.#succeeded === 0) return LEAST_GRADIENT;
    const shortMs = this.#rttSumMs / this.#succeeded;
    const longMs = this.#longRtt.add(shortMs);
    if (longMs > RECOVERED * shortMs) this.#longRtt.scale(RECOVERY_CUT);
    return Math.max(LEAST_GRADIENT, Math.min(1, longMs / shortMs));
  }

  #approach(found: number): void {
    this.#exact = withinBounds((1 - SMOOTHING) * this.#exact + SMOOTHING * found, this.#bounds);
  }
}
