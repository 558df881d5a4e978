const LANE_A = 0x9e3779b1;
const LANE_B = 0x5f356495;

/**
 * A checksum of 53 bits over the UTF-16 code units of `text` from `start` to `end`, chained to `seed`, the checksum of
 * what came before. It finds damage, not forgery. Each step is a bijection of the state, so a
 * change of one code unit is always found; the mixing is that of MurmurHash3 (Appleby, 2011).
 */
export function checksum(text: string, seed = 0, start = 0, end: number = text.length): number {
  let a = (seed | 0) ^ LANE_A;
  let b = Math.floor(seed / 2 ** 32) ^ LANE_B;
  const even = end - ((end - start) & 1);
  for (let i = start; i < even; i += 2) {
    const unit = text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16);
    a = Math.imul((a << 13 | a >>> 19) ^ unit, LANE_A);
    b = Math.imul((b << 17 | b >>> 15) ^ unit, LANE_B);
  }
  if (even < end) {
    a = Math.imul(a ^ text.charCodeAt(even), LANE_A);
    b = Math.imul(b ^ text.charCodeAt(even), LANE_B);
  }
  a = mix(a ^ (end - start));
  b = mix(b ^ a);
  return (b & 0x1fffff) * 2 ** 32 + ((a ^ b) >>> 0);
}

function mix(lane: number): number {
  let mixed = lane;
  mixed = Math.imul(mixed ^ mixed >>> 16, 0x85ebca6b);
  mixed = Math.imul(mixed ^ mixed >>> 13, 0xc2b2ae35);
  return mixed ^ mixed >>> 16;
}
