import { hasFarIndex, unitsNeeded } from "./allowance.ts";
import { fromBase64 } from "./base64.ts";
import { defineOnError, emptyDomException, emptyError } from "./error_node.ts";
import { nodeBuffer, SPECIALS, TAGS, VIEW_CLASSES } from "./graph_format.ts";

type FromSlot = (slot: unknown) => unknown;
type Fields = readonly unknown[];

/**
 * Reads what `encodeGraph` wrote. The text may come from anywhere: nothing of it is run, and nothing is written but to
 * objects made here.
 *
 * @param text What `encodeGraph` returned.
 * @returns The value.
 * @throws {Error} If it is anything else.
 */
export function decodeGraph(text: string): unknown {
  const written: unknown = JSON.parse(text);
  if (!Array.isArray(written) || written.length === 0) throw new Error("No graph");
  if (unitsNeeded(written) > text.length) throw new Error("It asks for more than its length pays for");
  const made: unknown[] = [undefined];
  const fromSlot: FromSlot = (slot) => Array.isArray(slot) ? fromReference(slot, made) : asPrimitive(slot);
  for (let place = 1; place < written.length; place++) made.push(emptyOf(written[place]));
  for (let place = 1; place < written.length; place++) {
    if (written[place][0] === TAGS.view) made[place] = viewOf(written[place], fromSlot);
  }
  for (let place = 1; place < written.length; place++) fill(made[place], written[place], fromSlot);
  return fromSlot(written[0]);
}

function fromReference(slot: Fields, made: Fields): unknown {
  const place = slot[0];
  if (typeof place === "string") return bigintOf(place);
  if (!Number.isSafeInteger(place) || slot.length !== 1) throw new Error("No reference");
  const index = place as number;
  if (index === 0 || index >= made.length || -1 - index >= SPECIALS.length) throw new Error("No such place");
  return index < 0 ? SPECIALS[-1 - index] : made[index];
}

/** Texts of before have decimal digits, which are read where they are few. */
const MAX_DECIMAL_DIGITS = 1_000;

function bigintOf(text: string): bigint {
  if (text.startsWith("x")) return BigInt(`0${text}`);
  if (text.startsWith("-x")) return -BigInt(`0${text.slice(1)}`);
  if (text.length > MAX_DECIMAL_DIGITS) throw new Error("No bigint");
  return BigInt(text);
}

function asPrimitive(slot: unknown): unknown {
  if (typeof slot === "object" && slot !== null) throw new Error("No slot");
  return slot;
}

/** How each kind of object is made, before what it refers to is there. */
const EMPTY_BY_TAG: Readonly<Record<string, (fields: Fields) => unknown>> = Object.assign(Object.create(null), {
  [TAGS.object]: (node: Fields) => hasFarIndex(node) ? withoutRoom({}) : {},
  // As `Object.create(null)`, which makes a table that takes three times the memory.
  [TAGS.bareObject]: (node: Fields) => Object.setPrototypeOf(hasFarIndex(node) ? withoutRoom({}) : {}, null),
  [TAGS.array]: () => [],
  [TAGS.looseArray]: (node: Fields) => sparseArray(node[1], (node.length - 2) / 2),
  [TAGS.map]: () => new Map(),
  [TAGS.set]: () => new Set(),
  [TAGS.date]: () => new Date(NaN),
  [TAGS.regExp]: ([, source, flags]: Fields) => new RegExp(asText(source), asText(flags)),
  [TAGS.url]: ([, href]: Fields) => new URL(asText(href)),
  [TAGS.error]: emptyError,
  [TAGS.domException]: emptyDomException,
  [TAGS.buffer]: ([, text]: Fields) => fromBase64(asText(text)).buffer,
  [TAGS.nodeBuffer]: ([, text]: Fields) => {
    const NodeBuffer = nodeBuffer();
    if (NodeBuffer === undefined) throw new Error("No Buffer on this platform");
    return NodeBuffer.from(fromBase64(asText(text)).buffer);
  },
  [TAGS.view]: () => undefined,
});

/** The last place that an array has. */
const LAST_INDEX = 2 ** 32 - 2;
/** How many more places than items are accepted. */
const FEW_HOLES = 4;

/** An array of `length` holes that takes no memory for them: an item far away makes engines keep a list of what is there. */
function sparseArray(length: unknown, itemCount: number): unknown[] {
  if (!Number.isSafeInteger(length)) throw new Error("No length");
  const array: unknown[] = [];
  if ((length as number) > 2 * itemCount + FEW_HOLES) withoutRoom(array);
  array.length = length as number;
  return array;
}

/** An object that engines reserve no room for below its largest index, as something was further away than there may be room. */
function withoutRoom<T extends object>(object: T): T {
  (object as Record<number, unknown>)[LAST_INDEX] = undefined;
  delete (object as Record<number, unknown>)[LAST_INDEX];
  return object;
}

function emptyOf(node: unknown): unknown {
  if (!Array.isArray(node)) throw new Error("No node");
  const make = EMPTY_BY_TAG[asText(node[0])];
  if (make === undefined) throw new Error("No such tag");
  return make(node);
}

function viewOf([, name, slot, byteOffset, length]: Fields, fromSlot: FromSlot): ArrayBufferView {
  const View = VIEW_CLASSES.get(asText(name));
  const buffer = fromSlot(slot);
  if (View === undefined || !(buffer instanceof ArrayBuffer)) throw new Error("No view");
  return new View(buffer, byteOffset as number, length as number);
}

function asText(value: unknown): string {
  if (typeof value !== "string") throw new Error("No text");
  return value;
}

function fill(target: unknown, node: Fields, fromSlot: FromSlot): void {
  switch (node[0]) {
    case TAGS.object:
    case TAGS.bareObject:
      return fillPairs(node, 1, (key, value) => setProperty(target as object, asText(key), value), fromSlot);
    case TAGS.looseArray:
      return fillPairs(node, 2, (key, value) => setProperty(target as object, asText(key), value), fromSlot);
    case TAGS.array:
    case TAGS.set:
      return fillItems(target as unknown[] | Set<unknown>, node, fromSlot);
    case TAGS.map:
      return fillPairs(
        node,
        1,
        (key, value) => void (target as Map<unknown, unknown>).set(fromSlot(key), value),
        fromSlot,
      );
    case TAGS.date:
      return void (target as Date).setTime(Number(fromSlot(node[1])));
    case TAGS.regExp:
      return void ((target as RegExp).lastIndex = fromSlot(node[3]) as number);
    case TAGS.error:
      return fillPairs(node, 2, (key, value) => defineOnError(target as Error, asText(key), value), fromSlot);
    case TAGS.domException:
      return fillPairs(node, 3, (key, value) => defineOnError(target as Error, asText(key), value), fromSlot);
  }
}

function fillPairs(
  node: Fields,
  start: number,
  put: (key: unknown, value: unknown) => void,
  fromSlot: FromSlot,
): void {
  for (let i = start; i < node.length; i += 2) put(node[i], fromSlot(node[i + 1]));
}

function fillItems(target: unknown[] | Set<unknown>, node: Fields, fromSlot: FromSlot): void {
  for (let i = 1; i < node.length; i++) {
    if (Array.isArray(target)) target.push(fromSlot(node[i]));
    else target.add(fromSlot(node[i]));
  }
}

/** An assignment to `__proto__` would change the prototype. */
function setProperty(target: object, key: string, value: unknown): void {
  if (key !== "__proto__") (target as Record<string, unknown>)[key] = value;
  else Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
}
