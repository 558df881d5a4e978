const BLOCK_BYTES = 64;
const BLOCK_WORDS = 16;
const ROUNDS = 64;

/** How long a text may be, in code units: with the bit and the length behind it, it takes one block. */
const MAX_UNITS = 55;

/** Where in that block the length stands, of which the upper half is 0 here. */
const LENGTH_AT = 15;

/** The first 32 bits of the fractional parts of roots of the first primes: cube roots for the rounds, square roots to begin with. */
const ROUND_WORDS = fractionsOf(Math.cbrt, ROUNDS);
const FIRST_STATE = fractionsOf(Math.sqrt, 8);

const DIGITS = Uint8Array.from("0123456789abcdef", (digit) => digit.charCodeAt(0));

/** Written and read within one call. */
const words = new Int32Array(ROUNDS);
const result = new Int32Array(8);

/**
 * The SHA-256 (FIPS 180-4) of short texts that all begin with the same 64 bytes, as much as the hash takes at a time: what
 * comes of those is kept, so that each text takes half of the work. It is done here, as Deno takes twice as long to call its
 * own.
 */
export class Sha256After {
  readonly #state = new Int32Array(8);

  /** Hashes texts that begin with `block`, 64 characters of ASCII. */
  constructor(block: string) {
    fillWords(block);
    mixWords(FIRST_STATE, this.#state);
  }

  /**
   * The digest of the block and `text`.
   *
   * @param text What comes after the block.
   * @returns 64 lower-case hexadecimal digits, or `undefined` where `text` is longer than 55 units, or more than ASCII.
   */
  hexOf(text: string): string | undefined {
    const { length } = text;
    if (length > MAX_UNITS || !fillWords(text)) return undefined;
    words[length >> 2]! |= 0x80 << (24 - 8 * (length & 3));
    words[LENGTH_AT] = 8 * (BLOCK_BYTES + length);
    mixWords(this.#state, result);
    let hex = "";
    for (let i = 0; i < result.length; i += 2) hex += hexOfWords(result[i]!, result[i + 1]!);
    return hex;
  }
}

/** Fills the first words with `text`; returns whether it is ASCII. */
function fillWords(text: string): boolean {
  words.fill(0, 0, BLOCK_WORDS);
  let units = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    units |= unit;
    words[i >> 2]! |= unit << (24 - 8 * (i & 3));
  }
  return units < 0x80;
}

/** FIPS 180-4, 6.2.2: what comes of the state `from` and of the block in the words. */
function mixWords(from: Int32Array, into: Int32Array): void {
  for (let i = BLOCK_WORDS; i < ROUNDS; i++) {
    const x = words[i - 15]!;
    const y = words[i - 2]!;
    const s0 = (x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3;
    const s1 = (y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10;
    words[i] = words[i - 16]! + s0 + words[i - 7]! + s1 | 0;
  }
  let a = from[0]!;
  let b = from[1]!;
  let c = from[2]!;
  let d = from[3]!;
  let e = from[4]!;
  let f = from[5]!;
  let g = from[6]!;
  let h = from[7]!;
  for (let i = 0; i < ROUNDS; i++) {
    const sum1 = (e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7);
    const t1 = h + sum1 + (g ^ e & (f ^ g)) + ROUND_WORDS[i]! + words[i]! | 0;
    const sum0 = (a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10);
    const t2 = sum0 + (a & b ^ c & (a ^ b)) | 0;
    h = g;
    g = f;
    f = e;
    e = d + t1 | 0;
    d = c;
    c = b;
    b = a;
    a = t1 + t2 | 0;
  }
  into[0] = from[0]! + a;
  into[1] = from[1]! + b;
  into[2] = from[2]! + c;
  into[3] = from[3]! + d;
  into[4] = from[4]! + e;
  into[5] = from[5]! + f;
  into[6] = from[6]! + g;
  into[7] = from[7]! + h;
}

/** As many digits at once as can be: to put a text together of many parts takes as long as the hash. */
function hexOfWords(first: number, second: number): string {
  return String.fromCharCode(
    DIGITS[first >>> 28]!,
    DIGITS[first >>> 24 & 15]!,
    DIGITS[first >>> 20 & 15]!,
    DIGITS[first >>> 16 & 15]!,
    DIGITS[first >>> 12 & 15]!,
    DIGITS[first >>> 8 & 15]!,
    DIGITS[first >>> 4 & 15]!,
    DIGITS[first & 15]!,
    DIGITS[second >>> 28]!,
    DIGITS[second >>> 24 & 15]!,
    DIGITS[second >>> 20 & 15]!,
    DIGITS[second >>> 16 & 15]!,
    DIGITS[second >>> 12 & 15]!,
    DIGITS[second >>> 8 & 15]!,
    DIGITS[second >>> 4 & 15]!,
    DIGITS[second & 15]!,
  );
}

function fractionsOf(root: (prime: number) => number, count: number): Int32Array {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  return Int32Array.from(primes, (prime) => (root(prime) % 1) * 2 ** 32);
}
