import type { Booked, Booking, BookOptions, SettleOptions } from "./limit_store.ts";

/** What is known of a limit; all times are milliseconds of the store's clock. */
export interface LimitState {
  /** The time at which the bucket will be full. */
  readonly dueMs: number;
  /** When it was found to be full at last. */
  readonly fullMs: number;
  /** Until when nothing starts. */
  readonly pausedUntilMs: number;
  /** When it was written. */
  readonly seenMs: number;
}

/** What becomes of limits that are booked. */
export interface StatesBooked {
  readonly answer: { readonly waitMs: number; readonly spareMs: number } | Extract<Booked, { refused: string }>;
  /** The states to keep; `undefined` where nothing is booked. */
  readonly states: readonly LimitState[] | undefined;
}

/** A clock that is set back by more than this moves what it has written. */
const STEP_BACK_MS = 1_000;

/** Before all times of any clock; a finite number, as not every store keeps others. */
const LONG_AGO_MS = -1e15;

/** The smallest time for which a state that says nothing any more is kept. */
const KEPT_MS = 1_000;

/**
 * Books slots by the generic cell rate algorithm (ITU-T I.371, annex A): of all limits, or of none.
 *
 * @param known What is known of each limit; `undefined` for nothing.
 * @param bookings The limits.
 * @param options How many slots, and when.
 * @param nowMs The time of the store.
 * @returns The answer, but for the number of clients, and the states to keep.
 */
export function bookStates(
  known: readonly (LimitState | undefined)[],
  bookings: readonly Booking[],
  { slots, maxWaitMs = Infinity, notBeforeMs = 0 }: Omit<BookOptions, "client">,
  nowMs: number,
): StatesBooked {
  const expensive = bookings.findIndex(({ cost, burst }) => cost > burst);
  if (expensive >= 0) return { answer: { refused: "cost", index: expensive }, states: undefined };
  const states = known.map((state) => stateAt(state, nowMs));
  const earliestMs = nowMs + notBeforeMs;
  let lineMs = -Infinity;
  let startMs = earliestMs;
  states.forEach(({ dueMs, pausedUntilMs }, i) => {
    const { cost, burst, intervalMs } = bookings[i]!;
    lineMs = Math.max(lineMs, Math.max(dueMs, earliestMs) + (cost - burst) * intervalMs);
    startMs = Math.max(startMs, pausedUntilMs, lineMs);
  });
  const waitMs = startMs - nowMs;
  if (waitMs > maxWaitMs) return { answer: { refused: "wait", waitMs }, states: undefined };
  const booked = states.map(({ dueMs, fullMs, pausedUntilMs }, i) => ({
    // Of a bucket that waits for another the tokens are taken when the slot comes.
    dueMs: Math.max(dueMs, startMs) + slots * bookings[i]!.cost * bookings[i]!.intervalMs,
    fullMs: dueMs <= startMs ? startMs : fullMs,
    pausedUntilMs,
    seenMs: nowMs,
  }));
  return { answer: { waitMs, spareMs: startMs - lineMs }, states: booked };
}

/**
 * Pauses a limit.
 *
 * @param known What is known of it.
 * @param forMs For how long, in milliseconds.
 * @param nowMs The time of the store.
 * @returns The state to keep.
 */
export function pauseState(known: LimitState | undefined, forMs: number, nowMs: number): LimitState {
  const { dueMs, fullMs, pausedUntilMs } = stateAt(known, nowMs);
  const untilMs = nowMs + forMs;
  return {
    dueMs: Math.max(dueMs, untilMs),
    fullMs,
    pausedUntilMs: Math.max(pausedUntilMs, untilMs),
    seenMs: nowMs,
  };
}

/**
 * Corrects a cost.
 *
 * @param known What is known of the limit.
 * @param cost How many tokens more; below zero they come back, unless the bucket has been full since they were taken.
 * @param options When they were taken, and how fast they come back.
 * @param nowMs The time of the store.
 * @returns The state to keep.
 */
export function settleState(
  known: LimitState | undefined,
  cost: number,
  { agoMs, intervalMs }: SettleOptions,
  nowMs: number,
): LimitState {
  const { dueMs, fullMs, pausedUntilMs } = stateAt(known, nowMs);
  const isLost = cost < 0 && fullMs > nowMs - agoMs;
  const fromMs = cost > 0 ? Math.max(dueMs, nowMs) : dueMs;
  return { dueMs: isLost ? dueMs : fromMs + cost * intervalMs, fullMs, pausedUntilMs, seenMs: nowMs };
}

/**
 * How long a state says something.
 *
 * @param state The state.
 * @returns The time in milliseconds from when it was written.
 */
export function keptForMs({ dueMs, pausedUntilMs, seenMs }: LimitState): number {
  return Math.ceil(Math.max(dueMs, pausedUntilMs, seenMs) - seenMs) + KEPT_MS;
}

function stateAt(state: LimitState | undefined, nowMs: number): LimitState {
  if (state === undefined) {
    return { dueMs: LONG_AGO_MS, fullMs: LONG_AGO_MS, pausedUntilMs: LONG_AGO_MS, seenMs: nowMs };
  }
  const shiftMs = nowMs < state.seenMs - STEP_BACK_MS ? nowMs - state.seenMs : 0;
  return shiftMs === 0 ? state : {
    dueMs: state.dueMs + shiftMs,
    fullMs: state.fullMs + shiftMs,
    pausedUntilMs: state.pausedUntilMs + shiftMs,
    seenMs: nowMs,
  };
}
