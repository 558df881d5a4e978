import type { Costs } from "../limiter.ts";

/**
 * Whether two starts take the same tokens.
 *
 * @param one What the one takes of each limit.
 * @param other What the other takes of the same limits.
 * @returns `true` if a slot of the one will do for the other.
 */
export function areSameCosts(one: Costs, other: Costs): boolean {
  return one === other || (one !== undefined && one.every((cost, i) => cost === other?.[i]));
}
