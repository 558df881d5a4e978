/*
 * Posting a typed array to a worker thread of Deno costs 54 ns a byte (64 ms for 1 MB), a bare
 * ArrayBuffer 1 to 2 ms, and shared memory nothing beyond the copies into and out of it. So where
 * that is so, views are taken apart before they are posted and put together again behind.
 */

/** The key that marks a view that was taken apart. */
const PACKED_KEY = "@opero/core/packed";

/** From this size on a copy through shared memory is the quicker way. */
const MIN_SHARED_BYTES = 16_384;

/** A view or buffer, taken apart. */
interface PackedView {
  readonly [PACKED_KEY]: string;
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  readonly length: number | undefined;
  readonly isCopy: boolean;
}

/** Buffers that are moved and so stay what they are. */
type Moved = readonly unknown[];

/**
 * Takes the views in `values` apart, also those in plain objects and arrays, by putting copies in
 * their place; answers the positions where there were any.
 */
export function packBuffers(values: unknown[], moved: Moved): number[] | undefined {
  let positions: number[] | undefined;
  for (let position = 0; position < values.length; position++) {
    const value = values[position];
    if (typeof value !== "object" || value === null || !holdsBuffer(value, new Set())) continue;
    values[position] = pack(value, moved, new Map());
    (positions ??= []).push(position);
  }
  return positions;
}

/** Puts together what {@link packBuffers} took apart, in place. */
export function unpackBuffers(values: unknown[], positions: readonly number[] | undefined): void {
  for (const position of positions ?? []) values[position] = unpack(values[position], new Map());
}

function holdsBuffer(value: unknown, seen: Set<unknown>): boolean {
  if (typeof value !== "object" || value === null || seen.has(value)) return false;
  seen.add(value);
  if (isBuffer(value)) return true;
  if (!isWalked(value)) return false;
  for (const key in value) if (holdsBuffer((value as Record<string, unknown>)[key], seen)) return true;
  return false;
}

function pack(value: unknown, moved: Moved, seen: Map<unknown, unknown>): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (seen.has(value)) return seen.get(value);
  if (isBuffer(value)) {
    const packed = packView(value, moved);
    seen.set(value, packed);
    return packed;
  }
  if (!isWalked(value)) return value;
  const copy: Record<string, unknown> = Array.isArray(value) ? new Array(value.length) as never : {};
  seen.set(value, copy);
  for (const key of Object.keys(value)) define(copy, key, pack((value as Record<string, unknown>)[key], moved, seen));
  return copy;
}

function packView(value: ArrayBufferView | ArrayBuffer, moved: Moved): PackedView {
  const isView = ArrayBuffer.isView(value);
  const buffer = isView ? value.buffer : value;
  const type = Object.prototype.toString.call(value).slice(8, -1);
  const length = isView ? (value as { length?: number }).length ?? value.byteLength : undefined;
  const byteOffset = isView ? value.byteOffset : 0;
  if (moved.includes(buffer) || !(buffer instanceof ArrayBuffer)) {
    return { [PACKED_KEY]: type, buffer, byteOffset, length, isCopy: false };
  }
  const bytes = new Uint8Array(buffer, byteOffset, value.byteLength);
  const isShared = bytes.byteLength >= MIN_SHARED_BYTES;
  const Buffer = isShared ? SharedArrayBuffer : ArrayBuffer;
  const copy = new Uint8Array(new Buffer(bytes.byteLength));
  copy.set(bytes);
  return { [PACKED_KEY]: type, buffer: copy.buffer, byteOffset: 0, length, isCopy: isShared };
}

function unpack(value: unknown, seen: Map<unknown, unknown>): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (seen.has(value)) return seen.get(value);
  if (PACKED_KEY in value) {
    const view = unpackView(value as PackedView);
    seen.set(value, view);
    return view;
  }
  seen.set(value, value);
  if (!isWalked(value)) return value;
  const holder = value as Record<string, unknown>;
  for (const key of Object.keys(holder)) define(holder, key, unpack(holder[key], seen));
  return value;
}

function unpackView({ [PACKED_KEY]: type, buffer: sent, byteOffset, length, isCopy }: PackedView): unknown {
  const buffer = isCopy ? new Uint8Array(sent).slice().buffer : sent;
  if (length === undefined) return buffer;
  const View = (globalThis as unknown as Record<string, Uint8ArrayConstructor>)[type]!;
  return new View(buffer as ArrayBuffer, byteOffset, length);
}

function isBuffer(value: object): value is ArrayBufferView | ArrayBuffer {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
}

/** Only plain objects and arrays are looked into: of all others cloning knows better. */
function isWalked(value: object): boolean {
  if (Array.isArray(value)) return true;
  const proto = Object.getPrototypeOf(value);
  return proto === Object.prototype || proto === null;
}

/** An assignment to `__proto__` would set the prototype. */
function define(holder: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== "__proto__") holder[key] = value;
  else Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}
