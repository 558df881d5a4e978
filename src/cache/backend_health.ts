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

/** One kind of operation: a backend may well read and yet refuse to write. */
interface Circuit {
  failures: number;
  restMs: number;
  restsUntilMs: number;
  isProbing: boolean;
}

/**
 * Whether a backend is worth asking. It is shared by all who use the backend, so that an outage is
 * found out, and reported, once.
 */
export class BackendHealth {
  readonly #clock: Clock;
  readonly #report: HealthReport;
  readonly #circuits = new Map<CacheOperation, Circuit>();

  /** A backend in good health. */
  constructor(clock: Clock, report: HealthReport) {
    this.#clock = clock;
    this.#report = report;
  }

  /** Whether it may be asked now. Once its rest is over one may ask, and all others wait for what that one finds. */
  mayAsk(operation: CacheOperation): boolean {
    const circuit = this.#circuits.get(operation);
    if (circuit === undefined || circuit.failures < MAX_FAILURES) return true;
    if (circuit.isProbing || this.#clock.now() < circuit.restsUntilMs) return false;
    circuit.isProbing = true;
    return true;
  }

  /** It answered. */
  noteSuccess(operation: CacheOperation): void {
    if (this.#circuits.size === 0 || !this.#circuits.delete(operation)) return;
    if (this.#circuits.size === 0) this.#report.onRecovery();
  }

  /** It failed, or did not answer in time. */
  noteFailure(operation: CacheOperation, error: unknown): void {
    if (this.#circuits.size === 0) this.#report.onOutage(error);
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
