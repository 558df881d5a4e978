import { sha256Hex } from "../runtime/sha256.ts";
import type { MaybePromise } from "./cache_backend.ts";

/** How many hexadecimal digits tell a namespace, or a function in it: they serve clears alone, no read trusts them. */
const PART_DIGITS = 16;

/** A whole key of the engine: namespace, function, and the SHA-256 of those two and the call. */
export const ENGINE_KEY: RegExp = /^[0-9a-f]{16}\.[0-9a-f]{16}\.[0-9a-f]{64}$/;

/** A prefix of the engine's keys: what all keys of a namespace, or of a function in it, begin with. */
const ENGINE_PREFIX = /^[0-9a-f]{16}\.(?:[0-9a-f]{16}\.)?$/;

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

/**
 * The stored key of a call: the function's prefix, and the SHA-256 of all that tells the call from every other. So nothing of an
 * argument leaves the process, no key is hostile to its store, and two calls share a key only where SHA-256 fails.
 */
export function storedKey(
  prefix: MaybePromise<string>,
  parts: { readonly namespace: string; readonly identity: string; readonly version: string; readonly key: string },
): MaybePromise<string> {
  const hash = sha256Hex(joined(parts.namespace, parts.identity, parts.version, parts.key));
  return then(prefix, (start) => then(hash, (digits) => start + digits));
}

/**
 * An engine's key as 48 bytes, and an engine's prefix as 8 or 16, for stores that pay by the byte. A key begins with a
 * prefix exactly where its bytes begin with the prefix's. Any other text is `undefined`.
 */
export function engineKeyBytes(key: string): Uint8Array<ArrayBuffer> | undefined {
  if (!ENGINE_KEY.test(key) && !ENGINE_PREFIX.test(key)) return undefined;
  const digits = key.replaceAll(".", "");
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** Goes on with a value at once, or with a promise's once it is there. */
export function then<T, R>(value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}
