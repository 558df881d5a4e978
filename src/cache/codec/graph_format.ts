/**
 * The form of a value that plain JSON cannot keep: `[root slot, node 1, node 2, …]`, flat, so that no depth of a
 * value is a depth of the stack. A node is `[tag, …]`, one for each object, so that sharing and cycles are kept.
 */
export type GraphNode = readonly [tag: string, ...fields: unknown[]];

/**
 * A place that holds a value: text, booleans, `null` and plain numbers as they are; `[n]` is node `n`, `["xn"]` or `["-xn"]` is
 * the bigint with the hexadecimal digits `n`, and `[-1]` and below are the {@link SPECIALS}.
 */
export type Slot = null | boolean | number | string | readonly [number | string];

/** The values without a form in JSON: `SPECIALS[i]` is written `[-1 - i]`. */
export const SPECIALS: readonly unknown[] = [undefined, NaN, Infinity, -Infinity, -0];

/** What the first item of a node tells. */
export const TAGS = {
  /** Key, slot, key, slot, … */
  object: "o",
  /** The same, without a prototype. */
  bareObject: "0",
  /** Slot, slot, … */
  array: "a",
  /** Length, key, slot, key, slot, …: an array with holes or named properties. */
  looseArray: "A",
  /** Key slot, value slot, … */
  map: "m",
  /** Slot, slot, … */
  set: "s",
  /** A slot: milliseconds since 1970. */
  date: "d",
  /** Source, flags, slot of `lastIndex`. */
  regExp: "r",
  /** The text of it. */
  url: "u",
  /** The native class, then `+` (enumerable) or `-` and the key, slot, … */
  error: "e",
  /** Message, name, then as for an error. */
  domException: "x",
  /** The bytes as base64. */
  buffer: "b",
  /** Class, slot of the buffer, offset in bytes, length in items. */
  view: "v",
  /** The bytes as base64 of a Node `Buffer`. */
  nodeBuffer: "B",
} as const;

/** The classes of views on an `ArrayBuffer` that this platform has, by name. */
export const VIEW_CLASSES: ReadonlyMap<string, ViewClass> = new Map(
  [
    "Int8Array",
    "Uint8Array",
    "Uint8ClampedArray",
    "Int16Array",
    "Uint16Array",
    "Int32Array",
    "Uint32Array",
    "Float16Array",
    "Float32Array",
    "Float64Array",
    "BigInt64Array",
    "BigUint64Array",
    "DataView",
  ].flatMap((name) => {
    const found = (globalThis as Record<string, unknown>)[name];
    return found === undefined ? [] : [[name, found as ViewClass] as const];
  }),
);

/** A class of views, a `DataView`'s too. */
export type ViewClass = new (buffer: ArrayBuffer, byteOffset: number, length: number) => ArrayBufferView;

/** The error classes of the language, by name. */
export const ERROR_CLASSES: ReadonlyMap<string, ErrorClass> = new Map<string, ErrorClass>([
  ["Error", Error],
  ["EvalError", EvalError],
  ["RangeError", RangeError],
  ["ReferenceError", ReferenceError],
  ["SyntaxError", SyntaxError],
  ["TypeError", TypeError],
  ["URIError", URIError],
  ["AggregateError", AggregateError],
]);

/** A class of errors; all but `AggregateError` take the list for a message. */
export type ErrorClass = new (errors: never) => Error;

/**
 * The `Buffer` of Node, Deno and Bun, or `undefined`. It is asked for when it is first needed, as some runtimes load it then.
 *
 * @returns The class, or `undefined` where there is none.
 */
export function nodeBuffer(): NodeBufferClass | undefined {
  return (globalThis as { Buffer?: NodeBufferClass }).Buffer;
}

/** What is needed of it. */
export interface NodeBufferClass {
  /** What its instances have as their prototype. */
  readonly prototype: object;
  /** A `Buffer` over all of `buffer`. */
  from(buffer: ArrayBuffer): Uint8Array;
}
