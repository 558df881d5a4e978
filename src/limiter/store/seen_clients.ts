/** For how long after its latest slot a client counts, in milliseconds. */
export const CLIENT_MS = 3_000;

/** Who has booked of a limit lately. */
export class SeenClients {
  readonly #until: Map<string, number>;

  /** Those who count until the times of `known`, in milliseconds. */
  constructor(known: Iterable<readonly [string, number]> = []) {
    this.#until = new Map(known);
  }

  /** Counts `client`, whose slot comes at `slotMs`, and returns how many there are. */
  see(client: string, nowMs: number, slotMs: number): number {
    this.#until.set(client, slotMs + CLIENT_MS);
    for (const [other, untilMs] of this.#until) if (untilMs <= nowMs) this.#until.delete(other);
    return this.#until.size;
  }

  /** The clients, and until when they count. */
  entries(): IterableIterator<[string, number]> {
    return this.#until.entries();
  }
}
