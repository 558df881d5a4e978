import { sourceOf } from "../../function_source/callable_source.ts";
import { mayHideState } from "../../function_source/hidden_state.ts";
import { isWrapper } from "../../call/ensure_async.ts";
import { checksum } from "../codec/checksum.ts";
import { nodeBuffer } from "../codec/graph_format.ts";
import { builtInName, ownValue } from "./realm.ts";
import { STATE_KINDS, type StateKind } from "./state_kind.ts";
import { temporalKind } from "./temporal_kind.ts";

/** What is known of the objects with one prototype. */
export interface ClassKind {
  /** Their nearest built-in class. */
  readonly kind: StateKind;
  /** What distinguishes the class from others, in this process and the next: its name, and what its text is. */
  readonly mark: string;
  /** Whether it is a class of the user's own, of which another may have the same text. */
  readonly isOwnClass: boolean;
}

/** The kinds of classes met so far; `null` for one whose state cannot be read. */
const known = new WeakMap<object, ClassKind | null>();

/**
 * What is known of the objects with `prototype`, or `undefined` where they may hold state that cannot be seen.
 *
 * @param prototype The prototype of the object.
 * @returns What is known of the class, or `undefined`.
 */
export function classKindOf(prototype: object): ClassKind | undefined {
  let found = known.get(prototype);
  if (found === undefined) {
    found = findKind(prototype);
    known.set(prototype, found);
  }
  return found ?? undefined;
}

function findKind(prototype: object): ClassKind | null {
  const texts: string[] = [];
  for (let current: object | null = prototype; current !== null; current = Object.getPrototypeOf(current)) {
    const kind = builtInKind(current);
    if (kind !== undefined) return classKind(kind, prototype, texts);
    const text = visibleText(current);
    if (text === undefined) return null;
    texts.push(text);
  }
  return null;
}

function classKind(kind: StateKind, prototype: object, texts: readonly string[]): ClassKind | null {
  if (texts.length === 0) return { kind, mark: kind.name, isOwnClass: false };
  // Which fields a class of views has cannot be known without naming each of its items.
  if (!kind.hasFields) return null;
  const name = String((prototype.constructor as { name?: unknown }).name);
  return { kind, mark: `${name.length}:${name}~${checksum(texts.join("\n"))}~${kind.name}`, isOwnClass: true };
}

/** Those that are no part of the language, and so are known in this realm only. */
const OF_HOST = new Map<object, string>([
  [URL.prototype, "URL"],
  [URLSearchParams.prototype, "URLSearchParams"],
]);

function builtInKind(prototype: object): StateKind | undefined {
  const name = OF_HOST.get(prototype) ?? builtInName(prototype) ??
    (prototype === nodeBuffer()?.prototype ? "Buffer" : undefined);
  return (name === undefined ? undefined : STATE_KINDS.get(name)) ?? temporalKind(prototype);
}

/** The text of a class, or `undefined` where it is native, or may keep hidden state. */
function visibleText(prototype: object): string | undefined {
  const constructor = ownValue(prototype, "constructor");
  if (typeof constructor !== "function" || ownValue(constructor, "prototype") !== prototype) return undefined;
  const text = sourceOf(constructor as () => unknown);
  if (text === undefined || mayHideState(text)) return undefined;
  const added = methodsOf(prototype).map((method) => addedText(method, text));
  return added.includes(undefined) ? undefined : text + added.join("\n");
}

/** What a method that is not written in the class adds to its text; `undefined` where it may hide state. */
function addedText(method: object, text: string): string | undefined {
  // A method that this library wraps is the class's own beneath.
  if (isWrapper(method)) return "";
  const source = sourceOf(method as () => unknown);
  if (source === undefined || text.includes(source)) return source === undefined ? undefined : "";
  return mayHideState(source) ? undefined : source;
}

function methodsOf(prototype: object): object[] {
  const methods: object[] = [];
  for (const key of Reflect.ownKeys(prototype)) {
    if (key === "constructor") continue;
    const { value, get, set } = Object.getOwnPropertyDescriptor(prototype, key)!;
    for (const method of [value, get, set]) if (typeof method === "function") methods.push(method);
  }
  return methods;
}
