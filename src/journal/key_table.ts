/** What each letter of Base64url stands for, by its code. */
const SEXTETS = new Uint8Array(128);
for (const [i, letter] of [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"].entries()) {
  SEXTETS[letter.charCodeAt(0)] = i;
}

/** How many letters a hash has: 132 bits of it. */
const HASH_LENGTH = 22;

/** Entries are made 1024 at a time: so none is ever copied, and few are not used. */
const CHUNK_BITS = 10;
const CHUNK_MASK = 2 ** CHUNK_BITS - 1;

/** An entry is six words of 32 bits for its key, and two for its number. */
const ENTRY_WORDS = 8;
const KEY_WORDS = 6;

/** Odd, with its bits well mixed. */
const SPREAD = 0x9e3779b1;

/** Entries, as words and as numbers: two views of the same bytes. */
interface Chunk {
  readonly words: Uint32Array;
  readonly numbers: Float64Array;
}

/**
 * A number for each of many items, by their keys: the first 22 letters of a SHA-256 in Base64url, and perhaps `#` and which
 * of equal items it is. No text is kept, so that an item takes 40 to 48 bytes, and the collector has nothing to look at.
 */
export class KeyTable {
  readonly #chunks: Chunk[] = [];
  /** For each slot one more than the entry, or 0; at least two slots an entry. */
  #slots = new Uint32Array(64);
  #size = 0;
  /** The key that was looked for last: most are asked for and set at once. */
  #lastKey = "";
  /** Its entry, or -1. */
  #entry = -1;
  /** Its words. */
  readonly #key = new Uint32Array(KEY_WORDS);
  /** The slot where it was found, or where it belongs. */
  #slot = 0;

  /** How many keys have a number. */
  get size(): number {
    return this.#size;
  }

  /** The number of a key; `undefined` where it has none. */
  get(key: string): number | undefined {
    if (this.#size === 0) return undefined;
    const entry = this.#find(key);
    return entry < 0 ? undefined : this.#chunkOf(entry).numbers[(entry & CHUNK_MASK) * 4 + 3];
  }

  /** Gives a key its number, in place of the one that it had. */
  set(key: string, number: number): void {
    const found = this.#find(key);
    const entry = found < 0 ? this.#add() : found;
    this.#chunkOf(entry).numbers[(entry & CHUNK_MASK) * 4 + 3] = number;
  }

  /** The entry of a key, or -1. */
  #find(key: string): number {
    if (key === this.#lastKey) return this.#entry;
    this.#lastKey = key;
    this.#read(key);
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = slotOf(this.#key, 0) & mask;
    while (slots[slot] !== 0 && !this.#isOf(slots[slot]! - 1)) slot = (slot + 1) & mask;
    this.#slot = slot;
    return this.#entry = slots[slot]! - 1;
  }

  #isOf(entry: number): boolean {
    const { words } = this.#chunkOf(entry);
    const start = (entry & CHUNK_MASK) * ENTRY_WORDS;
    for (let i = 0; i < KEY_WORDS; i++) {
      if (words[start + i] !== this.#key[i]) return false;
    }
    return true;
  }

  /** Adds the key that was looked for, and not found. */
  #add(): number {
    const entry = this.#entry = this.#size++;
    if ((entry & CHUNK_MASK) === 0) this.#chunks.push(makeChunk());
    this.#chunkOf(entry).words.set(this.#key, (entry & CHUNK_MASK) * ENTRY_WORDS);
    this.#slots[this.#slot] = entry + 1;
    if (2 * this.#size > this.#slots.length) this.#grow();
    return entry;
  }

  #grow(): void {
    const slots = new Uint32Array(2 * this.#slots.length);
    const mask = slots.length - 1;
    for (let entry = 0; entry < this.#size; entry++) {
      let slot = slotOf(this.#chunkOf(entry).words, (entry & CHUNK_MASK) * ENTRY_WORDS) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = entry + 1;
    }
    this.#slots = slots;
  }

  /** Takes a key apart: five letters a word, the last two and the upper bits of the place among equal ones, its lower bits. */
  #read(key: string): void {
    const words = this.#key;
    for (let word = 0; word < 4; word++) {
      let bits = 0;
      for (let i = 5 * word; i < 5 * word + 5; i++) bits = (bits << 6) | SEXTETS[key.charCodeAt(i)]!;
      words[word] = bits;
    }
    const place = key.length > HASH_LENGTH ? Number(key.slice(HASH_LENGTH + 1)) : 0;
    const rest = (SEXTETS[key.charCodeAt(20)]! << 6) | SEXTETS[key.charCodeAt(21)]!;
    words[4] = rest | (Math.floor(place / 2 ** 32) << 12);
    words[5] = place;
  }

  #chunkOf(entry: number): Chunk {
    return this.#chunks[entry >>> CHUNK_BITS]!;
  }
}

function makeChunk(): Chunk {
  const numbers = new Float64Array((ENTRY_WORDS / 2) << CHUNK_BITS);
  return { numbers, words: new Uint32Array(numbers.buffer) };
}

/** Depends on all words: keys that were not made by a hash, or of equal items, would lie side by side otherwise. */
function slotOf(words: Uint32Array, start: number): number {
  let mixed = 0;
  for (let i = 0; i < KEY_WORDS; i++) {
    mixed = Math.imul(mixed ^ words[start + i]!, SPREAD);
    mixed ^= mixed >>> 15;
  }
  return mixed;
}
