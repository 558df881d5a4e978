import { COMPARISONS, type FallbackStrategy } from "./fallback_strategy.ts";
import type { ValueFailure, ValueHealth } from "./value_health.ts";
import { keepShape } from "../runtime/kept_shape.ts";

/** What the rounds of a function have in common. */
export interface ValueRoundOptions {
  readonly strategy: FallbackStrategy;
  /** Counts what happens in the order in which it does. */
  readonly turns: { latest: number };
}

/** What became of a value in a round: it failed, or it was refused before it was tried. */
type Outcome = "failed" | "refused" | undefined;

/**
 * One round over the values of a call, each tried once at most. The healthy ones come first, in the order of the strategy.
 * One that cools down is tried only where none is left that does not: those in the list all cool down, or were refused.
 * Then it is the one that is due first.
 */
export class ValueRound {
  readonly #options: ValueRoundOptions;
  readonly #values: readonly ValueHealth[];
  /** Most rounds end with the first value. */
  #outcomes: Outcome[] | undefined = undefined;
  #index = 0;
  #leader = 0;

  /** A round over `values`, of which none was tried yet. */
  constructor(options: ValueRoundOptions, values: readonly ValueHealth[]) {
    this.#options = options;
    this.#values = values;
  }

  /** The index of the value to try next, or `undefined` where there is none. */
  next(nowMs: number): number | undefined {
    const healthy = this.#firstHealthy(nowMs);
    if (healthy !== undefined) return healthy;
    return this.#outcomes !== undefined && this.#hasHealthyFailure(nowMs) ? undefined : this.#firstDue();
  }

  /** Whether there are values that were not tried, beside the one that is. */
  get hasOthers(): boolean {
    return (this.#outcomes === undefined ? 0 : count(this.#outcomes)) + 1 < this.#values.length;
  }

  /** The value `index` is tried. Whatever becomes of it, {@link release} follows. */
  begin(index: number): void {
    const { strategy, turns } = this.#options;
    const value = this.#values[index]!;
    this.#index = index;
    value.inFlight++;
    value.chosenAt = ++turns.latest;
    if (COMPARISONS[strategy].isStaying) this.#leader = this.#latestStay();
  }

  /** The attempt with the value is over. */
  release(): void {
    this.#value.inFlight--;
  }

  /** It succeeded; it began at `startedMs`. */
  succeed(startedMs: number, nowMs: number): void {
    const { strategy, turns } = this.#options;
    const { isTimed, isStaying } = COMPARISONS[strategy];
    const value = this.#value;
    if (isTimed) value.succeed(Math.max(0, nowMs - startedMs), nowMs);
    if (!isStaying) return;
    // Where others have left the value that led as this attempt began, they decide: an attempt that ends late does not.
    const isLeader = value.stayedAt === this.#leader && this.#leader > 0;
    if (!isLeader && this.#latestStay() === this.#leader) value.stayedAt = ++turns.latest;
  }

  /** It failed. Answers for how long its value begins to cool down, in milliseconds; 0 where it does not, or did before. */
  fail(failure: ValueFailure): number {
    const wasCooling = this.#value.isCooling(failure.nowMs);
    const coolMs = this.#value.fail(failure);
    return wasCooling ? 0 : coolMs;
  }

  /** The value is not tried again in this round: it failed, or was refused before it was tried. */
  leave(isRefused: boolean): void {
    this.#outcomes ??= new Array(this.#values.length).fill(undefined);
    this.#outcomes[this.#index] = isRefused ? "refused" : "failed";
  }

  get #value(): ValueHealth {
    return this.#values[this.#index]!;
  }

  #firstHealthy(nowMs: number): number | undefined {
    const { isBefore } = COMPARISONS[this.#options.strategy];
    let first: number | undefined;
    for (let i = 0; i < this.#values.length; i++) {
      const value = this.#values[i]!;
      if (this.#outcomes?.[i] !== undefined || value.isCooling(nowMs)) continue;
      if (first === undefined || isBefore(value, this.#values[first]!, nowMs)) first = i;
    }
    return first;
  }

  #hasHealthyFailure(nowMs: number): boolean {
    return this.#values.some((value, i) => this.#outcomes![i] === "failed" && !value.isCooling(nowMs));
  }

  #firstDue(): number | undefined {
    let first: number | undefined;
    for (let i = 0; i < this.#values.length; i++) {
      if (this.#outcomes?.[i] !== undefined) continue;
      if (first === undefined || this.#values[i]!.coolUntilMs < this.#values[first]!.coolUntilMs) first = i;
    }
    return first;
  }

  #latestStay(): number {
    return this.#values.reduce((latest, { stayedAt }) => Math.max(latest, stayedAt), 0);
  }
}

keepShape(new ValueRound({ strategy: "ordered", turns: { latest: 0 } }, []));

function count(outcomes: readonly Outcome[]): number {
  return outcomes.filter((outcome) => outcome !== undefined).length;
}
