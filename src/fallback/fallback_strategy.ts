import type { ValueHealth } from "./value_health.ts";

/** Which of the healthy values is tried first. */
export type FallbackStrategy = "ordered" | "sticky" | "round_robin" | "least_latency";

/** How values that may be tried are compared. Where none comes before the other, the order of the list decides. */
interface Comparison {
  /** Whether `one` is tried before `other`, which stands before it in the list. */
  isBefore(one: ValueHealth, other: ValueHealth, nowMs: number): boolean;
  /** Whether calls stay with the value that succeeds. */
  readonly isStaying?: boolean;
  /** Whether it matters how long attempts take. */
  readonly isTimed?: boolean;
}

/** How each strategy compares. */
export const COMPARISONS: Readonly<Record<FallbackStrategy, Comparison>> = {
  /** The list says it. */
  ordered: { isBefore: () => false },
  /** That which calls stay with; after that the one that they stayed with before. */
  sticky: { isBefore: (one, other) => one.stayedAt > other.stayedAt, isStaying: true },
  /** That which was chosen the longest time ago: each in turn, also where calls run at once or bring lists of their own. */
  round_robin: { isBefore: (one, other) => one.chosenAt < other.chosenAt },
  /** That with the least load; among equals each in turn. */
  least_latency: {
    isTimed: true,
    isBefore: (one, other, nowMs) => {
      const [load, otherLoad] = [one.load(nowMs), other.load(nowMs)];
      return load < otherLoad || (load === otherLoad && one.chosenAt < other.chosenAt);
    },
  },
};

/** All names. */
export const FALLBACK_STRATEGIES: readonly string[] = Object.keys(COMPARISONS);
