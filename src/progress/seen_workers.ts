/** A worker on another machine, and what came of it. */
export interface ShownWorker {
  /** Its name. */
  readonly name: string;
  /** How many results came of it in all. */
  readonly done: number;
}

/** A worker of which no result came for so long is not shown as one that works, in milliseconds. */
const SILENCE_MS = 6_000;

/** More names than anyone reads: of what is beyond, those that were silent for longest are forgotten. */
const MAX_NAMES = 1_000;

interface Seen {
  done: number;
  atMs: number;
}

/** The workers from which results come. */
export class SeenWorkers {
  readonly #workers = new Map<string, Seen>();

  /** `count` results of a worker came. */
  see(name: string, count: number, nowMs: number): void {
    const done = (this.#workers.get(name)?.done ?? 0) + count;
    // The latest is the last.
    this.#workers.delete(name);
    this.#workers.set(name, { done, atMs: nowMs });
    if (this.#workers.size > MAX_NAMES) this.#workers.delete(this.#workers.keys().next().value!);
  }

  /** Those of whom results came lately, by their names. */
  shown(nowMs: number): readonly ShownWorker[] {
    return [...this.#workers]
      .filter(([, { atMs }]) => nowMs - atMs <= SILENCE_MS)
      .map(([name, { done }]) => ({ name, done }))
      .sort((one, other) => one.name < other.name ? -1 : 1);
  }
}
