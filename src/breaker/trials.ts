/** What the trials of a half-open circuit have come to. */
export type TrialVerdict = "passed" | "failed" | undefined;

/** How many trials there are, and what share of them may not fail, or be slow. */
export interface TrialRule {
  /** How many decide. */
  readonly calls: number;
  /** The share of failures at which the trials have failed, from 0 to 1. */
  readonly failureRatio: number;
  /** The same of slow calls; over 1 for none. */
  readonly slowCallRatio: number;
}

/** The calls that a half-open circuit lets through: it is decided by them as soon as the rest cannot change it any more. */
export class Trials {
  readonly #rule: TrialRule;
  #inFlight = 0;
  #done = 0;
  #failures = 0;
  #slowCalls = 0;

  /** Trials that have not begun. */
  constructor(rule: TrialRule) {
    this.#rule = rule;
  }

  /** Takes one of the trials, where there is one left. */
  tryTake(): boolean {
    if (this.#inFlight + this.#done >= this.#rule.calls) return false;
    this.#inFlight++;
    return true;
  }

  /** Gives a trial back that has come to nothing. */
  giveBack(): void {
    if (this.#inFlight > 0) this.#inFlight--;
  }

  /** Gives back all that are in flight, as it is unknown whether they will ever end; should they, they count. */
  giveUpWaiting(): void {
    this.#inFlight = 0;
  }

  /** A trial has ended; returns the verdict once there is one. */
  record(isFailure: boolean, isSlow: boolean): TrialVerdict {
    this.giveBack();
    this.#done++;
    if (isFailure) this.#failures++;
    if (isSlow) this.#slowCalls++;
    if (this.#isOver(0)) return "failed";
    return this.#isOver(Math.max(0, this.#rule.calls - this.#done)) ? undefined : "passed";
  }

  /** Whether there are too many that failed or were slow, if `more` of them come. */
  #isOver(more: number): boolean {
    const { calls, failureRatio, slowCallRatio } = this.#rule;
    return (this.#failures + more) / calls >= failureRatio || (this.#slowCalls + more) / calls >= slowCallRatio;
  }
}
