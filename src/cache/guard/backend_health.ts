import type { Clock } from "../../time/clock.ts";

/** What can be asked of a backend. */
export type CacheOperation = "get" | "set" | "delete" | "clear";

/** So many failures in a row, and a backend is left alone for a while. */
const MAX_FAILURES = 5;

/** How long it is left alone first, and at most; each time it is found no better, twice as long. */
const FIRST_REST_MS = 1_000;
const MAX_REST_MS = 30_000;

/** Failures that are no further apart are one outage, even where it answered in between. */
const OUTAGE_GAP_MS = 60_000;

/** Who is told of a backend in trouble. */
export interface HealthReport {
  /** Called once where an operation fails that never worked: that is no outage, but a mistake in the set-up. */
  readonly onUseless: (operation: CacheOperation, error: unknown, functionName: string) => void;
  /** Called once when an outage begins. */
  readonly onOutage: (error: unknown) => void;
  /** Called once when it ends. */
  readonly onRecovery: () => void;
}

/** How a failure came about. */
export interface FailureContext {
  /** The function that the backend was asked for. */
  readonly functionName: string;
  /** Whether it was the first operation of all, which has a limit of its own. */
  readonly isFirst: boolean;
  /** Whether it was asked for by name: then whoever asked hears of it. */
  readonly isNamed: boolean;
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
  readonly #worked = new Set<CacheOperation>();
  /** Operations that never worked, of which was told. */
  readonly #useless = new Set<CacheOperation | typeof ANY>();
  /** Whether anything was asked of it so far. */
  wasAsked = false;
  #isOpening = false;
  /** When trouble was told of last, when it failed last, and whether it is known to be back since. */
  #toldMs = -Infinity;
  #failedMs = -Infinity;
  #isBackTold = true;

  /** A backend in good health. */
  constructor(clock: Clock, report: HealthReport) {
    this.#clock = clock;
    this.#report = report;
  }

  /** Something is asked of it; where it has to be opened for that, others may be late for a while. */
  noteAsked(hasToOpen: boolean): void {
    if (this.wasAsked) return;
    this.wasAsked = true;
    this.#isOpening = hasToOpen;
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
    this.#isOpening = false;
    this.#worked.add(operation);
    this.#useless.delete(operation);
    if (this.#circuits.size === 0) return;
    this.#circuits.delete(ANY);
    this.#circuits.delete(operation);
    // What never worked is no part of an outage.
    if (this.#isBackTold || [...this.#circuits.keys()].some((each) => !this.#useless.has(each))) return;
    this.#isBackTold = true;
    if (this.#useless.size === 0) this.#report.onRecovery();
  }

  /** It failed, or did not answer in time. */
  noteFailure(operation: CacheOperation, error: unknown, { functionName, isFirst, isNamed }: FailureContext): void {
    if (isFirst) this.#isOpening = false;
    this.#countFailure(operation);
    this.#countFailure(ANY);
    // While it is being opened, calls behind the first are late for a reason. Whoever asked by name hears of it anyhow.
    if (this.#isOpening || isNamed) return;
    this.#tell(operation, error, functionName);
  }

  #tell(operation: CacheOperation, error: unknown, functionName: string): void {
    const nowMs = this.#clock.now();
    const isInOutage = !this.#isBackTold;
    if (!this.#worked.has(operation)) {
      if (isInOutage || this.#useless.has(operation)) return;
      this.#useless.add(operation);
      this.#report.onUseless(operation, error, functionName);
    } else if (!isInOutage && this.#isNews(nowMs)) this.#report.onOutage(error);
    else {
      this.#failedMs = nowMs;
      return;
    }
    this.#toldMs = this.#failedMs = nowMs;
    this.#isBackTold = false;
  }

  /** A failure now and then is one outage; one that lasts is told of though it was thought over. */
  #isNews(nowMs: number): boolean {
    if (nowMs - this.#failedMs > OUTAGE_GAP_MS) return true;
    return this.#circuits.get(ANY)!.failures >= MAX_FAILURES && nowMs - this.#toldMs > OUTAGE_GAP_MS;
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
