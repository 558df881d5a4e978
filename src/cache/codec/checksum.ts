const LANE_A = 0x9e3779b1;
const LANE_B = 0x5f356495;

/** As many UTF-16 code units as are made bytes at a time. */
const CHUNK_UNITS = 0x4000;

/** Made with the first text: an import reads no global that a runtime makes when it is first read. */
let encoder: TextEncoder | undefined;
const bytes = new Uint8Array(CHUNK_UNITS * 3 + 4);
const words = new Uint32Array(bytes.buffer);

/**
 * A checksum of 53 bits over well-formed `text`, chained to `seed`, the checksum of what came before. It finds damage,
 * not forgery. Each step is a bijection of the state, so that one changed word is always found;
 * the last mixing is that of MurmurHash3 (Appleby, 2011). UTF-8 is what is gone through, since reading a text
 * unit by unit takes three times as long.
 *
 * @param text The text to protect, of any length.
 * @param seed The checksum of the text before this one.
 * @returns The checksum, a safe integer.
 */
export function checksum(text: string, seed = 0): number {
  let a = (seed | 0) ^ LANE_A;
  let b = Math.floor(seed / 2 ** 32) ^ LANE_B;
  for (let start = 0; start < text.length;) {
    const chunk = text.length <= CHUNK_UNITS ? text : chunkOf(text, start);
    start += chunk.length;
    encoder ??= new TextEncoder();
    const { written } = encoder.encodeInto(chunk, bytes);
    // The last word is filled up with zeros.
    bytes.fill(0, written, written + 3);
    const count = (written + 3) >> 2;
    for (let i = 0; i < count; i++) {
      const word = words[i]!;
      a = Math.imul((a << 13 | a >>> 19) ^ word, LANE_A);
      b = Math.imul((b << 17 | b >>> 15) ^ word, LANE_B);
    }
  }
  // Each bit of the result depends on all of both lanes.
  a ^= text.length;
  a = Math.imul(a ^ a >>> 16, 0x85ebca6b);
  a = Math.imul(a ^ a >>> 13, 0xc2b2ae35);
  a ^= a >>> 16;
  b ^= a;
  b = Math.imul(b ^ b >>> 16, 0x85ebca6b);
  b = Math.imul(b ^ b >>> 13, 0xc2b2ae35);
  b ^= b >>> 16;
  return (b & 0x1fffff) * 2 ** 32 + ((a ^ b) >>> 0);
}

/** The next piece of `text`, never with half a surrogate pair at its end. */
function chunkOf(text: string, start: number): string {
  const end = Math.min(start + CHUNK_UNITS, text.length);
  const isSplit = end < text.length && (text.charCodeAt(end - 1) & 0xfc00) === 0xd800;
  return text.slice(start, isSplit ? end - 1 : end);
}
