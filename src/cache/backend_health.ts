import type { Clock } from "../clock.ts";

/** So many failures in a row, and a backend is left alone for a while. */
const MAX_FAILURES = 5;

/** How long it is left alone first, and at most; each time it is found no better, twice as long. */
const FIRST_REST_MS = 1_000;
const MAX_REST_MS = 30_000;

/** What a backend in trouble is told about. */
export interface HealthReport {
  /** Called once when an outage begins. */
  readonly onOutage: (error: unknown) => void;
  /** Called once when it ends. */
  readonly onRecovery: () => void;
}

/**
 * Whether a backend is worth asking. It is shared by all who use the backend, so that an outage is
 * found out, and reported, once.
 */
export class BackendHealth {
  readonly #clock: Clock;
  readonly #report: HealthReport;
  #failures = 0;
  #restMs = FIRST_REST_MS;
  #restsUntilMs = -Infinity;
  #isProbing = false;

  /** A backend in good health. */
  constructor(clock: Clock, report: HealthReport) {
    this.#clock = clock;
    this.#report = report;
  }

  /** Whether it may be asked now. Once its rest is over one may ask, and all others wait for what that one finds. */
  mayAsk(): boolean {
    if (this.#failures < MAX_FAILURES) return true;
    if (this.#isProbing || this.#clock.now() < this.#restsUntilMs) return false;
    this.#isProbing = true;
    return true;
  }

  /** It answered. */
  noteSuccess(): void {
    if (this.#failures === 0) return;
    this.#failures = 0;
    this.#isProbing = false;
    this.#restMs = FIRST_REST_MS;
    this.#report.onRecovery();
  }

  /** It failed, or did not answer in time. */
  noteFailure(error: unknown): void {
    this.#failures++;
    if (this.#failures === 1) this.#report.onOutage(error);
    if (this.#failures < MAX_FAILURES) return;
    // Those that asked before the rest began come in late; only a probe makes it longer.
    if (this.#failures > MAX_FAILURES && !this.#isProbing) return;
    this.#isProbing = false;
    this.#restsUntilMs = this.#clock.now() + this.#restMs;
    this.#restMs = Math.min(MAX_REST_MS, this.#restMs * 2);
  }
}
