import { bytesText, viewBytes } from "./byte_key.ts";

/** What distinguishes an object of some kind from another of that kind, but for its fields. */
export interface KindState {
  /** What is no value by itself, as a text that ends by itself. */
  readonly text: string;
  /** Values in a certain order. */
  readonly items?: readonly unknown[];
  /** Values in no order: of a set, or of a map, where each key is followed by its value. */
  readonly members?: readonly unknown[];
}

/** How the state of a kind of built-in object is read. */
export interface StateKind {
  /** What it is called in a key. */
  readonly name: string;
  /** Reads it, with this realm's own methods, whatever `value` has of its own by those names; throws for what only looks like it. */
  readonly read: (value: never) => KindState;
  /** How many own properties that are not enumerable each such object has, which hold nothing else. */
  readonly hiddenNames: (value: object) => number;
  /** Whether own properties are state. Those of a view are its bytes once more. */
  readonly hasFields: boolean;
}

const none = () => 0;

function kind<T>(
  name: string,
  read: (value: T) => KindState,
  hiddenNames: (value: object) => number = none,
  hasFields = true,
): [string, StateKind] {
  return [name, { name, read: read as StateKind["read"], hiddenNames, hasFields }];
}

/** What engines put on each error. */
const OF_ERRORS = new Set(["stack", "message", "cause", "errors", "name", "line", "column", "sourceURL", "fileName"]);
OF_ERRORS.add("lineNumber").add("columnNumber").add("originalLine").add("originalColumn");

function errorNames(error: object): number {
  return Object.getOwnPropertyNames(error)
    .filter((name) => OF_ERRORS.has(name) && !Object.prototype.propertyIsEnumerable.call(error, name)).length;
}

const ERRORS = ["Error", "EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError", "URIError"];

function readError(error: Error): KindState {
  if (Object.prototype.toString.call(error) !== "[object Error]") throw new TypeError("No error");
  return { text: "", items: [error.name, error.message, error.cause] };
}

function readAggregate(error: AggregateError): KindState {
  return { text: "", items: [...readError(error).items!, error.errors] };
}

const VIEWS = [
  ...["Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array"],
  ...["Float16Array", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array", "DataView", "Buffer"],
];

function viewKind(name: string): [string, StateKind] {
  return kind<ArrayBufferView>(name, (view) => ({ text: bytesText(viewBytes(view)) }), none, false);
}

const byteLength = getter<ArrayBuffer, number>(ArrayBuffer.prototype, "byteLength");

function readBuffer(buffer: ArrayBuffer): KindState {
  return { text: bytesText(new Uint8Array(buffer, 0, byteLength(buffer))) };
}

function readShared(buffer: SharedArrayBuffer): KindState {
  return { text: bytesText(new Uint8Array(buffer)) };
}

const source = getter<RegExp, string>(RegExp.prototype, "source");
const href = getter<URL, string>(URL.prototype, "href");

function readMap(map: Map<unknown, unknown>): KindState {
  const members: unknown[] = [];
  Map.prototype.forEach.call(map, (value, key) => members.push(key, value));
  return { text: "m", members };
}

function readSet(set: Set<unknown>): KindState {
  const members: unknown[] = [];
  Set.prototype.forEach.call(set, (member) => members.push(member));
  return { text: "s", members };
}

/** The kinds whose state can be read, by the name of their class. */
export const STATE_KINDS: ReadonlyMap<string, StateKind> = new Map([
  kind<Date>("Date", (date) => ({ text: `${Date.prototype.getTime.call(date)};` })),
  kind<RegExp>("RegExp", (regExp) => ({ text: "", items: [source(regExp), regExp.flags, regExp.lastIndex] }), () => 1),
  kind<URL>("URL", (url) => ({ text: "", items: [href(url)] })),
  kind<URLSearchParams>("URLSearchParams", (params) => ({
    text: "",
    items: [URLSearchParams.prototype.toString.call(params)],
  })),
  kind("Map", readMap),
  kind("Set", readSet),
  ...ERRORS.map((name) => kind(name, readError, errorNames)),
  kind("AggregateError", readAggregate, errorNames),
  kind("ArrayBuffer", readBuffer),
  kind("SharedArrayBuffer", readShared),
  ...VIEWS.map(viewKind),
  kind<number>("Number", (boxed) => ({ text: "", items: [Number.prototype.valueOf.call(boxed)] })),
  kind<boolean>("Boolean", (boxed) => ({ text: "", items: [Boolean.prototype.valueOf.call(boxed)] })),
  kind<bigint>("BigInt", (boxed) => ({ text: "", items: [BigInt.prototype.valueOf.call(boxed)] })),
  // Each unit of a boxed text is a field, too.
  kind<string>("String", (boxed) => ({ text: "", items: [String.prototype.valueOf.call(boxed)] }), () => 1),
  kind("Array", (array: readonly unknown[]) => ({ text: `${array.length}:` }), () => 1),
  kind("Object", () => ({ text: "" })),
]);

function getter<T, R>(prototype: object, key: string): (value: T) => R {
  const get = Object.getOwnPropertyDescriptor(prototype, key)!.get!;
  return (value) => get.call(value);
}
