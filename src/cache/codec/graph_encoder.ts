import { SerializationError } from "../../errors/serialization_error.ts";
import { describeKind } from "../../options/describe_value.ts";
import { toBase64 } from "./base64.ts";
import { unitsNeeded } from "./allowance.ts";
import { errorNode } from "./error_node.ts";
import { type GraphNode, nodeBuffer, type Slot, SPECIALS, TAGS, VIEW_CLASSES } from "./graph_format.ts";
import { requireOwn, ViewNodes } from "./view_nodes.ts";

/** Gives a value its place: as it is, or as a reference to a node of its own. */
export type ToSlot = (value: unknown) => Slot;

/**
 * Writes `value` with all that it refers to; see `graph_format.ts` for the form.
 *
 * @param value Any value.
 * @returns The text.
 * @throws {SerializationError} If it holds what cannot be kept.
 */
export function encodeGraph(value: unknown): string {
  const objects: object[] = [];
  const places = new Map<object, number>();
  const toSlot: ToSlot = (value) => {
    if (typeof value !== "object" || value === null) return primitiveSlot(value);
    let place = places.get(value);
    if (place === undefined) {
      place = objects.push(value);
      places.set(value, place);
    }
    return [place];
  };
  const written: unknown[] = [toSlot(value)];
  const views = new ViewNodes();
  // The list grows while it is gone through: what an object refers to is put at its end.
  for (const object of objects) {
    const name = viewNameOf(object);
    if (name !== undefined) views.add(object as ArrayBufferView, name, written.length);
    written.push(name === undefined ? nodeOf(object, toSlot) : undefined);
  }
  views.finish(written, (buffer) => places.has(buffer) ? [places.get(buffer)!] : undefined);
  return toText(written);
}

/** What takes longer to read than its text is long is filled up with so many spaces at most. */
const MAX_PADDING_UNITS = 2 ** 22;

function toText(written: readonly unknown[]): string {
  const text = JSON.stringify(written);
  let missing = Infinity;
  let cause: unknown;
  try {
    missing = unitsNeeded(written) - text.length;
  } catch (error) {
    cause = error;
  }
  if (missing <= MAX_PADDING_UNITS) return missing > 0 ? text + " ".repeat(Math.ceil(missing)) : text;
  throw new SerializationError("Cannot keep the value as it would take too long to read back", { cause });
}

const VIEW_NAMES = new Map<unknown, string>([...VIEW_CLASSES].map(([name, { prototype }]) => [prototype, name]));

function viewNameOf(object: object): string | undefined {
  return ArrayBuffer.isView(object) ? VIEW_NAMES.get(Object.getPrototypeOf(object)) : undefined;
}

function primitiveSlot(value: unknown): Slot {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "bigint":
      return [bigintText(value)];
    case "number":
      if (Number.isFinite(value) && !Object.is(value, -0)) return value;
      break;
    case "undefined":
      break;
    default:
      if (value === null) return value;
      throw refuse(describeKind(value));
  }
  return [-1 - SPECIALS.findIndex((special) => Object.is(special, value))];
}

/** To write or read decimal digits takes time that grows faster than their number. */
function bigintText(value: bigint): string {
  return value < 0n ? `-x${(-value).toString(16)}` : `x${value.toString(16)}`;
}

function refuse(kind: string): SerializationError {
  return new SerializationError(`Cannot keep the value as it holds ${kind}`);
}

type ToNode = (value: never, toSlot: ToSlot) => GraphNode;

/** How what has a given prototype, itself and no class made of it, is written. */
const NODES_BY_PROTOTYPE = new Map<object | null, ToNode>([
  [Object.prototype, (value: object, toSlot) => [TAGS.object, ...propertySlots(value, toSlot)]],
  [null, (value: object, toSlot) => [TAGS.bareObject, ...propertySlots(value, toSlot)]],
  [Array.prototype, arrayNode],
  [Map.prototype, (value: Map<unknown, unknown>, toSlot) => [TAGS.map, ...mapSlots(value, toSlot)]],
  [Set.prototype, (value: Set<unknown>, toSlot) => [TAGS.set, ...setSlots(value, toSlot)]],
  [Date.prototype, (value: Date, toSlot) => [TAGS.date, toSlot(Date.prototype.getTime.call(value))]],
  [RegExp.prototype, (value: RegExp, toSlot) => [TAGS.regExp, value.source, value.flags, toSlot(value.lastIndex)]],
  [URL.prototype, (value: URL) => [TAGS.url, value.href]],
  [ArrayBuffer.prototype, bufferNode],
]);

function nodeOf(value: object, toSlot: ToSlot): GraphNode {
  if (value instanceof Error) return errorNode(value, toSlot);
  const prototype = Object.getPrototypeOf(value);
  if (ArrayBuffer.isView(value) && prototype === nodeBuffer()?.prototype) return nodeBufferNode(value as Uint8Array);
  const toNode = NODES_BY_PROTOTYPE.get(prototype);
  if (toNode === undefined) throw refuse(describeKind(value));
  if (hasUnseenProperties(value)) throw refuse(`${describeKind(value)} with more in it`);
  return toNode(value as never, toSlot);
}

/**
 * Whether there are properties that its node would not have: hidden ones, symbols, or any on a `Map` and the like. Views
 * of buffers are written elsewhere.
 */
function hasUnseenProperties(value: object): boolean {
  const all = Reflect.ownKeys(value).length;
  if (value instanceof URL) return Object.keys(value).length > 0; // Some runtimes mark theirs with a symbol.
  if (value instanceof RegExp) return all > 1;
  if (Array.isArray(value)) return all > Object.keys(value).length + 1;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? all > Object.keys(value).length : all > 0;
}

function propertySlots(value: object, toSlot: ToSlot): unknown[] {
  const slots: unknown[] = [];
  for (const key of Object.keys(value)) slots.push(key, toSlot((value as Record<string, unknown>)[key]));
  return slots;
}

function arrayNode(value: unknown[], toSlot: ToSlot): GraphNode {
  if (!Array.isArray(value)) throw refuse("an object that poses as an array");
  const keys = Object.keys(value);
  // Indices come first and in order, so these two tell that there are all of them and nothing else.
  const isDense = keys.length === value.length && (keys.length === 0 || keys.at(-1) === String(value.length - 1));
  if (!isDense) return [TAGS.looseArray, value.length, ...propertySlots(value, toSlot)];
  return [TAGS.array, ...value.map(toSlot)];
}

function mapSlots(value: Map<unknown, unknown>, toSlot: ToSlot): Slot[] {
  const slots: Slot[] = [];
  Map.prototype.forEach.call(value, (item, key) => slots.push(toSlot(key), toSlot(item)));
  return slots;
}

function setSlots(value: Set<unknown>, toSlot: ToSlot): Slot[] {
  const slots: Slot[] = [];
  Set.prototype.forEach.call(value, (item) => slots.push(toSlot(item)));
  return slots;
}

function bufferNode(value: ArrayBuffer): GraphNode {
  requireOwn(value);
  return [TAGS.buffer, toBase64(new Uint8Array(value))];
}

/** Its own bytes alone: the buffer behind it is often a pool that holds the data of others. */
function nodeBufferNode(value: Uint8Array): GraphNode {
  return [TAGS.nodeBuffer, toBase64(value)];
}
