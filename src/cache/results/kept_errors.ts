import { AllFailedError } from "../../errors/all_failed_error.ts";
import { isOfKind } from "../../errors/error_kind.ts";
import { isAbortError } from "../../errors/is_abort_error.ts";
import type { Clock } from "../../time/clock.ts";
import type { MemoryStore } from "../memory/memory_store.ts";
import type { Flight } from "./flight.ts";

/** What says nothing of the source: refusals of this library, and mistakes in its use. */
const MOMENTARY = ["RATE_LIMIT", "CIRCUIT_OPEN", "OVERLOAD", "CONFIGURATION"] as const;

/** An error that is kept, in place of a value. */
export interface KeptError {
  /** What was thrown, of any type; the very object. */
  readonly value: unknown;
}

/**
 * The errors of one function that are kept for a while (negative caching, RFC 2308): in memory, wherever its values are,
 * so that they stay of their class. A kept value, a stale one too, goes before a kept error.
 */
export class KeptErrors {
  readonly #store: MemoryStore;
  readonly #ttlMs: number;
  readonly #clock: Clock;

  /** None yet; each is kept for `ttlMs` in `store`, which bounds them. */
  constructor(store: MemoryStore, ttlMs: number, clock: Clock) {
    this.#store = store;
    this.#ttlMs = ttlMs;
    this.#clock = clock;
  }

  /** The error that is kept for `key`. */
  find(key: unknown): KeptError | undefined {
    const entry = this.#store.get(key);
    return entry !== undefined && this.#clock.now() < entry.expiresAt ? entry : undefined;
  }

  /** Keeps what the run of `flight` came to, where the next run would most likely come to the same. */
  keep(flight: Flight, error: unknown): void {
    // It may be one of what was there before tags were invalidated, and bears none that would say so.
    if (!flight.isStorable || !flight.isOpen || hasOwnEnd(flight) || !isLasting(error)) return;
    const nowMs = this.#clock.now();
    const expiresAt = nowMs + this.#ttlMs;
    this.#store.set(flight.key, { value: error, createdAt: nowMs, expiresAt, staleUntil: expiresAt });
  }

  /** There is a value, or it was removed. */
  forget(key: unknown): void {
    if (this.#store.size > 0) this.#store.delete(key);
  }

  /** The same for all. */
  forgetAll(): void {
    this.#store.clear();
  }
}

/** Whether the caller may have brought it about, by leaving or by limits of the one call. */
function hasOwnEnd({ call: { state } }: Flight): boolean {
  if (state?.scope?.isAborted) return true;
  const limits = state?.limits;
  return (limits?.timeoutMs ?? limits?.deadlineMs ?? limits?.retries) !== undefined;
}

function isLasting(error: unknown): boolean {
  if (isMomentary(error)) return false;
  return !(error instanceof AllFailedError) || (error.reason !== "deadline" && !isMomentary(error.cause));
}

function isMomentary(error: unknown): boolean {
  return isAbortError(error) || MOMENTARY.some((code) => isOfKind(error, code));
}
