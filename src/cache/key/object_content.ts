import { globalValue } from "../../runtime/global_value.ts";
import { namesText } from "../../runtime/own_names.ts";
import { isProxy } from "../../runtime/proxies.ts";
import { type ClassKind, classKindOf } from "./class_kind.ts";
import { isArrayPrototype, isPlainPrototype } from "./realm.ts";
import type { KindState, StateKind } from "./state_kind.ts";
import { unkeyable } from "./unkeyable.ts";

/** What an object is in a key: a text, then values in order, then fields with their names, then values in no order, then a text. */
export interface Content {
  readonly open: string;
  readonly items: readonly unknown[];
  /** The names of the fields of `owner` that count, in order. */
  readonly keys: readonly string[];
  readonly owner: Readonly<Record<string, unknown>>;
  /** Values in no order, the items of a set, or in pairs those of a map. */
  readonly members: readonly unknown[];
  /** How many of the members belong together. */
  readonly group: 1 | 2;
  readonly close: string;
}

/** How an object that is known by its identity alone enters a key. */
export interface Identify {
  /**
   * A number that no other object has in this process.
   *
   * @throws {ConfigurationError} If keys outlive the process.
   */
  (value: object): number;
  /** Whether keys live no longer than the process does. */
  readonly isLocal: boolean;
}

/**
 * The content of `value`, or its whole text where its identity counts.
 *
 * @param value Any object.
 * @param identify What stands for an object that has no content of its own.
 * @returns The content, or the whole text.
 */
export function contentOf(value: object, identify: Identify): Content | string {
  if (isProxy(value)) return byIdentity(value, identify);
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (Array.isArray(value) && isArrayPrototype(prototype)) return contentOfArray(value, identify);
  if (!Array.isArray(value) && isPlainPrototype(prototype)) return contentOfPlain(value, identify);
  const found = prototype === null ? undefined : classKindOf(prototype);
  const state = found && stateOf(value, found);
  const content = state && contentOfKind(value, found, state, identify);
  return content ?? byIdentity(value, identify);
}

function byIdentity(value: object, identify: Identify): string {
  return `@${identify(value)};`;
}

const NONE: readonly never[] = [];

function contentOfArray(array: readonly unknown[], identify: Identify): Content | string {
  const indices = Object.keys(array);
  // Indices come first, so a name would be the last of them.
  const hasNames = Reflect.ownKeys(array).length - 1 > indices.length;
  if (hasNames || (indices.length > 0 && !isIndex(indices.at(-1)!))) return byIdentity(array, identify);
  const isDense = indices.length === array.length;
  const [items, keys] = isDense ? [array, NONE] : [NONE, indices];
  const owner = array as readonly unknown[] & Record<string, unknown>;
  return { open: `[${array.length}${isDense ? ":" : "~"}`, items, keys, owner, members: NONE, group: 1, close: "]" };
}

/** The greatest index is 2^32 - 2. */
function isIndex(key: string): boolean {
  const index = Number(key) >>> 0;
  return String(index) === key && index !== 0xffffffff;
}

function contentOfPlain(value: object, identify: Identify): Content | string {
  const keys = Object.keys(value);
  if (Object.getOwnPropertyNames(value).length > keys.length) return byIdentity(value, identify);
  if (Object.getOwnPropertySymbols(value).length > 0) throw unkeyable(Symbol());
  const owner = value as Record<string, unknown>;
  return { open: "{", items: NONE, keys: sortKeys(keys), owner, members: NONE, group: 1, close: "}" };
}

/** What only looks like an instance of a built-in class has none of its state. */
function stateOf(value: object, { kind }: ClassKind): KindState | undefined {
  try {
    return kind.read(value as never);
  } catch {
    return undefined;
  }
}

function contentOfKind(value: object, found: ClassKind, state: KindState, identify: Identify): Content | undefined {
  const keys = fieldsOf(value, found);
  if (keys === undefined) return undefined;
  const { mark, isOwnClass } = found;
  // Two classes may share name and text, and differ in what is around them.
  const number = isOwnClass && identify.isLocal ? identify(Object.getPrototypeOf(value)) : "";
  const { text, items = NONE, members = NONE } = state;
  const owner = value as Record<string, unknown>;
  return { open: `#${mark}${number}(${text}`, items, keys, owner, members, group: text === "m" ? 2 : 1, close: ")" };
}

/** The names of the fields of an instance, in order; `undefined` where there is more to it than they show. */
function fieldsOf(value: object, { kind }: ClassKind): readonly string[] | undefined {
  if (!kind.hasFields) return hasNames(value as ArrayBufferView) ? undefined : NONE;
  const all = Reflect.ownKeys(value);
  if (all.length === 0) return NONE;
  const keys = Object.keys(value);
  if (keys.length === 0 ? all.length > kind.hiddenNames(value) : hasMore(value, keys, kind)) {
    // The runtime's own marks on its classes hold no state that is not read.
    return keys.length === 0 && all.every(isHostMark) ? NONE : undefined;
  }
  return sortKeys(keys);
}

/** What runtimes put on each object of the classes whose state is read and that are none of the language. */
let hostMarks: ReadonlySet<unknown> | undefined;

function findHostMarks(): ReadonlySet<unknown> {
  const url = new URL("a:");
  return new Set([url, url.searchParams].flatMap((marked) => Object.getOwnPropertySymbols(marked)));
}

function isHostMark(key: unknown): boolean {
  hostMarks ??= findHostMarks();
  return hostMarks.has(key);
}

/** Whether there is more to `value` than what `keys` show. */
function hasMore(value: object, keys: readonly string[], kind: StateKind): boolean {
  if (Object.getOwnPropertyNames(value).length > keys.length + kind.hiddenNames(value)) return true;
  return !Object.getOwnPropertySymbols(value).every(isHostMark) ||
    keys.some((key) => isClosed(value, key));
}

/** Whether a field shows no value: an accessor, or a function with all that it may have closed over. */
function isClosed(value: object, key: string): boolean {
  const descriptor = Object.getOwnPropertyDescriptor(value, key);
  return descriptor?.get !== undefined || descriptor?.set !== undefined || typeof descriptor?.value === "function";
}

/** As many items as are named to find out whether a view has other names, too: that takes far longer than to read them. */
const MAX_NAMED_ITEMS = 64;

function hasNames(view: ArrayBufferView): boolean {
  const type = typeOfItems(view);
  const items = type === undefined ? 0 : (view as Uint8Array).length;
  if (type === undefined || items <= MAX_NAMED_ITEMS) return Reflect.ownKeys(view).length !== items;
  return Object.getOwnPropertySymbols(view).length > 0 ||
    namesText(view) !== namesText(bareLike(view as Uint8Array, type));
}

const tag = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)!;

/** Such as "Uint8Array", in any realm; `undefined` for a `DataView`, which has no items. */
function typeOfItems(view: object): string | undefined {
  return tag.get!.call(view);
}

/** A view of the same bytes, of the same class, with nothing of its own. */
function bareLike(view: Uint8Array, type: string): object {
  const View = globalValue<typeof Uint8Array>(type)!;
  const bare = new View(view.buffer, view.byteOffset, view.length);
  return Object.setPrototypeOf(bare, Object.getPrototypeOf(view));
}

/**
 * What stands before a field: its name, and how long that is.
 *
 * @param key The name of the field.
 * @returns The label.
 */
export function labelOf(key: string): string {
  return `${key.length}:${key}=`;
}

/** Insertion beats `sort()` by far on the few keys that objects have, most often in order already. */
function sortKeys(keys: string[]): string[] {
  if (keys.length > 32) return keys.sort();
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i]!;
    let j = i - 1;
    for (; j >= 0 && keys[j]! > key; j--) keys[j + 1] = keys[j]!;
    keys[j + 1] = key;
  }
  return keys;
}
