import { sha256Hex } from "../../runtime/sha256.ts";
import type { MaybePromise } from "./cache_backend.ts";

/** How many hexadecimal digits tell a namespace, or a function in it: they serve clears alone, no read trusts them. */
const PART_DIGITS = 16;

/** A whole key of the engine: namespace, function, and the SHA-256 of those two and the call. */
export const ENGINE_KEY: RegExp = /^[0-9a-f]{16}\.[0-9a-f]{16}\.[0-9a-f]{64}$/;

/** Stands between what is hashed together; a length goes before each, so that no text passes for two. */
function joined(...parts: readonly string[]): string {
  return parts.map((part) => `${part.length}:${part}`).join("");
}

/** Whether `name` can be that of a directory, or else a file, made of a part of an engine's key. */
export function isKeyPart(name: string): boolean {
  return /^(?:[0-9a-f]{16}|[0-9a-f]{64})$/.test(name);
}

/** What all stored keys of `namespace` begin with. */
export function namespacePrefix(namespace: string): MaybePromise<string> {
  return then(sha256Hex(namespace), (hash) => `${hash.slice(0, PART_DIGITS)}.`);
}

/** What all stored keys of the function known as `identity` in `namespace` begin with. */
export function functionPrefix(namespace: string, identity: string): MaybePromise<string> {
  const hash = sha256Hex(joined(namespace, identity));
  return then(
    namespacePrefix(namespace),
    (prefix) => then(hash, (digits) => `${prefix}${digits.slice(0, PART_DIGITS)}.`),
  );
}

/** What the keys of a function are made with. It is made once: an identity may hold the whole source of the function. */
export interface FunctionKey {
  /** What they begin with. */
  readonly prefix: string;
  /** The SHA-256 of all that tells the function from every other. */
  readonly digest: string;
}

/** The part of the keys that all calls of the function known as `identity` in `namespace` share, in its `version`. */
export function functionKey(namespace: string, identity: string, version: string): MaybePromise<FunctionKey> {
  const hash = sha256Hex(joined(namespace, identity, version));
  return then(functionPrefix(namespace, identity), (prefix) => then(hash, (digest) => ({ prefix, digest })));
}

/**
 * The stored key of a call: the function's prefix, and the SHA-256 of the function's digest and of what tells the call from
 * its others. So nothing of an argument leaves the process, no key is hostile to its store, and two calls share a key only
 * where SHA-256 fails.
 */
export function storedKey(fn: MaybePromise<FunctionKey>, key: string): MaybePromise<string> {
  return then(fn, ({ prefix, digest }) => then(sha256Hex(digest + key), (digits) => prefix + digits));
}

/** How many bytes a whole key of the engine is as bytes. */
export const ENGINE_KEY_BYTES = 48;

const DOT = ".".charCodeAt(0);

const NO_DIGIT = 16;

/** How many bytes an engine's key, or a prefix of one, is as bytes, by the length of its text. */
const BYTES_BY_LENGTH: Readonly<Record<number, number>> = { 17: 8, 34: 16, 98: ENGINE_KEY_BYTES };

/** What a character of ASCII is worth as a hexadecimal digit in lower case, 16 where it is none. */
const DIGITS = Uint8Array.from({ length: 128 }, (_, code) => {
  const digit = "0123456789abcdef".indexOf(String.fromCharCode(code));
  return digit === -1 ? NO_DIGIT : digit;
});

/**
 * An engine's key as 48 bytes, and an engine's prefix as 8 or 16, for stores that pay by the byte. A key begins with a
 * prefix exactly where its bytes begin with the prefix's. Any other text is `undefined`. It is asked at each operation, so
 * it goes through the text once, and puts the bytes of a whole key into `target` where one is given: to make an array takes
 * longer than to fill it.
 */
export function engineKeyBytes(
  key: string,
  target?: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> | undefined {
  const length = BYTES_BY_LENGTH[key.length];
  if (length === undefined) return undefined;
  const bytes = length === ENGINE_KEY_BYTES && target !== undefined ? target : new Uint8Array(length);
  let isWrong = 0;
  let at = 0;
  for (let i = 0; i < length;) {
    const [high, low] = [key.charCodeAt(at), key.charCodeAt(at + 1)];
    const [highDigit, lowDigit] = [DIGITS[high & 127]!, DIGITS[low & 127]!];
    isWrong |= (high | low) >> 7 | (highDigit | lowDigit) & NO_DIGIT;
    bytes[i++] = highDigit << 4 | lowDigit;
    at += 2;
    // The parts of 16 digits end with a dot.
    if (i === 8 || i === 16) isWrong |= key.charCodeAt(at++) ^ DOT;
  }
  return isWrong === 0 ? bytes : undefined;
}

/** Goes on with a value at once, or with a promise's once it is there. */
export function then<T, R>(value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}
