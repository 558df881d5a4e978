import { objectList } from "../runtime/object_list.ts";

/** Stands in place of an item that is left out. */
export const SKIPPED: unique symbol = Symbol("skipped");

/** Stands where no result is yet. */
const PENDING: unique symbol = Symbol("pending");

/** A power of two, as the number of places always is: the place of a position is then cut out of it. */
const FIRST_SIZE = 8;

/**
 * The results that were not handed out yet, in a ring that grows to the most items that were held at once. Ordered,
 * the position of a result is its index; else it is how many came before it.
 */
export class ResultBuffer {
  readonly #isOrdered: boolean;
  #places: unknown[] = pendingPlaces(FIRST_SIZE);
  /** Positions, ever growing: of the result to be handed out next, of the next to arrive, and past the last reserved. */
  #head = 0;
  #arrived = 0;
  #reserved = 0;

  /** An empty buffer. */
  constructor(isOrdered: boolean) {
    this.#isOrdered = isOrdered;
  }

  /** How many results are there, or on their way. */
  get held(): number {
    return this.#reserved - this.#head;
  }

  /** Whether there is a result to hand out; those that are left out are passed over. */
  get hasNext(): boolean {
    while (this.#places[this.#head & (this.#places.length - 1)] === SKIPPED) this.take();
    return this.#places[this.#head & (this.#places.length - 1)] !== PENDING;
  }

  /** Keeps a place for the result of an item that begins; items begin in the order of their indexes, from 0. */
  reserve(): void {
    if (this.held === this.#places.length) this.#grow();
    this.#reserved++;
  }

  /** The item with this `index` has its result. */
  put(index: number, result: unknown): void {
    const position = this.#isOrdered ? index : this.#arrived++;
    this.#places[position & (this.#places.length - 1)] = result;
  }

  /** Hands the next result out, which must be there. */
  take(): unknown {
    const place = this.#head++ & (this.#places.length - 1);
    const result = this.#places[place];
    // A result that was handed out is not kept alive.
    this.#places[place] = PENDING;
    return result;
  }

  /** Drops all results; nothing may be put in any more. */
  clear(): void {
    this.#places = pendingPlaces(FIRST_SIZE);
    this.#head = this.#reserved;
  }

  #grow(): void {
    const old = this.#places;
    const places = pendingPlaces(2 * old.length);
    for (let position = this.#head; position < this.#reserved; position++) {
      places[position & (places.length - 1)] = old[position & (old.length - 1)];
    }
    this.#places = places;
  }
}

function pendingPlaces(size: number): unknown[] {
  const places = objectList<unknown>();
  for (let place = 0; place < size; place++) places.push(PENDING);
  return places;
}
