import { hasMore, isBareArray, isJsonObject } from "./json_object.ts";

/** Deeper values, and with them those that hold themselves, are left to the way that knows no depth. */
const MAX_DEPTH = 16;

/** Larger ones too: what refers to one object from many places may grow without end when it is written out. */
const MAX_PARTS = 65_536;

/** How many units of a text count as one more part. */
const UNITS_A_PART = 64;

/** Counts while one list of arguments is gone through, which nothing interrupts; a field would have to be handed down. */
let partsLeft = 0;

// What was found in a value, as bits: nothing but keys in order, keys in no order, something that JSON
// does not distinguish from everything else.
const SORTED = 0;
const UNSORTED = 1;
const OTHER = 2;

/**
 * `args` as JSON with the keys of objects sorted, where no other arguments have that text: they hold
 * nothing but text, numbers, booleans, `null`, arrays and plain objects. Otherwise `undefined`. It begins
 * with `{` for a lone object, else with `[`. The runtime writes JSON several times as fast as anything
 * written here could, and as one flat text, which a map finds at once.
 *
 * @param args The arguments of the call.
 * @returns The key, or `undefined` where another key is needed.
 */
export function jsonKeyOf(args: readonly unknown[]): string | undefined {
  if (isCustomised()) return undefined;
  partsLeft = MAX_PARTS;
  const order = orderInItems(args, 0);
  if (order >= OTHER) return undefined;
  const lone = args.length === 1 && isRecord(args[0]) ? args[0] : args;
  return JSON.stringify(order === SORTED ? lone : sortedCopy(lone));
}

const [objects, arrays]: readonly { readonly toJSON?: unknown }[] = [Object.prototype, Array.prototype];

/** Whether some code has given all objects or arrays a `toJSON`, which writes what it likes. */
function isCustomised(): boolean {
  return objects!.toJSON !== undefined || arrays!.toJSON !== undefined;
}

function isRecord(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function orderInItems(array: readonly unknown[], depth: number): number {
  let order = SORTED;
  for (let i = 0; i < array.length && order < OTHER; i++) order |= orderIn(array[i], depth);
  return order;
}

function orderIn(value: unknown, depth: number): number {
  if (--partsLeft < 0) return OTHER;
  if (typeof value === "string") return orderOfText(value);
  if (typeof value === "number") return isJsonNumber(value) ? SORTED : OTHER;
  if (typeof value === "object") return value === null ? SORTED : orderInObject(value, depth + 1);
  return typeof value === "boolean" ? SORTED : OTHER;
}

function orderOfText({ length }: string): number {
  if (length > UNITS_A_PART) partsLeft -= length / UNITS_A_PART;
  return SORTED;
}

/** JSON has neither -0 nor what is not finite. */
function isJsonNumber(value: number): boolean {
  return value - value === 0 && (value !== 0 || 1 / value > 0);
}

function orderInObject(value: object, depth: number): number {
  if (depth > MAX_DEPTH || !isJsonObject(value)) return OTHER;
  return Array.isArray(value) ? orderInArray(value, depth) : orderInFields(value as Record<string, unknown>, depth);
}

function orderInArray(array: readonly unknown[], depth: number): number {
  const order = orderInItems(array, depth);
  return order < OTHER && isBareArray(array) ? order : OTHER;
}

function orderInFields(record: Record<string, unknown>, depth: number): number {
  let order = SORTED;
  let previousKey = "";
  let count = 0;
  for (const key in record) {
    if (key < previousKey) order |= UNSORTED;
    order |= orderIn(record[key], depth);
    if (order >= OTHER) return OTHER;
    // A copy could not be given it: it would take it for its prototype.
    if (key === "__proto__") return OTHER;
    previousKey = key;
    count++;
  }
  return hasMore(record, count) ? OTHER : order;
}

function sortedCopy(value: unknown): unknown {
  if (!isRecord(value)) return Array.isArray(value) ? value.map(sortedCopy) : value;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort()) copy[key] = sortedCopy((value as Record<string, unknown>)[key]);
  return copy;
}
