import type { FakeClock } from "@opero/core/testing";

/** What a service sees of those who call it, on a clock that is advanced by hand. */
export class ServiceWatch {
  readonly #clock: FakeClock;
  /** When each request started, in milliseconds. */
  readonly startedMs: number[] = [];
  /** How many requests are in flight. */
  inFlight = 0;
  /** The most requests that were in flight at once. */
  mostInFlight = 0;

  /** No request came yet. */
  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  /** Answers one request by `respond`. It leaves at the very moment of an abort, as its slot is free from then on. */
  async serve<Answer>(signal: AbortSignal, respond: () => Promise<Answer>): Promise<Answer> {
    this.startedMs.push(this.#clock.now());
    this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight);
    let isIn = true;
    const leave = () => {
      if (isIn) this.inFlight--;
      isIn = false;
    };
    signal.addEventListener("abort", leave, { once: true });
    try {
      return await respond();
    } finally {
      leave();
    }
  }
}
