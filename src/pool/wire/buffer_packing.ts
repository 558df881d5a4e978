/*
 * Posting a typed array to a worker thread of Deno costs 54 ns a byte (64 ms for 1 MB), a bare
 * ArrayBuffer 1 to 2 ms, and shared memory nothing beyond the copies into and out of it. So where
 * that is so, views are taken apart before they are posted and put together again behind. Everywhere
 * else a view would take along all of its buffer, so what it does not show is cut off.
 */

/** From this size on a copy through shared memory is the quicker way. */
const MIN_SHARED_BYTES = 16_384;

type ViewClass = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => ArrayBufferView;

/** The classes of views; a message names one by its place. */
const VIEW_CLASSES: readonly ViewClass[] = [
  DataView as ViewClass,
  Uint8Array,
  Int8Array,
  Uint8ClampedArray,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  ...("Float16Array" in globalThis ? [Reflect.get(globalThis, "Float16Array") as ViewClass] : []),
];

const viewName = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)!.get!;

/** A view or buffer, taken apart. */
export interface PackedBytes {
  readonly kind: "bytes";
  /** The place of its class among those of views; -1 for a bare buffer. */
  readonly type: number;
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  readonly length: number;
  readonly isCopy: boolean;
}

/** Buffers that are moved and so stay what they are. */
export type Moved = readonly unknown[];

/**
 * Takes `value` apart; no part of it is shared unless it `mayShare`.
 *
 * @param value A buffer or a view of one.
 * @param moved The buffers that are moved.
 * @param mayShare Whether the parts may share the buffer.
 * @returns The parts to post.
 */
export function packBytes(
  value: ArrayBufferView | ArrayBufferLike,
  moved: Moved,
  mayShare: boolean = true,
): PackedBytes {
  const isView = ArrayBuffer.isView(value);
  const buffer = isView ? value.buffer : value;
  const type = isView ? classOf(value) : -1;
  const length = isView ? lengthOf(value) : 0;
  const byteOffset = isView ? value.byteOffset : 0;
  if (isKept(buffer, moved)) return { kind: "bytes", type, buffer, byteOffset, length, isCopy: false };
  const bytes = new Uint8Array(buffer, byteOffset, value.byteLength);
  const isCopy = mayShare && bytes.byteLength >= MIN_SHARED_BYTES;
  const copy = new Uint8Array(new (isCopy ? SharedArrayBuffer : ArrayBuffer)(bytes.byteLength));
  copy.set(bytes);
  return { kind: "bytes", type, buffer: copy.buffer, byteOffset: 0, length, isCopy };
}

/**
 * Puts together what {@link packBytes} took apart.
 *
 * @param packedBytes The parts.
 * @returns The buffer or the view.
 */
export function unpackBytes({ type, buffer: sent, byteOffset, length, isCopy }: PackedBytes): unknown {
  const buffer = isCopy ? new Uint8Array(sent).slice().buffer : sent;
  return type < 0 ? buffer : new VIEW_CLASSES[type]!(buffer, byteOffset, length);
}

/**
 * Whether more bytes would be posted with `value` than it shows.
 *
 * @param value Any object.
 * @param moved The buffers that are moved.
 * @returns `true` if the buffer is larger.
 */
export function isPartOfBuffer(value: object, moved: Moved): boolean {
  if (!ArrayBuffer.isView(value)) return false;
  return value.byteLength !== value.buffer.byteLength && !isKept(value.buffer, moved);
}

/**
 * A copy of `view` with a buffer of its own.
 *
 * @param view A view of a buffer.
 * @returns The copy.
 */
export function cutOut(view: ArrayBufferView): ArrayBufferView {
  const { buffer, byteOffset, byteLength } = view;
  return new VIEW_CLASSES[classOf(view)]!(buffer.slice(byteOffset, byteOffset + byteLength), 0, lengthOf(view));
}

function isKept(buffer: ArrayBufferLike, moved: Moved): boolean {
  return !(buffer instanceof ArrayBuffer) || (moved.length > 0 && moved.includes(buffer));
}

function classOf(view: ArrayBufferView): number {
  // Asked of the view itself, which may be of a subclass or of another realm.
  const name = viewName.call(view) as string | undefined ?? "DataView";
  const type = VIEW_CLASSES.findIndex((each) => each.name === name);
  if (type < 0) throw new TypeError("Cannot pack a view of an unknown class");
  return type;
}

function lengthOf(view: ArrayBufferView): number {
  return (view as { length?: number }).length ?? view.byteLength;
}
