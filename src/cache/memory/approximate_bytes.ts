/** What an object takes beside its fields: a header, a shape, a place to stand. */
const OBJECT_BYTES = 32;
const FIELD_BYTES = 8;

/** How many fields are read at once, which is faster than one by one. */
const FEW_FIELDS = 64;

/**
 * Roughly how many bytes `value` takes in memory. JavaScript has no way to ask, so it is estimated: two bytes
 * a character, eight a field, the length of binary data. It stops once it is over `enoughBytes`, and reads no further.
 *
 * @param value A result, or the arguments kept beside it.
 * @param enoughBytes The count stops above this.
 * @returns The number of bytes; no more exact once it is over `enoughBytes`.
 */
export function approximateBytes(value: unknown, enoughBytes: number): number {
  const seen = new Set<object>();
  const pending: Iterator<unknown>[] = [[value].values()];
  let bytes = 0;
  while (pending.length > 0 && bytes <= enoughBytes) {
    const { done, value: next } = pending.at(-1)!.next();
    if (done) {
      pending.pop();
      continue;
    }
    bytes += ownBytes(next);
    if (typeof next !== "object" || next === null || seen.has(next)) continue;
    seen.add(next);
    if (bytes <= enoughBytes) pending.push(partsOf(next));
  }
  return bytes;
}

function ownBytes(value: unknown): number {
  if (typeof value === "string") return FIELD_BYTES + 2 * value.length;
  if (typeof value === "bigint") return FIELD_BYTES + value.toString(16).length / 2;
  if (typeof value !== "object" || value === null) return FIELD_BYTES;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return OBJECT_BYTES + value.byteLength;
  if (isShared(value) || isBlob(value)) return OBJECT_BYTES + (isShared(value) ? value.byteLength : value.size);
  // Places without a value in them take their room as well.
  return Array.isArray(value) ? OBJECT_BYTES + FIELD_BYTES * value.length : OBJECT_BYTES;
}

function isShared(value: object): value is SharedArrayBuffer {
  return typeof SharedArrayBuffer === "function" && value instanceof SharedArrayBuffer;
}

function isBlob(value: object): value is Blob {
  return typeof Blob === "function" && value instanceof Blob;
}

function partsOf(value: object): Iterator<unknown> {
  if (Object.getPrototypeOf(value) !== Object.prototype) return partsInTurn(value);
  const keys = Object.keys(value);
  return keys.length <= FEW_FIELDS ? Object.values(value).values() : fieldsOf(value, keys);
}

/** One after the other, as most of a large value is not needed to tell that it is too large. */
function* partsInTurn(value: object): Iterator<unknown> {
  if (ArrayBuffer.isView(value)) return;
  if (value instanceof Map) {
    for (const [key, item] of value) {
      yield key;
      yield item;
    }
  } else if (value instanceof Set) yield* value;
  else if (value instanceof Error) yield* [value.message, value.stack, value.cause];
  else if (value instanceof Date || value instanceof RegExp) yield String(value);
  else if (Array.isArray(value)) yield* itemsOf(value);
  else yield* fieldsOf(value, Object.keys(value));
}

function* fieldsOf(value: object, keys: readonly string[]): IterableIterator<unknown> {
  const fields: Readonly<Record<string, unknown>> = Object(value);
  for (const key of keys) yield fields[key];
}

/** Of a list with places that are empty its items only, as there may be thousands of millions of places. */
function* itemsOf(list: readonly unknown[]): Iterable<unknown> {
  for (let place = 0; place < list.length; place++) {
    const item = list[place];
    // The place itself was counted with the list.
    if (item !== undefined && typeof item !== "number" && typeof item !== "boolean") yield item;
  }
}
