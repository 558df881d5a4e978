/**
 * An exponentially weighted average of about the last `window` values: each new one counts `2 / (window + 1)`. The first
 * few are averaged plainly, so that it does not hang on the very first.
 */
export class MovingAverage {
  readonly #weight: number;
  readonly #warmUp: number;
  #count = 0;
  #sum = 0;
  #value = 0;

  /** Has no value yet; the first `warmUp` are averaged plainly. */
  constructor(window: number, warmUp: number) {
    this.#weight = 2 / (window + 1);
    this.#warmUp = warmUp;
  }

  /** The average; 0 before the first value. */
  get value(): number {
    return this.#value;
  }

  /** Adds a value, and returns the average. */
  add(value: number): number {
    if (this.#count < this.#warmUp) {
      this.#count++;
      this.#sum += value;
      this.#value = this.#sum / this.#count;
    } else {
      this.#value += this.#weight * (value - this.#value);
    }
    return this.#value;
  }

  /** Makes the average `factor` times what it is. */
  scale(factor: number): void {
    this.#value *= factor;
  }
}
