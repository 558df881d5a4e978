import { sha256OfBytes } from "../../runtime/sha256.ts";

/** Fewer bytes stand in a key as they are; of more of them their SHA-256 does, which is short, and no two ever shared one. */
const MAX_PLAIN_BYTES = 256;

/** As many bytes as one call of `String.fromCharCode` takes without harm to the stack. */
const CHUNK_BYTES = 4_096;

/**
 * A text for `bytes` that no others have, and that ends by itself.
 *
 * @param bytes The content of a buffer or a view.
 * @returns The text.
 */
export function bytesText(bytes: Uint8Array): string {
  const hash = bytes.length > MAX_PLAIN_BYTES ? sha256OfBytes(unshared(bytes)) : undefined;
  return hash === undefined ? `${bytes.length}:${unitsOf(bytes)}` : `${bytes.length}$${hash}`;
}

/**
 * The bytes that `view` shows, wherever it was made, and none of those around them.
 *
 * @param view A typed array or a `DataView`.
 * @returns The bytes, not copied.
 * @throws {TypeError} If it is no view, whatever its type says.
 */
export function viewBytes(view: ArrayBufferView): Uint8Array {
  if (!ArrayBuffer.isView(view)) throw new TypeError("No view");
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** Not every runtime hashes memory that another thread may write to. */
function unshared(bytes: Uint8Array): Uint8Array {
  return bytes.buffer instanceof ArrayBuffer ? bytes : bytes.slice();
}

function unitsOf(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += CHUNK_BYTES) {
    text += String.fromCharCode(...bytes.subarray(i, i + CHUNK_BYTES));
  }
  return text;
}
