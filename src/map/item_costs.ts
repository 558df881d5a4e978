import type { OutcomeWatch, Spending } from "../attempt/outcome_watch.ts";
import { type Call, stateOf } from "../call/call.ts";
import type { CallState } from "../call/call_state.ts";
import type { RateLimit, RateLimitValue } from "../policy/rate_fields.ts";

/**
 * What a report calls that which the limits count.
 *
 * @param given The option `rateLimit` as the user gave it.
 * @returns For each limit with a `cost` the name of that function, or its place in the options where that has no name of its
 * own; `undefined` for the others.
 */
export function costNames(given: RateLimitValue | undefined): readonly (string | undefined)[] {
  if (typeof given !== "object") return [];
  return [given].flat().map(({ cost }: RateLimit, i) => {
    if (cost === undefined) return undefined;
    return cost.name !== "" && cost.name !== "cost"
      ? cost.name
      : Array.isArray(given)
      ? `rateLimit[${i}].cost`
      : "cost";
  });
}

/** By the calls that ran. A field of a call would be paid for by those, too, of which no report is made. */
const spendings = new WeakMap<CallState, Spending[]>();

/**
 * Has it noted from now on what the calls of a function cost.
 *
 * @param outcomes Where its rate limit says so.
 */
export function noteCosts(outcomes: OutcomeWatch): void {
  outcomes.onSpend ??= noteSpending;
}

function noteSpending(call: Call, spending: Spending | number): void {
  if (typeof spending === "number") return;
  const state = stateOf(call);
  const before = spendings.get(state);
  if (before === undefined) spendings.set(state, [spending]);
  else before.push(spending);
}

/**
 * What the attempts for an item have cost, which is forgotten then: where one run served several items, it is counted once.
 *
 * @param state What is known of the call that ran.
 * @param names The names of the costs, limit by limit.
 * @returns The sums by name; of limits that share a name the first counts, as they count the same.
 */
export function takeCosts(
  state: CallState | undefined,
  names: readonly (string | undefined)[],
): Readonly<Record<string, number>> | undefined {
  const spent = state && spendings.get(state);
  if (spent === undefined) return undefined;
  const costs: Record<string, number> = {};
  names.forEach((name, i) => {
    if (name === undefined || name in costs) return;
    costs[name] = spent.reduce((sum, { taken, costs }) => sum + (taken[i]?.cost ?? costs?.[i] ?? 0), 0);
  });
  spendings.delete(state!);
  return costs;
}
