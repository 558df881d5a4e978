import type { Clock, Timer } from "../../time/clock.ts";

/** So often within a lease it is prolonged. */
const BEATS = 3;

/** What is leased. */
interface Leased {
  /** Prolongs the lease. */
  keep(): void;
}

/** Prolongs the leases of all that a worker has, for as long as its event loop turns. */
export class LeaseKeeper {
  readonly #leases = new Set<Leased>();
  readonly #clock: Clock;
  readonly #beatMs: number;
  #timer: Timer | undefined = undefined;

  /** A keeper of leases that last `leaseMs`. */
  constructor(clock: Clock, leaseMs: number) {
    this.#clock = clock;
    this.#beatMs = leaseMs / BEATS;
  }

  /** Keeps `lease` from now on. */
  add(lease: Leased): void {
    this.#leases.add(lease);
    this.#timer ??= this.#clock.setTimer(this.#beatMs, () => this.#beat());
  }

  /** Lets `lease` go. */
  delete(lease: Leased): void {
    this.#leases.delete(lease);
    if (this.#leases.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #beat(): void {
    this.#timer = undefined;
    for (const lease of this.#leases) lease.keep();
    if (this.#leases.size > 0) this.#timer = this.#clock.setTimer(this.#beatMs, () => this.#beat());
  }
}
