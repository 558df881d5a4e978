/** The most of the rate, as time, that is booked at once and that is caught up; and how far ahead it is booked. */
export const LEASE_MS = 20;

/** Where there are many processes each books less at once, so that they wait for each other no longer, but no less than this. */
const MIN_LEASE_MS = 5;

/** So it becomes smaller again, booking by booking. */
const DECAY = 0.9;

/** How much of the rate a process books at once. */
export class Lease {
  #ms = LEASE_MS;

  /** Its length, in milliseconds of the rate. */
  get ms(): number {
    return this.#ms;
  }

  /** Who books late, as a busy process does, takes more at once; others take their part, by the number of `clients`. */
  adapt(lateMs: number, clients: number): void {
    this.#ms = lateMs > MIN_LEASE_MS ? LEASE_MS : Math.max(MIN_LEASE_MS, LEASE_MS / clients, this.#ms * DECAY);
  }
}
