/** What the policies take and give back, by their classes: for tests that look whether all of it comes back. */
import { CircuitBreaker } from "../../src/breaker/circuit_breaker.ts";
import { Slots } from "../../src/concurrency/slots.ts";
import { ValueHealth } from "../../src/fallback/value_health.ts";
import { HedgeBudget } from "../../src/hedge/hedge_budget.ts";
import type { Limiter, Start } from "../../src/limiter/limiter.ts";
import { RateLimiter } from "../../src/limiter/rate_limiter.ts";
import { WeightedLimiter } from "../../src/limiter/weighted_limiter.ts";
import { RetryBudget } from "../../src/retry/retry_budget.ts";

/** How much is out, and of the budgets how much was used. */
export interface Resources {
  /** Permits of circuit breakers that nobody has given back. */
  permits: number;
  /** Tickets of starts that neither began nor were given back. */
  tickets: number;
  /** Slots that are held, and calls that wait for one. */
  slots: number;
  /** Attempts with fallback values that are under way. */
  values: number;
  /** Hedges that were taken from their budget, less those that were given back. */
  hedges: number;
  /** The same of retries, with the hedges that were taken from the retry budget. */
  retries: number;
}

type Method = (...args: unknown[]) => unknown;
type Watched = { readonly prototype: object };

/** Watches all breakers, slots and budgets of the process until it is disposed of. */
export class ResourceLedger {
  readonly #counts: Resources = { permits: 0, tickets: 0, slots: 0, values: 0, hedges: 0, retries: 0 };
  readonly #slots = new Set<Slots>();
  readonly #values = new Set<ValueHealth>();
  readonly #undo: (() => void)[] = [];

  constructor() {
    const { permits, tickets, hedges, retries } = this.#counters();
    this.#watch(CircuitBreaker, "tryAcquire", (permit) => permits(permit === undefined ? 0 : 1));
    for (const end of ["succeed", "fail", "release"]) this.#watch(CircuitBreaker, end, () => permits(-1));
    for (const type of [RateLimiter, WeightedLimiter]) {
      this.#watch(type, "tryStart", (isTaken, limiter) => {
        if (isTaken && (limiter as Limiter).ticket !== undefined) tickets(1);
      });
      this.#wrap(type, "enqueue", (enqueue) => (start, ...rest) =>
        enqueue((...ticket: Parameters<Start>) => {
          tickets(1);
          (start as Start)(...ticket);
        }, ...rest));
      for (const end of ["began", "giveBack"]) this.#watch(type, end, () => tickets(-1));
    }
    this.#watch(HedgeBudget, "tryTake", (taken) => hedges(taken ? 1 : 0));
    this.#watch(HedgeBudget, "giveBack", () => hedges(-1));
    this.#watch(RetryBudget, "tryWithdraw", (taken) => retries(taken ? 1 : 0));
    this.#watch(RetryBudget, "giveBack", () => retries(-1));
    for (const take of ["tryAcquire", "enqueue"]) {
      this.#watch(Slots, take, (_taken, slots) => void this.#slots.add(slots as Slots));
    }
    this.#watch(ValueHealth, "use", (_taken, value) => void this.#values.add(value as ValueHealth));
  }

  /** Begins anew. */
  clear(): void {
    this.#slots.clear();
    this.#values.clear();
    Object.assign(this.#counts, { permits: 0, tickets: 0, slots: 0, values: 0, hedges: 0, retries: 0 });
  }

  /** What is out now. */
  get out(): Readonly<Resources> {
    const slots = [...this.#slots].reduce((sum, { inFlight, waiting }) => sum + inFlight + waiting, 0);
    const values = [...this.#values].reduce((sum, { inFlight }) => sum + inFlight, 0);
    return { ...this.#counts, slots, values };
  }

  [Symbol.dispose](): void {
    for (const undo of this.#undo) undo();
  }

  #counters() {
    const adding = (name: keyof Resources) => (amount: number) => void (this.#counts[name] += amount);
    return {
      permits: adding("permits"),
      tickets: adding("tickets"),
      hedges: adding("hedges"),
      retries: adding("retries"),
    };
  }

  #watch(type: Watched, name: string, onResult: (result: unknown, self: unknown) => void): void {
    this.#wrap(type, name, (original, self) => (...args) => {
      const result = original(...args);
      onResult(result, self);
      return result;
    });
  }

  /** Puts what `change` makes of a method in its place. */
  #wrap(type: Watched, name: string, change: (original: Method, self: unknown) => Method): void {
    const methods = type.prototype as Record<string, Method>;
    const original = methods[name]!;
    methods[name] = function (this: unknown, ...args: unknown[]) {
      return change((...passed) => original.apply(this, passed), this)(...args);
    };
    this.#undo.push(() => void (methods[name] = original));
  }
}
