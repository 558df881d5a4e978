import type { Clock } from "../time/clock.ts";

/** `closed`: all goes through. `open`: nothing does. `half-open`: one probe is under way, and all others wait for what it finds. */
export type CircuitState = "closed" | "open" | "half-open";

/** When a circuit breaker opens, and for how long. */
export interface CircuitBreakerOptions {
  /** How long it is open is measured by this clock. */
  readonly clock: Pick<Clock, "now">;
  /** So many failures in a row open it. */
  readonly maxFailures: number;
  /** How long it is open before a probe is let through, in milliseconds; each probe that fails doubles it. */
  readonly openMs: number;
  /** How long it is open at most, in milliseconds. */
  readonly maxOpenMs: number;
}

/** The permission to try once. It ends with one of its methods. */
export interface Permit {
  /** It went well: the breaker closes. */
  succeed(): void;
  /** It failed. */
  fail(): void;
  /** It was not tried after all: another may be. */
  release(): void;
}

interface Closed {
  readonly state: "closed";
  readonly failures: number;
}

interface Open {
  readonly state: "open";
  readonly untilMs: number;
  readonly openMs: number;
}

interface HalfOpen {
  readonly state: "half-open";
  readonly openMs: number;
}

const CLOSED: Closed = { state: "closed", failures: 0 };

/**
 * Circuit breaker: where something has failed so many times in a row, it is not tried for a while; then a single probe
 * returns whether it is well again. What was begun before it opened and fails late changes nothing; what succeeds, closes it.
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions;
  #circuit: Closed | Open | HalfOpen = CLOSED;

  /** A breaker that is closed. */
  constructor(options: CircuitBreakerOptions) {
    this.#options = options;
  }

  /** Where it stands; it stays `open` until a permit is asked for once its time is over. */
  get state(): CircuitState {
    return this.#circuit.state;
  }

  /** Whether nothing has failed since it last succeeded. */
  get isUntroubled(): boolean {
    return this.#circuit === CLOSED;
  }

  /**
   * Asks whether to try now.
   *
   * @returns A permit, or `undefined` where it is better not to try.
   */
  tryAcquire(): Permit | undefined {
    const circuit = this.#circuit;
    if (circuit.state === "closed") return this.#permit();
    if (circuit.state === "half-open" || this.#options.clock.now() < circuit.untilMs) return undefined;
    return this.#probe({ state: "half-open", openMs: circuit.openMs });
  }

  /** Something went well, with a permit or without one. */
  recordSuccess(): void {
    this.#circuit = CLOSED;
  }

  /** Something failed that was tried without a permit, or before it opened. */
  recordFailure(): void {
    const circuit = this.#circuit;
    if (circuit.state !== "closed") return;
    const failures = circuit.failures + 1;
    if (failures >= this.#options.maxFailures) this.#open(this.#options.openMs);
    else this.#circuit = { state: "closed", failures };
  }

  #permit(): Permit {
    return { succeed: () => this.recordSuccess(), fail: () => this.recordFailure(), release: () => {} };
  }

  #probe(halfOpen: HalfOpen): Permit {
    this.#circuit = halfOpen;
    const { openMs } = halfOpen;
    return {
      succeed: () => this.recordSuccess(),
      fail: () => {
        if (this.#circuit === halfOpen) this.#open(Math.min(this.#options.maxOpenMs, openMs * 2));
      },
      release: () => {
        if (this.#circuit === halfOpen) this.#circuit = { state: "open", untilMs: -Infinity, openMs };
      },
    };
  }

  #open(openMs: number): void {
    this.#circuit = { state: "open", untilMs: this.#options.clock.now() + openMs, openMs };
  }
}
