import { type BreakerSettings, CircuitBreaker, type Permit } from "../../breaker/circuit_breaker.ts";
import type { Clock } from "../../time/clock.ts";

/** What can be asked of a backend. */
export type CacheOperation = "get" | "set" | "delete" | "clear" | "lock";

const OPERATIONS = ["get", "set", "delete", "clear", "lock"] as const;

/** When a backend is not asked for a while, and for how long. */
const BREAKER: BreakerSettings = {
  trip: { consecutiveFailures: 5 },
  openMs: 1_000,
  maxOpenMs: 30_000,
  halfOpenCalls: 1,
  slowCallMs: Infinity,
  slowCallRatio: 1,
};

/** Failures that are no further apart are one outage, even where it answered in between. */
const OUTAGE_GAP_MS = 60_000;

/** The listener for a backend in trouble. */
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
  /** Whether it was asked for by name: then the error goes to the caller. */
  readonly isNamed: boolean;
  /** The permits that it was asked with; none where it was asked in any case. */
  readonly permits: readonly Permit[];
}

/** What is asked while there is no trouble needs no permit. */
export const NO_PERMITS: readonly Permit[] = [];

/**
 * Whether a backend is worth asking. It is shared by all who use the backend, so that an outage is
 * found out, and reported, once. Failures are counted for each kind of operation, as a backend may well read and yet refuse to
 * write, and for all together, as one that is dead should not hold up five calls of each kind.
 */
export class BackendHealth {
  readonly #clock: Clock;
  readonly #report: HealthReport;
  readonly #breakers: Readonly<Record<CacheOperation, CircuitBreaker>>;
  /** That of all operations together. */
  readonly #breaker: CircuitBreaker;
  /** Whether no breaker knows of a failure, so that none need be asked. */
  #isUntroubled = true;
  readonly #worked = new Set<CacheOperation>();
  /** Operations that never worked and were reported. */
  readonly #useless = new Set<CacheOperation>();
  /** Whether anything was asked of it so far. */
  wasAsked = false;
  /** How often it was closed. */
  closings = 0;
  #isOpening = false;
  /** When trouble was last reported, when an operation last failed, and whether its recovery was reported since. */
  #reportedMs = -Infinity;
  #failedMs = -Infinity;
  #isRecoveryReported = true;

  /** A backend in good health. */
  constructor(clock: Clock, report: HealthReport) {
    this.#clock = clock;
    this.#report = report;
    const breaker = () => new CircuitBreaker(BREAKER, clock);
    this.#breakers = { get: breaker(), set: breaker(), delete: breaker(), clear: breaker(), lock: breaker() };
    this.#breaker = breaker();
  }

  /** Something is asked of it; where it has to be opened for that, others may be late for a while. */
  recordRequest(hasToOpen: boolean): void {
    if (this.wasAsked) return;
    this.wasAsked = true;
    this.#isOpening = hasToOpen;
  }

  /** It was closed: what is asked next has to open it again. */
  recordClosed(): void {
    this.wasAsked = false;
    this.closings++;
  }

  /** What was asked with `permits` says nothing of it. */
  release(operation: CacheOperation, permits: readonly Permit[]): void {
    for (const [i, permit] of permits.entries()) (i === 0 ? this.#breakers[operation] : this.#breaker).release(permit);
  }

  /**
   * Asks whether it may be asked now. Once a breaker was open for its time one may, and all others wait for what that one
   * finds.
   *
   * @returns The permits to do so, or `undefined` where it may not.
   */
  tryAcquire(operation: CacheOperation): readonly Permit[] | undefined {
    if (this.#isUntroubled) return NO_PERMITS;
    const breaker = this.#breakers[operation];
    const permit = breaker.tryAcquire();
    if (permit === undefined) return undefined;
    const permitOfAny = this.#breaker.tryAcquire();
    if (permitOfAny !== undefined) return [permit, permitOfAny];
    breaker.release(permit);
    return undefined;
  }

  /** It answered. */
  recordSuccess(operation: CacheOperation): void {
    this.#isOpening = false;
    if (!this.#worked.has(operation)) {
      this.#worked.add(operation);
      this.#useless.delete(operation);
    }
    if (this.#isUntroubled) return;
    for (const breaker of [this.#breaker, this.#breakers[operation]]) {
      // Whatever was asked, with a permit or without one: it is there again.
      if (breaker.state === "closed") breaker.succeed(breaker.tryAcquire()!);
      else breaker.reset();
    }
    const troubled = OPERATIONS.filter((each) => !this.#breakers[each].isUntroubled);
    this.#isUntroubled = troubled.length === 0;
    // What never worked is no part of an outage.
    if (this.#isRecoveryReported || troubled.some((each) => !this.#useless.has(each))) return;
    this.#isRecoveryReported = true;
    if (this.#useless.size === 0) this.#report.onRecovery();
  }

  /** It failed, or did not answer in time. */
  recordFailure(operation: CacheOperation, error: unknown, context: FailureContext): void {
    const { functionName, isFirst, isNamed, permits } = context;
    if (isFirst) this.#isOpening = false;
    this.#isUntroubled = false;
    for (const [i, breaker] of [this.#breakers[operation], this.#breaker].entries()) {
      // What was asked without a permit counts as long as that takes none.
      const permit = permits[i] ?? (breaker.state === "closed" ? breaker.tryAcquire() : undefined);
      if (permit !== undefined) breaker.fail(permit);
    }
    // While it is being opened, calls behind the first are late for a reason. A caller by name gets the error anyway.
    if (this.#isOpening || isNamed) return;
    this.#warn(operation, error, functionName);
  }

  #warn(operation: CacheOperation, error: unknown, functionName: string): void {
    const nowMs = this.#clock.now();
    const isInOutage = !this.#isRecoveryReported;
    if (!this.#worked.has(operation)) {
      if (isInOutage || this.#useless.has(operation)) return;
      this.#useless.add(operation);
      this.#report.onUseless(operation, error, functionName);
    } else if (!isInOutage && this.#isNews(nowMs)) this.#report.onOutage(error);
    else {
      this.#failedMs = nowMs;
      return;
    }
    this.#reportedMs = this.#failedMs = nowMs;
    this.#isRecoveryReported = false;
  }

  /** A failure now and then is one outage; one that lasts is reported although it was thought to be over. */
  #isNews(nowMs: number): boolean {
    if (nowMs - this.#failedMs > OUTAGE_GAP_MS) return true;
    return this.#breaker.state !== "closed" && nowMs - this.#reportedMs > OUTAGE_GAP_MS;
  }
}
