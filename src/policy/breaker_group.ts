import type { BreakerMetrics, CircuitState } from "../breaker/breaker_handle.ts";
import type { CircuitBreaker, CircuitChange } from "../breaker/circuit_breaker.ts";
import { metricsOf } from "../breaker/outcome_tally.ts";
import { KeyedParts } from "./keyed_parts.ts";

/** The states, the one that lets most through first. */
const STATES: readonly CircuitState[] = ["closed", "half-open", "open", "isolated"];

/** The breakers of a function, or of those that share a name: one for each fallback value, and one for calls without. */
export class BreakerGroup {
  readonly #make: () => CircuitBreaker;
  readonly #parts: KeyedParts<CircuitBreaker>;
  #common: CircuitBreaker | undefined = undefined;
  #isIsolated = false;

  /** No breaker yet. */
  constructor(make: () => CircuitBreaker) {
    this.#make = () => {
      const breaker = make();
      if (this.#isIsolated) breaker.isolate();
      return breaker;
    };
    this.#parts = new KeyedParts(this.#make);
  }

  /** The breaker of calls that try no fallback value. */
  get common(): CircuitBreaker {
    return this.#common ??= this.#make();
  }

  /** The breaker of a fallback value; `undefined` is none. */
  of(key: unknown): CircuitBreaker {
    return key === undefined ? this.common : this.#parts.of(key);
  }

  /** The state of the one that lets most through. */
  get state(): CircuitState {
    const states = this.#all().map(({ state }) => state);
    const first = this.#isIsolated ? "isolated" : "closed";
    return states.length === 0 ? first : STATES.find((state) => states.includes(state))!;
  }

  /** What all have counted together. */
  metrics(): BreakerMetrics {
    let [calls, failures, slowCalls] = [0, 0, 0];
    for (const breaker of this.#all()) {
      const metrics = breaker.metrics();
      calls += metrics.calls;
      failures += metrics.failures;
      slowCalls += metrics.slowCalls;
    }
    return metricsOf(calls, failures, slowCalls);
  }

  /** Lets nothing through, whatever value comes, until it is reset. */
  isolate(): void {
    this.#isIsolated = true;
    for (const breaker of this.#all()) breaker.isolate();
  }

  /** Closes all. */
  reset(): void {
    this.#isIsolated = false;
    for (const breaker of this.#all()) breaker.reset();
  }

  /** The latest change of one of them, once for them all. */
  takeChange(): CircuitChange | undefined {
    const changes = this.#all().map((breaker) => breaker.takeChange());
    return changes.find((change) => change !== undefined);
  }

  #all(): CircuitBreaker[] {
    return [...this.#common === undefined ? [] : [this.#common], ...this.#parts.all()];
  }
}
