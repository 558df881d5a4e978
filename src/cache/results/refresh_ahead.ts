import type { KeptEntry } from "../backend/kept_entry.ts";

/**
 * When a value is made anew before it expires: XFetch, of "Optimal Probabilistic Cache Stampede Prevention" (Vattani,
 * Chierichetti and Lowenstein, VLDB 2015). Each hit draws a number `u` from 0, exclusive, to 1, and refreshes where
 *
 * ```text
 * now - took × beta × ln(u) ≥ expiry
 * ```
 *
 * where `took` is how long the value took to compute. So a hit `left` before the expiry refreshes with the probability
 * `exp(-left / (took × beta))`: a value that is read often is made anew shortly before it expires, and keys that were
 * made together expire one by one.
 */
export class RefreshAhead {
  readonly #beta: number;
  readonly #random: () => number;

  /** With `beta` over 1 values are refreshed earlier, below 1 later; `random` draws from 0 up to 1, exclusive. */
  constructor(beta: number, random: () => number) {
    this.#beta = beta;
    this.#random = random;
  }

  /** Whether this hit of a fresh value refreshes it. */
  isDue({ tookMs, expiresAt }: KeptEntry, nowMs: number): boolean {
    if (tookMs === undefined || expiresAt === Infinity) return false;
    return nowMs - tookMs * this.#beta * Math.log(1 - this.#random()) >= expiresAt;
  }
}
