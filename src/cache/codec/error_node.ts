import { ERROR_CLASSES, type GraphNode, type Slot, TAGS } from "./graph_format.ts";

/**
 * An error with its own properties, as its nearest class of the language. A symbol as a key is passed
 * over: runtimes and libraries mark errors with them, and they mean nothing to another process.
 *
 * @param error What was thrown, of any type.
 * @param toSlot Encodes a value that the error holds.
 * @returns The node.
 */
export function errorNode(error: Error, toSlot: (value: unknown) => Slot): GraphNode {
  const properties = propertiesOf(error).flatMap(([key, value]) => [key, toSlot(value)]);
  if (error instanceof DOMException) return [TAGS.domException, error.message, error.name, ...properties];
  return [TAGS.error, nativeClassOf(error), ...properties];
}

function propertiesOf(error: Error): [key: string, value: unknown][] {
  const found: [string, unknown][] = [];
  for (const key of Reflect.ownKeys(error)) {
    if (typeof key === "symbol" || key === "stack") continue;
    const isEnumerable = Object.prototype.propertyIsEnumerable.call(error, key);
    found.push([`${isEnumerable ? "+" : "-"}${key}`, error[key as keyof Error]]);
  }
  if (typeof error.stack === "string") found.push(["-stack", error.stack]);
  return error instanceof DOMException ? found : found.concat(inheritedOf(error));
}

/** The name and the message that an error has of its own class. */
function inheritedOf(error: Error): [key: string, value: unknown][] {
  const native = ERROR_CLASSES.get(nativeClassOf(error))!.prototype;
  return (["name", "message"] as const)
    .filter((key) => !Object.hasOwn(error, key) && error[key] !== native[key])
    .map((key) => [`-${key}`, error[key]]);
}

function nativeClassOf(error: Error): string {
  for (let prototype = Object.getPrototypeOf(error); prototype !== null; prototype = Object.getPrototypeOf(prototype)) {
    const name = NAMES_BY_PROTOTYPE.get(prototype);
    if (name !== undefined) return name;
  }
  return "Error";
}

const NAMES_BY_PROTOTYPE = new Map<object, string>(
  [...ERROR_CLASSES].map(([name, { prototype }]) => [prototype, name]),
);

/**
 * The error that `fields` of a node stand for, empty yet.
 *
 * @param fields The fields of the node.
 * @returns The error, without its own properties.
 * @throws {Error} If the class is none that is known.
 */
export function emptyError([, name]: readonly unknown[]): Error {
  const Native = ERROR_CLASSES.get(name as string);
  if (Native === undefined) throw new Error("Unknown class of errors");
  return cleared(new Native([] as never));
}

/**
 * The exception that `fields` of a node stand for, without its own properties yet.
 *
 * @param fields The fields of the node.
 * @returns The exception, without its own properties.
 */
export function emptyDomException([, message, name]: readonly unknown[]): Error {
  return cleared(new DOMException(String(message), String(name)));
}

/** Without what the runtime put there, its stack above all: that would be the decoder's. */
function cleared(error: Error): Error {
  for (const key of Object.getOwnPropertyNames(error)) Reflect.deleteProperty(error, key);
  return error;
}

/**
 * Gives an error back a property; `key` begins with `+` where it is enumerable.
 *
 * @param error What was thrown, of any type.
 * @param key The name of the property, with `+` before it if it is enumerable.
 * @param value The value of the property.
 */
export function defineOnError(error: Error, key: string, value: unknown): void {
  const enumerable = key.startsWith("+");
  Object.defineProperty(error, key.slice(1), { value, enumerable, writable: true, configurable: true });
}
