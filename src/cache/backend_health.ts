import type { Clock } from "../clock.ts";

/** What can be asked of a backend. */
export type CacheOperation = "get" | "set" | "delete" | "clear";

/** So many failures in a row, and a backend is left alone for a while. */
const MAX_FAILURES = 5;

/** How long it is left alone first, and at most; each time it is found no better, twice as long. */
const FIRST_REST_MS = 1_000;
const MAX_REST_MS = 30_000;

/** Who is told of a backend in trouble. */
export interface HealthReport {
  /** Called once when an outage begins. */
  readonly onOutage: (error: unknown) => void;
  /** Called once when it ends. */
  readonly onRecovery: () => void;
}

/** Failures in a row. */
interface Circuit {
  failures: number;
  restMs: number;
  restsUntilMs: number;
  isProbing: boolean;
}

/** The circuit of all operations together. */
const ANY = "any";

/**
 * Whether a backend is worth asking. It is shared by all who use the backend, so that an outage is
 * found out, and reported, once. Failures are counted for each kind of operation, as a backend may well read and yet refuse to
 * write, and for all together, as one that is dead should not hold up five calls of each kind.
 */
export class BackendHealth {
  readonly #clock: Clock;
  readonly #report: HealthReport;
  readonly #circuits = new Map<CacheOperation | typeof ANY, Circuit>();

  /** A backend in good health. */
  constructor(clock: Clock, report: HealthReport) {
    this.#clock = clock;
    this.#report = report;
  }

  /** Whether it may be asked now. Once its rest is over one may ask, and all others wait for what that one finds. */
  mayAsk(operation: CacheOperation): boolean {
    if (this.#circuits.size === 0) return true;
    const open = [this.#circuits.get(operation), this.#circuits.get(ANY)]
      .filter((circuit) => circuit !== undefined && circuit.failures >= MAX_FAILURES) as Circuit[];
    const nowMs = this.#clock.now();
    if (open.some(({ isProbing, restsUntilMs }) => isProbing || nowMs < restsUntilMs)) return false;
    for (const circuit of open) circuit.isProbing = true;
    return true;
  }

  /** It answered. */
  noteSuccess(operation: CacheOperation): void {
    if (this.#circuits.size === 0) return;
    this.#circuits.delete(ANY);
    if (this.#circuits.delete(operation) && this.#circuits.size === 0) this.#report.onRecovery();
  }

  /** It failed, or did not answer in time. */
  noteFailure(operation: CacheOperation, error: unknown): void {
    // A kind of operation that never works, a clear say, is told of once and hides no outage of the others.
    if (!this.#circuits.has(operation) && !this.#circuits.has(ANY)) this.#report.onOutage(error);
    this.#countFailure(operation);
    this.#countFailure(ANY);
  }

  #countFailure(operation: CacheOperation | typeof ANY): void {
    const circuit = this.#circuits.get(operation) ?? closedCircuit();
    this.#circuits.set(operation, circuit);
    circuit.failures++;
    if (circuit.failures < MAX_FAILURES) return;
    // Those that asked before the rest began come in late; only a probe makes it longer.
    if (circuit.failures > MAX_FAILURES && !circuit.isProbing) return;
    circuit.isProbing = false;
    circuit.restsUntilMs = this.#clock.now() + circuit.restMs;
    circuit.restMs = Math.min(MAX_REST_MS, circuit.restMs * 2);
  }
}

function closedCircuit(): Circuit {
  return { failures: 0, restMs: FIRST_REST_MS, restsUntilMs: -Infinity, isProbing: false };
}
