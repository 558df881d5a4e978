import type { GcraPolicy } from "./gcra.ts";
import type { StartRingPolicy } from "./start_ring.ts";

/** A rate as it is asked for: `limit` starts per `perMs` milliseconds, `burst` of them at once. */
export interface Rate {
  readonly limit: number;
  readonly perMs: number;
  readonly burst: number;
  /** Whether no window of `perMs` may hold more than `limit`, whatever the burst. */
  readonly isStrict?: boolean;
  /** Whether a start may take another number of tokens than one. */
  readonly isWeighted?: boolean;
}

/** How a rate is kept. */
export interface LimiterPolicy extends GcraPolicy {
  /** Sees to it that no window holds too many; `undefined` where a window may go over by 1 %. */
  readonly ring: StartRingPolicy | undefined;
}

/** The most lateness that is caught up: a busy process is late by less, and one that was asleep owes nothing. */
const CATCH_UP_MS = 1_000;

/** A bucket that holds as much as this catches up by itself. */
const USUAL_LATENESS_MS = 20;

/** Below this interval no timer tells one start from the next, and a reading of the clock takes longer than a start. */
const TIMED_INTERVAL_MS = 0.1;

/** The share of a window by which starts may go over at such intervals; a little under 1 %, as divisions round. */
const SLACK_SHARE = 0.0099;

/** A window is exceeded by at most this time, however long it is. */
const MAX_SLACK_MS = 10;

/** With less than so many starts in the slack the clock would be read at every one all the same. */
const MIN_SLACK_STARTS = 4;

/** A limit this close above a whole number is that number. */
const ROUNDING_SHARE = 1e-9;

/**
 * Whether a limiter can keep to `rate`: times that overflow, or that are nothing, cannot be waited for.
 *
 * @param rate The rate.
 * @returns `false` for a rate without effect or beyond what numbers can hold.
 */
export function canBeKept({ limit, perMs, burst }: Rate): boolean {
  const intervalMs = perMs / limit;
  return intervalMs > 0 && Number.isFinite(intervalMs * burst);
}

/**
 * Whether two rates are the same.
 *
 * @param one A rate.
 * @param other Another rate.
 * @returns `true` if a limiter of the one keeps to the other.
 */
export function isSameRate(one: Rate, other: Rate): boolean {
  const isSameBucket = one.limit === other.limit && one.perMs === other.perMs && one.burst === other.burst;
  return isSameBucket && Boolean(one.isStrict) === Boolean(other.isStrict) &&
    Boolean(one.isWeighted) === Boolean(other.isWeighted);
}

/**
 * What any window may hold.
 *
 * @param rate The rate.
 * @returns The most tokens, and the length of the window in milliseconds. It is longer than `perMs` for a limit that is no
 *   whole number.
 */
export function windowOf({ limit, perMs, burst, isStrict }: Rate): StartRingPolicy {
  const inAWindow = Math.ceil(limit * (1 - ROUNDING_SHARE));
  return { size: isStrict ? inAWindow : inAWindow + burst - 1, windowMs: inAWindow * perMs / limit };
}

/**
 * The most tokens that one start can take at all.
 *
 * @param rate The rate.
 * @returns The burst, but no more than a window may hold.
 */
export function largestCost(rate: Rate): number {
  return Math.min(rate.burst, windowOf(rate).size);
}

/**
 * How `rate` is kept.
 *
 * @param rate The rate.
 * @returns The policy of the limiter, in milliseconds.
 */
export function limiterPolicy(rate: Rate): LimiterPolicy {
  const { limit, perMs, burst, isStrict } = rate;
  const intervalMs = perMs / limit;
  // Whole starts, as a part of one lets one more through.
  const slackStarts = Math.floor(Math.min(MAX_SLACK_MS, perMs * SLACK_SHARE) / intervalMs);
  if (!isStrict && intervalMs < TIMED_INTERVAL_MS && slackStarts >= MIN_SLACK_STARTS) {
    const slackMs = Math.min(slackStarts * intervalMs, MAX_SLACK_MS);
    return { intervalMs, burst, catchUpMs: slackMs / 2, unreadMs: slackMs / 4, ring: undefined };
  }
  const bucketMs = (burst - 1) * intervalMs;
  const catchUpMs = bucketMs >= USUAL_LATENESS_MS ? 0 : Math.min(CATCH_UP_MS, perMs);
  return { intervalMs, burst, catchUpMs, ring: windowOf(rate) };
}
