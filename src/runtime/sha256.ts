import { ConfigurationError } from "../errors/configuration_error.ts";
import { builtinModule } from "./builtin_module.ts";
import { keepShape } from "./kept_shape.ts";

interface HashLike {
  update(data: string | Uint8Array): HashLike;
  digest(encoding: "hex" | "base64url"): string;
}

interface CryptoModule {
  createHash(algorithm: "sha256"): HashLike;
  /** The same at once; newer, and faster. */
  hash?(algorithm: "sha256", data: string | Uint8Array, encoding: "hex" | "base64url"): string;
}

let loadedCrypto: CryptoModule | null | undefined;

/** Asked for when it is first needed: on some runtimes it takes a tenth of a second to load. */
function nodeCrypto(): CryptoModule | undefined {
  if (loadedCrypto === undefined) {
    loadedCrypto = builtinModule<CryptoModule>("node:crypto") ?? null;
    if (loadedCrypto !== null) keepHashShape(loadedCrypto);
  }
  return loadedCrypto ?? undefined;
}

/** Where the runtime hashes by such an object, as Deno does, each of its hashes makes one. */
function keepHashShape(crypto: CryptoModule): void {
  const example = crypto.createHash("sha256");
  example.update("").digest("hex");
  keepShape(example);
}

/**
 * The SHA-256 (FIPS 180-4) of `text` as 64 lower-case hexadecimal digits: at once where the runtime has `node:crypto`,
 * else as a promise. It is that of the text's UTF-8; text with lone surrogates has none, and is hashed as the byte FF, which
 * UTF-8 never has, and its UTF-16, so that no two texts are hashed as one.
 *
 * @param text Any text.
 * @returns The digest; a promise where the runtime has no `node:crypto`.
 */
export function sha256Hex(text: string): string | Promise<string> {
  const crypto = nodeCrypto();
  return crypto === undefined ? hashWithWebCrypto(toData(text)) : hashAtOnce(crypto, toData(text));
}

/**
 * {@link sha256Hex} for what cannot wait.
 *
 * @param text Any text.
 * @returns The digest.
 * @throws {ConfigurationError} If the runtime has no `node:crypto`.
 */
export function sha256HexNow(text: string): string {
  const crypto = loadedCrypto ?? nodeCrypto();
  if (crypto !== undefined) return hashAtOnce(crypto, text.isWellFormed() ? text : encodeIllFormed(text));
  throw new ConfigurationError("Cannot hash a key at once as this runtime has no node:crypto");
}

/**
 * {@link sha256Hex}, or `undefined` where the runtime has no `node:crypto` to do it at once.
 *
 * @param text Any text.
 * @returns The digest, or `undefined`.
 */
export function sha256IfAtOnce(text: string): string | undefined {
  const crypto = nodeCrypto();
  return crypto === undefined ? undefined : hashAtOnce(crypto, toData(text));
}

/**
 * The SHA-256 of `bytes` as {@link sha256Hex} writes it, or `undefined` where the runtime has no `node:crypto` to do it at once.
 *
 * @param bytes The bytes.
 * @returns The digest, or `undefined`.
 */
export function sha256OfBytes(bytes: Uint8Array): string | undefined {
  const crypto = nodeCrypto();
  return crypto === undefined ? undefined : hashAtOnce(crypto, bytes);
}

/**
 * {@link sha256HexNow} in Base64url, which is shorter.
 *
 * @param text Any text.
 * @returns The digest, in 43 characters.
 * @throws {ConfigurationError} If the runtime has no `node:crypto`.
 */
export function sha256Base64Url(text: string): string {
  const crypto = loadedCrypto ?? nodeCrypto();
  if (crypto === undefined) {
    throw new ConfigurationError("Cannot hash a key at once as this runtime has no node:crypto");
  }
  const data = toData(text);
  return crypto.hash?.("sha256", data, "base64url") ?? crypto.createHash("sha256").update(data).digest("base64url");
}

function toData(text: string): string | Uint8Array<ArrayBuffer> {
  return text.isWellFormed() ? text : encodeIllFormed(text);
}

function hashAtOnce(crypto: CryptoModule, data: string | Uint8Array): string {
  return crypto.hash?.("sha256", data, "hex") ?? crypto.createHash("sha256").update(data).digest("hex");
}

/**
 * As {@link sha256Hex} on a platform without `node:crypto`.
 *
 * @param data A text, or bytes.
 * @returns The digest.
 */
export async function hashWithWebCrypto(data: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function encodeIllFormed(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(1 + 2 * text.length);
  bytes[0] = 0xff;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    bytes[1 + 2 * i] = unit & 0xff;
    bytes[2 + 2 * i] = unit >> 8;
  }
  return bytes;
}
