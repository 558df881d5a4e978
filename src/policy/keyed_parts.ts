/** What a policy keeps for a key, such as a limiter or a circuit breaker. */
export interface KeyedPart {
  /** Whether nothing is lost with it: a new one would do the same. */
  readonly isIdle: boolean;
}

/** So few parts take no room worth a sweep: those in use would be dropped between two calls, and made anew. */
const FEW = 128;

/** After so many calls a few parts are looked at. */
const CALLS_A_SWEEP = 32;

/** So many: more than there can be new ones meanwhile, so that a round comes to its end. */
const LOOKED_AT = 2 * CALLS_A_SWEEP;

/**
 * A part of a policy per key. Once there are many, all are looked at in turn, whatever keys are asked for, a few at a time,
 * and idle ones are dropped, so the map stays in step with use and no call has to wait for a sweep.
 */
export class KeyedParts<Part extends KeyedPart> {
  readonly #make: (key: unknown) => Part;
  readonly #parts = new Map<unknown, Part>();
  #calls = 0;
  /** Whether a round has begun and not ended: it leaves out nobody. */
  #isSweeping = false;
  /** Goes round; a map lets those be deleted that were passed. */
  #round: Iterator<[unknown, Part]> = this.#parts.entries();

  /** No part yet; `make` makes that of a key. */
  constructor(make: (key: unknown) => Part) {
    this.#make = make;
  }

  /** How many keys have a part. */
  get size(): number {
    return this.#parts.size;
  }

  /** The part of `key`. */
  of(key: unknown): Part {
    if (++this.#calls >= CALLS_A_SWEEP) this.#sweep();
    const known = this.#parts.get(key);
    if (known !== undefined) return known;
    const created = this.#make(key);
    this.#parts.set(key, created);
    return created;
  }

  /** All parts that there are. */
  all(): Iterable<Part> {
    return this.#parts.values();
  }

  #sweep(): void {
    this.#calls = 0;
    if (!this.#isSweeping && this.#parts.size < FEW) return;
    this.#isSweeping = true;
    for (let looked = 0; looked < LOOKED_AT; looked++) {
      const step = this.#round.next();
      if (step.done) {
        this.#round = this.#parts.entries();
        this.#isSweeping = false;
        return;
      }
      const [key, part] = step.value;
      if (part.isIdle) this.#parts.delete(key);
    }
  }
}
