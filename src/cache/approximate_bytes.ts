/** What an object takes beside its fields: a header, a shape, a place to stand. */
const OBJECT_BYTES = 32;
const FIELD_BYTES = 8;

/**
 * Roughly how many bytes `value` takes in memory. JavaScript tells nobody, so it is reckoned: two bytes
 * a character, eight a field, the length of binary data. It stops once it is over `enoughBytes`.
 */
export function approximateBytes(value: unknown, enoughBytes: number): number {
  const seen = new Set<object>();
  const pending: unknown[] = [value];
  let bytes = 0;
  while (pending.length > 0 && bytes <= enoughBytes) {
    const next = pending.pop();
    bytes += ownBytes(next);
    if (typeof next !== "object" || next === null || seen.has(next)) continue;
    seen.add(next);
    if (!ArrayBuffer.isView(next)) pushParts(next, pending);
  }
  return bytes;
}

function ownBytes(value: unknown): number {
  if (typeof value === "string") return FIELD_BYTES + 2 * value.length;
  if (typeof value !== "object" || value === null) return FIELD_BYTES;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return OBJECT_BYTES + value.byteLength;
  return OBJECT_BYTES;
}

function pushParts(value: object, pending: unknown[]): void {
  if (value instanceof Map) {
    for (const [key, item] of value) pending.push(key, item);
  } else if (value instanceof Set || Array.isArray(value)) {
    for (const item of value) pending.push(item);
  } else {
    for (const [key, item] of Object.entries(value)) pending.push(key, item);
  }
}
