/** Lets through so many a second and no more; what was late is not made up for. */
export class Pace {
  readonly #everyMs: number;
  #nextMs = -Infinity;

  /** `perSecond` may be `Infinity`: as many as there are. */
  constructor(perSecond: number) {
    this.#everyMs = 1_000 / perSecond;
  }

  /** Waits until `count` more may begin. */
  async turn(count: number): Promise<void> {
    const nowMs = performance.now();
    const startMs = Math.max(nowMs, this.#nextMs);
    this.#nextMs = startMs + count * this.#everyMs;
    if (startMs > nowMs) await new Promise((resolve) => setTimeout(resolve, startMs - nowMs));
  }
}
