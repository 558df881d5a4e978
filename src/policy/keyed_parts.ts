/** What a policy keeps for a key, such as a limiter or a circuit breaker. */
export interface KeyedPart {
  /** Whether nothing is lost with it: a new one would do the same. */
  readonly isIdle: boolean;
}

/** So few parts take no room worth a sweep: those in use would be dropped between two calls, and made anew. */
const FEW = 128;

/** After so many calls the next few parts are looked at. */
const CALLS_A_SWEEP = 32;

/** How many that stay are looked at then, and how many in all: where few are still in use, the others are dropped quickly. */
const KEPT_A_SWEEP = 8;
const LOOKED_AT = 64;

/** How many that stay are looked at for each new part: more than one, so that a round ends. */
const KEPT_A_NEW_KEY = 4;

/**
 * A part of a policy per key. Once there are many, all are looked at in turn, whatever keys are asked for, a few at a time,
 * and idle ones are dropped, so the map stays in step with use and no call has to wait for a sweep.
 */
export class KeyedParts<Part extends KeyedPart> {
  readonly #make: (key: unknown) => Part;
  readonly #parts = new Map<unknown, Part>();
  #calls = 0;
  /** Whether a round has begun and not ended: it leaves out none. */
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

  /** The part of `key`. Others are looked at before it is found, as it may be idle until it is used. */
  of(key: unknown): Part {
    if (++this.#calls >= CALLS_A_SWEEP) {
      this.#calls = 0;
      this.#sweep(KEPT_A_SWEEP);
    }
    return this.#parts.get(key) ?? this.#add(key);
  }

  /** All parts that there are. */
  all(): Iterable<Part> {
    return this.#parts.values();
  }

  #add(key: unknown): Part {
    this.#sweep(KEPT_A_NEW_KEY);
    const part = this.#make(key);
    this.#parts.set(key, part);
    return part;
  }

  #sweep(kept: number): void {
    if (!this.#isSweeping && this.#parts.size < FEW) return;
    this.#isSweeping = true;
    for (let looked = 0; looked < LOOKED_AT && kept > 0; looked++) {
      const step = this.#round.next();
      if (step.done) {
        this.#round = this.#parts.entries();
        this.#isSweeping = false;
        return;
      }
      const [key, part] = step.value;
      if (part.isIdle) this.#parts.delete(key);
      else kept--;
    }
  }
}
