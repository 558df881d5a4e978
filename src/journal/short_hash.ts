/** A text of so many letters is one block of SHA-256, with a bit behind it and its length at the end. */
const MAX_LETTERS = 55;

const ROUNDS = 64;

/** Each has six bits: 22 letters are the first 132 of a hash. */
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const PAIRS: readonly string[] = [...LETTERS].flatMap((first) => [...LETTERS].map((second) => first + second));
const PAIR_COUNT = 11;

/** The first 32 bits behind the point of the square roots of the first eight primes, and of the cube roots of 64. */
const PRIMES = firstPrimes(ROUNDS);
const START = Int32Array.from(PRIMES.slice(0, 8), (prime) => fractionOf(Math.sqrt(prime)));
const CONSTANTS = Int32Array.from(PRIMES, (prime) => fractionOf(Math.cbrt(prime)));

/** Nothing interrupts a hash, so all of them share these. */
const words = new Int32Array(ROUNDS);
/** As much of the hash as is asked for. */
const hash = new Int32Array(5);

/**
 * The first 22 letters of the SHA-256 (FIPS 180-4) of a short text in Base64url. To call the runtime for it takes several
 * times as long as the hash.
 *
 * @param text Any text.
 * @returns The letters; `undefined` for a text of more than 55 letters, or with others than those of ASCII.
 */
export function shortHash(text: string): string | undefined {
  if (!fillWords(text)) return undefined;
  compress();
  let letters = "";
  for (let pair = 0; pair < PAIR_COUNT; pair++) letters += PAIRS[bitsAt(12 * pair)];
  return letters;
}

function fillWords(text: string): boolean {
  const { length } = text;
  if (length > MAX_LETTERS) return false;
  words.fill(0, 0, 16);
  let all = 0;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    all |= code;
    words[i >> 2]! |= code << (24 - 8 * (i & 3));
  }
  words[length >> 2]! |= 0x80 << (24 - 8 * (length & 3));
  words[15] = 8 * length;
  return all < 0x80;
}

function compress(): void {
  for (let i = 16; i < ROUNDS; i++) {
    const early = words[i - 15]!;
    const late = words[i - 2]!;
    const first = turned(early, 7) ^ turned(early, 18) ^ early >>> 3;
    const second = turned(late, 17) ^ turned(late, 19) ^ late >>> 10;
    words[i] = (words[i - 16]! + first | 0) + (words[i - 7]! + second | 0);
  }
  let a = START[0]!, b = START[1]!, c = START[2]!, d = START[3]!;
  let e = START[4]!, f = START[5]!, g = START[6]!, h = START[7]!;
  for (let i = 0; i < ROUNDS; i++) {
    const choice = (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + (g ^ e & (f ^ g)) | 0;
    const added = (h + choice | 0) + (CONSTANTS[i]! + words[i]! | 0) | 0;
    const majority = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + (a & b ^ c & (a ^ b)) | 0;
    h = g;
    g = f;
    f = e;
    e = d + added | 0;
    d = c;
    c = b;
    b = a;
    a = added + majority | 0;
  }
  hash[0] = START[0]! + a;
  hash[1] = START[1]! + b;
  hash[2] = START[2]! + c;
  hash[3] = START[3]! + d;
  hash[4] = START[4]! + e;
}

/** The bits of `word`, turned to the right by `count`. */
function turned(word: number, count: number): number {
  return word >>> count | word << 32 - count;
}

/** Twelve bits of the hash. */
function bitsAt(start: number): number {
  const place = start & 31;
  const word = hash[start >> 5]!;
  if (place <= 20) return word >>> 20 - place & 0xfff;
  return (word << place - 20 | hash[(start >> 5) + 1]! >>> 52 - place) & 0xfff;
}

/** The first 32 bits behind the point. */
function fractionOf(root: number): number {
  return (root % 1) * 2 ** 32;
}

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  return primes;
}
