/** A message should hold work for about this time: it hides the way there and back, and starves no worker. */
const CHUNK_MS = 2;

/**
 * The most items that one message holds by default, as many as a worker ever reports together: with more there is so much
 * under way that the garbage collector copies most of it, which costs more than the messages that are saved.
 */
const MAX_CHUNK = 1_024;

/** How many items go in one message, learnt from how long they take. */
export class Pace {
  readonly #fixed: number | undefined;
  /** How long an item is thought to take, in milliseconds; `undefined` before the first is done. Only this class sets it. */
  itemMs: number | undefined = undefined;
  #chunk = 1;
  /** How long an item of the last message took. */
  #lastMs = Infinity;

  /** A pace that is still unknown, or messages of a `fixed` size. */
  constructor(fixed: number | undefined) {
    this.#fixed = fixed;
  }

  /** How many items the next message may hold. */
  get chunk(): number {
    return this.#fixed ?? this.#chunk;
  }

  /** The most items that a message ever holds. */
  get maxChunk(): number {
    return this.#fixed ?? MAX_CHUNK;
  }

  /** Takes note that a worker was done with `count` items after `elapsedMs`. */
  record(count: number, elapsedMs: number): void {
    if (count === 0) return;
    const itemMs = elapsedMs / count;
    // One message may be slow as the thread had to wait for a core, or for a compiler: two in a row, and it is the items.
    const steadyMs = Math.min(itemMs, this.#lastMs);
    this.#lastMs = itemMs;
    // Slower than thought counts at once, quicker little by little: too long a chunk does more harm than too short a one.
    const knownMs = this.itemMs ?? 0;
    this.itemMs = steadyMs > knownMs ? steadyMs : (knownMs + steadyMs) / 2;
    const ideal = Math.max(1, Math.floor(CHUNK_MS / this.itemMs));
    this.#chunk = Math.min(ideal, this.#chunk * 2, MAX_CHUNK);
  }
}
