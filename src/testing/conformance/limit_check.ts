import type { Booked, Booking, BookOptions, LimitStore } from "../../limiter/store/limit_store.ts";
import { expect } from "./check.ts";

/** What a check works on: a limit that no other check uses. */
export interface CheckedLimits {
  /** What the keys of the check begin with; they end with `#0` and `#1`. */
  readonly key: string;
  /** A client of the store; the check need not close it. */
  open(): Promise<LimitStore>;
}

/** One thing that every store of limits has to do. */
export interface LimitCheck {
  /** What it does, to follow the store's name. */
  readonly name: string;
  /** Rejects where the store does not. */
  readonly run: (limits: CheckedLimits) => Promise<void>;
}

/** A booking that was granted. */
export type Granted = Exclude<Booked, { refused: string }>;

/** So long an interval that no check takes as long. */
export const LONG_MS = 3_600_000;

/** Times of a store are that exact; a check runs for less than {@link SLOW_MS} between two questions, or its machine is too slow. */
export const EXACT_MS = 2;
export const SLOW_MS = 20_000;

/**
 * A limit of one token an hour.
 *
 * @param key The key.
 * @param changes What is other than that.
 * @returns The booking.
 */
export function hourly(key: string, changes: Partial<Booking> = {}): Booking {
  return { key, intervalMs: LONG_MS, burst: 1, cost: 1, ...changes };
}

/**
 * Books slots that have to be granted.
 *
 * @param store The store.
 * @param bookings The limits.
 * @param options How many slots, by default one, and when.
 * @returns The answer.
 * @throws {Error} If it is refused.
 */
export async function grant(
  store: LimitStore,
  bookings: readonly Booking[],
  options: Partial<BookOptions> = {},
): Promise<Granted> {
  const booked = await store.book(bookings, { slots: 1, client: "a", ...options });
  expect(!("refused" in booked), "the slots must be booked");
  return booked;
}

/**
 * Holds if a wait is what it has to be, give or take the time that the check took.
 *
 * @param waitMs The wait.
 * @param expectedMs What it was if no time had passed.
 * @param what What is waited for, for the message.
 * @throws {Error} If it is not.
 */
export function expectWait(waitMs: number, expectedMs: number, what: string): void {
  const isRight = waitMs <= expectedMs + EXACT_MS && waitMs > expectedMs - SLOW_MS;
  expect(isRight, `${what}: the wait must be ${expectedMs} ms, and is ${waitMs} ms`);
}

/**
 * Holds if what a bucket spares is what it has to be, or more by the time that the check took, in which the bucket filled.
 *
 * @param spareMs What it spares.
 * @param expectedMs What it was if no time had passed.
 * @param what What spares it, for the message.
 * @throws {Error} If it is not.
 */
export function expectSpare(spareMs: number, expectedMs: number, what: string): void {
  const isRight = spareMs >= expectedMs - EXACT_MS && spareMs < expectedMs + SLOW_MS;
  expect(isRight, `${what}: it must spare ${expectedMs} ms, and spares ${spareMs} ms`);
}
