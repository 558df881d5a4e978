import { LazyModule } from "../../runtime/lazy_module.ts";
import { sha256Hex, sha256HexNow } from "../../runtime/sha256.ts";
import type { Sha256After } from "../../runtime/sha256_after.ts";
import { type MaybePromise, whenReady } from "../../call/maybe_promise.ts";

/** How many hexadecimal digits tell a namespace, or a function in it: they serve clears alone, no read trusts them. */
const PART_DIGITS = 16;

/** A whole key of the engine: namespace, function, and the SHA-256 of those two and the call. */
export const ENGINE_KEY: RegExp = /^[0-9a-f]{16}\.[0-9a-f]{16}\.[0-9a-f]{64}$/;

/** Stands between what is hashed together; a length goes before each, so that no text passes for two. */
function joined(...parts: readonly string[]): string {
  return parts.map((part) => `${part.length}:${part}`).join("");
}

/**
 * Whether `name` can be that of a directory, or else a file, made of a part of an engine's key.
 *
 * @param name The name of a file or directory, without its path.
 * @returns `false` for every other name.
 */
export function isKeyPart(name: string): boolean {
  return /^(?:[0-9a-f]{16}|[0-9a-f]{64})$/.test(name);
}

/**
 * What all stored keys of `namespace` begin with.
 *
 * @param namespace The option `cacheNamespace`; functions of one namespace are cleared together.
 * @returns The prefix; a promise where the runtime hashes asynchronously.
 */
export function namespacePrefix(namespace: string): MaybePromise<string> {
  return whenReady(sha256Hex(namespace), (hash) => `${hash.slice(0, PART_DIGITS)}.`);
}

/**
 * What all stored keys of the function known as `identity` in `namespace` begin with.
 *
 * @param namespace The option `cacheNamespace`; functions of one namespace are cleared together.
 * @param identity What distinguishes the function from all others.
 * @returns The prefix; a promise where the runtime hashes asynchronously.
 */
export function functionPrefix(namespace: string, identity: string): MaybePromise<string> {
  const hash = sha256Hex(joined(namespace, identity));
  return whenReady(
    namespacePrefix(namespace),
    (prefix) => whenReady(hash, (digits) => `${prefix}${digits.slice(0, PART_DIGITS)}.`),
  );
}

/** What the keys of a function are made with. It is made once: an identity may hold the whole source of the function. */
export interface FunctionKey {
  /** What they begin with. */
  readonly prefix: string;
  /** The SHA-256 of all that distinguishes the function from every other. */
  readonly digest: string;
  /** Hashes it with what distinguishes a call, where that is short; from the time on that its code is loaded. */
  short: Sha256After | undefined;
}

const sha256After = /* @__PURE__ */ new LazyModule(() => import("../../runtime/sha256_after.ts"));

/**
 * The part of the keys that all calls of the function known as `identity` in `namespace` share, in its `version`.
 *
 * @param namespace The option `cacheNamespace`; functions of one namespace are cleared together.
 * @param identity What distinguishes the function from all others.
 * @param version The `cacheVersion` of the function.
 * @param isNoted Whether entries hold more than a result.
 * @returns The part that the keys share; a promise where the runtime hashes asynchronously.
 */
export function functionKey(
  namespace: string,
  identity: string,
  version: string,
  isNoted = false,
): MaybePromise<FunctionKey> {
  const hash = sha256Hex(joined(namespace, identity, version, ...isNoted ? ["noted"] : []));
  return whenReady(
    functionPrefix(namespace, identity),
    (prefix) => whenReady(hash, (digest) => ({ prefix, digest, short: undefined })),
  );
}

/**
 * The stored key of a call: the function's prefix, and the SHA-256 of the function's digest and of what distinguishes the call from
 * its others. So nothing of an argument leaves the process, no key is hostile to its store, and two calls share a key only
 * where SHA-256 fails.
 *
 * @param functionKey The part that all keys of the function share.
 * @param key What distinguishes the call from other calls of the function.
 * @returns The stored key; a promise where the runtime hashes asynchronously.
 */
export function storedKey({ prefix, digest }: FunctionKey, key: string): MaybePromise<string> {
  return whenReady(sha256Hex(digest + key), (digits) => prefix + digits);
}

/**
 * {@link storedKey} for a function whose own key was there at once, as then all hashes are.
 *
 * @param functionKey The part that all keys of the function share.
 * @param key What distinguishes the call from other calls of the function.
 * @returns The stored key.
 * @throws {ConfigurationError} If the runtime has no `node:crypto`.
 */
export function storedKeyNow(functionKey: FunctionKey, key: string): string {
  const { prefix, digest } = functionKey;
  const short = functionKey.short ??= shortAfter(digest);
  return prefix + (short?.hexOf(key) ?? sha256HexNow(digest + key));
}

function shortAfter(digest: string): Sha256After | undefined {
  const module = sha256After.loaded;
  if (module !== undefined) return new module.Sha256After(digest);
  void sha256After.load();
  return undefined;
}

/** How many bytes a whole key of the engine is as bytes. */
export const ENGINE_KEY_BYTES = 48;

/** How many characters a whole key is. */
const KEY_LENGTH = 98;

const NO_DIGIT = 16;

/** How many bytes an engine's key, or a prefix of one, is as bytes, by the length of its text. */
const BYTES_BY_LENGTH: Readonly<Record<number, number>> = { 17: 8, 34: 16, [KEY_LENGTH]: ENGINE_KEY_BYTES };

/** What a character of ASCII is worth as a hexadecimal digit in lower case, 16 where it is none. */
const DIGITS = Uint8Array.from({ length: 256 }, (_, code) => {
  const digit = "0123456789abcdef".indexOf(String.fromCharCode(code));
  return digit === -1 ? NO_DIGIT : digit;
});

/** Characters as bytes: those of a text are read one by one in three times as long. */
const codes = new Uint8Array(KEY_LENGTH);
/** Made with the first text: an import reads no global that a runtime makes when it is first read. */
let encoder: TextEncoder | undefined;

const DOT = ".".charCodeAt(0);

/**
 * An engine's key as 48 bytes, and an engine's prefix as 8 or 16, for stores that pay by the byte. A key begins with a
 * prefix exactly where its bytes begin with the prefix's. Any other text is `undefined`. It is asked at each operation, so
 * it puts the bytes of a whole key into `target` where one is given: to make an array takes longer than to fill it.
 *
 * @param key Any text.
 * @param target Takes the bytes of a whole key.
 * @returns The bytes, or `undefined` where `key` is no key or prefix of the engine.
 */
export function engineKeyBytes(
  key: string,
  target?: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> | undefined {
  const length = BYTES_BY_LENGTH[key.length];
  // Of what is not ASCII less is read than there is, or it has bytes that are no digits.
  if (length === undefined) return undefined;
  encoder ??= new TextEncoder();
  if (encoder.encodeInto(key, codes).read !== key.length) return undefined;
  const bytes = length === ENGINE_KEY_BYTES && target !== undefined ? target : new Uint8Array(length);
  let isWrong = 0;
  for (let i = 0, at = 0; i < length;) {
    const high = DIGITS[codes[at++]!]!;
    const low = DIGITS[codes[at++]!]!;
    isWrong |= (high | low) & NO_DIGIT;
    bytes[i++] = high << 4 | low;
    // The parts of 16 digits end with a dot.
    if (i === 8 || i === 16) isWrong |= codes[at++]! ^ DOT;
  }
  return isWrong === 0 ? bytes : undefined;
}
