/** Writes a part of an object's state. */
type WritePart = (part: unknown) => string;

/** How the state of a kind of object is read. */
export interface StateKind {
  /** The state that is not in own properties, as a text that no other state has. */
  readonly read: (value: never, write: WritePart) => string;
  /** Whether own properties hold no state, as the indices of a typed array. */
  readonly isOpaque: boolean;
}

const inFields: StateKind = { read: () => "", isOpaque: false };

function kind<T>(read: (value: T, write: WritePart) => string, isOpaque = false): StateKind {
  return { read: read as StateKind["read"], isOpaque };
}

const bytesKind = kind<ArrayBufferView>((view) => bytesText(view.buffer, view.byteOffset, view.byteLength), true);

const TYPED_ARRAY = Object.getPrototypeOf(Uint8Array.prototype) as object;

/** The built-in classes whose state can be read, by prototype. A subclass is read as its nearest built-in class. */
const BUILT_IN = new Map<object, StateKind>([
  [Date.prototype, kind<Date>((date) => `${date.getTime()};`)],
  [RegExp.prototype, kind<RegExp>((regex, write) => write(regex.source) + write(regex.flags) + write(regex.lastIndex))],
  [URL.prototype, kind<URL>((url, write) => write(url.href), true)],
  [URLSearchParams.prototype, kind<URLSearchParams>((params, write) => write(params.toString()), true)],
  [Map.prototype, kind<Map<unknown, unknown>>((map, write) => sorted([...map].map(([k, v]) => write(k) + write(v))))],
  [Set.prototype, kind<Set<unknown>>((set, write) => sorted([...set].map(write)))],
  [Error.prototype, kind<Error>(writeError)],
  [
    AggregateError.prototype,
    kind<AggregateError>((error, write) => writeError(error, write) + write(error.errors)),
  ],
  [ArrayBuffer.prototype, kind<ArrayBuffer>((buffer) => bytesText(buffer, 0, buffer.byteLength), true)],
  [DataView.prototype, bytesKind],
  [TYPED_ARRAY, bytesKind],
  [Number.prototype, kind<object>((boxed, write) => write(boxed.valueOf()))],
  [String.prototype, kind<object>((boxed, write) => write(boxed.valueOf()), true)],
  [Boolean.prototype, kind<object>((boxed, write) => write(boxed.valueOf()))],
  [BigInt.prototype, kind<object>((boxed, write) => write(boxed.valueOf()))],
  [Array.prototype, kind<readonly unknown[]>((array, write) => `${array.length}:${[...array].map(write).join("")}`)],
  [Object.prototype, inFields],
]);

/** The kinds of classes met so far; `null` for one whose state cannot be read. */
const kindByPrototype = new WeakMap<object, StateKind | null>();

/**
 * How to read the state of `value`, an object of some class, or `undefined` where it holds state that
 * cannot be seen: private fields, symbols, slots of the runtime. Two such objects would look alike, and
 * one would be given the other's result.
 */
export function stateKindOf(value: object): StateKind | undefined {
  const prototype = Object.getPrototypeOf(value) as object;
  let found = kindByPrototype.get(prototype);
  if (found === undefined) {
    found = kindOfClass(prototype);
    kindByPrototype.set(prototype, found);
  }
  if (found === null) return undefined;
  // What the runtime itself keeps under symbols is not to be read, nor need it be.
  return found.isOpaque || Object.getOwnPropertySymbols(value).length === 0 ? found : undefined;
}

function kindOfClass(prototype: object): StateKind | null {
  for (let current: object | null = prototype; current !== null; current = Object.getPrototypeOf(current)) {
    const builtIn = BUILT_IN.get(current);
    if (builtIn !== undefined) return builtIn;
    if (isTemporal(current)) return kind<object>((moment, write) => write(String(moment)), true);
    if (addsNothing(current)) continue;
    if (hidesState(current)) return null;
  }
  return inFields;
}

/** `TypeError` and `Uint8Array` and their like are native, but hold no more than any `Error` or typed array. */
function addsNothing(prototype: object): boolean {
  const parent: unknown = Object.getPrototypeOf(prototype);
  return (parent === Error.prototype || parent === TYPED_ARRAY) && isNative(prototype.constructor);
}

function isTemporal(prototype: object): boolean {
  const tag = Object.getOwnPropertyDescriptor(prototype, Symbol.toStringTag)?.value;
  return typeof tag === "string" && tag.startsWith("Temporal.");
}

/** A native class has slots, and a class with private fields says so in its text. */
function hidesState(prototype: object): boolean {
  const { constructor } = prototype;
  return typeof constructor !== "function" || isNative(constructor) || /#[\p{ID_Start}$_]/u.test(String(constructor));
}

function isNative(constructor: unknown): boolean {
  return /\{\s*\[native code\]\s*\}\s*$/.test(String(constructor));
}

function writeError(error: Error, write: WritePart): string {
  return write(error.name) + write(error.message) + write(error.cause);
}

/** The order in which a map or set was filled makes no other value. */
function sorted(parts: string[]): string {
  return `${parts.length}:${parts.sort().join("")}`;
}

function bytesText(buffer: ArrayBufferLike, offset: number, length: number): string {
  const bytes = new Uint8Array(buffer, offset, length);
  let text = `${length}:`;
  for (let i = 0; i < length; i += 4_096) text += String.fromCharCode(...bytes.subarray(i, i + 4_096));
  return text;
}
