import { packBytes } from "./buffer_packing.ts";
import { errorPart, readField } from "./error_part.ts";
import { type ObjectKind, objectKindOf } from "./object_kind.ts";
import { defineField, type ErrorPart, IS_ENUMERABLE, IS_SYMBOL, type PackingList, type Part } from "./packing.ts";

/** Errors hold requests, sockets, whole bodies: of each so many characters or bytes cross. */
export const MAX_ERROR_SIZE = 65_536;

/** Stands for what cannot be read, and is left out as all symbols are. */
const UNREADABLE = Symbol("unreadable");

/** What an object or a field costs of that beside what it holds. */
const ENTRY_SIZE = 8;

/** Longer texts get the room that all else leaves. */
const MAX_SHORT_TEXT = 1_024;

type StandIn = { readonly copy: object } | { readonly part: number };

/**
 * Puts errors, and what they hold, into parts. Nothing in an error keeps it from crossing: what cannot cross is left
 * out, and so is what is past the bound. What is near the error itself goes first. Every object becomes a part, so
 * that none lies deeper in the message than another.
 */
export class ErrorSealer {
  readonly #list: PackingList;
  readonly #standIns: Map<object, StandIn>;
  readonly #begun: [error: object, part: Part][] = [];
  #waiting: [source: object, part: Part][] = [];
  #long: [holder: object, key: string | number, text: string][] = [];
  #left = 0;

  /** Seals into `list`; `standIns` says what is copied already. */
  constructor(list: PackingList, standIns: Map<object, StandIn> = new Map()) {
    this.#list = list;
    this.#standIns = standIns;
  }

  /** Answers the number of the part for `error`, which is filled later. */
  begin(error: Error): number {
    const part = errorPart(error);
    this.#begun.push([error, part]);
    return this.#list.add(part);
  }

  /** Puts anything that was thrown into `holder`. */
  seal(thrown: unknown, holder: object, key: number): void {
    this.#left = MAX_ERROR_SIZE;
    this.#put(thrown, holder, key);
    this.#drain();
    this.finish();
  }

  /** Fills the parts of all errors that were begun. */
  finish(): void {
    for (const [error, part] of this.#begun) {
      this.#left = MAX_ERROR_SIZE;
      this.#waiting.push([error, part]);
      this.#drain();
    }
    this.#begun.length = 0;
  }

  #drain(): void {
    for (let place = 0; place < this.#waiting.length; place++) this.#fill(...this.#waiting[place]!);
    this.#waiting = [];
    // Each gets an even share of what is left, and leaves to the next what it does not need.
    this.#long.forEach(([holder, key, text], place) => {
      defineField(holder, key, this.#cut(text, Math.floor(this.#left / (this.#long.length - place))));
    });
    this.#long = [];
  }

  #fill(source: object, part: Part): void {
    try {
      if (part.kind === "error") this.#fillError(source, part);
      else if (part.kind === "map" || part.kind === "set") this.#fillEntries(source as Set<unknown>, part.entries);
      else if (part.kind === "plain") this.#fillFields(source, part.holder);
    } catch {
      // What cannot be read is left out; the error itself crosses.
    }
  }

  #fillError(error: object, part: ErrorPart): void {
    for (const key of ["message", "stack"] as const) {
      if (part[key] !== undefined) this.#put(part[key], part, key);
    }
    for (const name of Reflect.ownKeys(error)) {
      const key = typeof name === "symbol" ? Symbol.keyFor(name) : name;
      if (key === undefined || isTold(part, name)) continue;
      if (this.#left <= 0) return;
      const value = readField(error, name, UNREADABLE);
      const place = part.keys.length;
      if (!this.#put(value, part.values, place)) continue;
      const isEnumerable = Object.prototype.propertyIsEnumerable.call(error, name);
      part.flags.push((typeof name === "symbol" ? IS_SYMBOL : 0) + (isEnumerable ? IS_ENUMERABLE : 0));
      part.keys.push(key);
      this.#left -= key.length;
    }
  }

  #fillEntries(source: Map<unknown, unknown> | Set<unknown>, entries: unknown[]): void {
    const isMap = source instanceof Map;
    for (const entry of source) {
      if (this.#left <= 0) return;
      for (const part of isMap ? entry as [unknown, unknown] : [entry]) {
        entries.push(undefined);
        this.#put(part, entries, entries.length - 1);
      }
    }
  }

  #fillFields(source: object, holder: object): void {
    if (Array.isArray(source)) {
      for (let index = 0; index < source.length && this.#left > 0; index++) {
        if (!this.#put(readField(source, String(index)), holder, index)) (holder as unknown[])[index] = undefined;
      }
      return;
    }
    for (const key of Object.keys(source)) {
      if (this.#left <= 0) return;
      if (this.#put(readField(source, key), holder, key)) this.#left -= key.length;
    }
  }

  /** Puts `value` into `holder`; `false` if it is left out. */
  #put(value: unknown, holder: object, key: string | number): boolean {
    this.#left -= ENTRY_SIZE;
    if (typeof value === "function" || typeof value === "symbol") return false;
    if (typeof value === "string") return this.#putText(value, holder, key);
    if (typeof value !== "object" || value === null) return defineField(holder, key, value), true;
    const standIn = this.#standIns.get(value) ?? this.#standInFor(value);
    if (standIn === undefined) return false;
    if ("part" in standIn) this.#list.place(holder, key, standIn.part);
    else defineField(holder, key, standIn.copy);
    return true;
  }

  #putText(text: string, holder: object, key: string | number): true {
    if (text.length <= MAX_SHORT_TEXT) {
      defineField(holder, key, this.#cut(text, this.#left));
    } else {
      defineField(holder, key, "");
      this.#long.push([holder, key, text]);
    }
    return true;
  }

  #cut(text: string, length: number): string {
    const cut = text.length <= length ? text : `${text.slice(0, Math.max(length - 1, 0))}…`;
    this.#left -= cut.length;
    return cut;
  }

  #standInFor(value: object): StandIn | undefined {
    let standIn: StandIn | undefined;
    try {
      const kind = objectKindOf(value);
      // A proxy of one looks the same, and cannot be cloned.
      if (kind === "leaf") standIn = { copy: structuredClone(value) };
      const part = kind === "leaf" ? undefined : this.#partFor(value, kind);
      if (part !== undefined) standIn = { part: this.#list.add(part) };
      if (part !== undefined && isFilled(part)) this.#waiting.push([value, part]);
    } catch {
      return undefined;
    }
    if (standIn !== undefined) this.#standIns.set(value, standIn);
    return standIn;
  }

  #partFor(value: object, kind: ObjectKind): Part | undefined {
    switch (kind) {
      case "error":
        return errorPart(value as Error);
      case "array":
        return { kind: "plain", holder: [] };
      case "fields":
        return { kind: "plain", holder: {} };
      case "map":
      case "set":
        return { kind, entries: [] };
      case "bytes":
        return this.#bytesPart(value as ArrayBufferView | ArrayBuffer);
      default:
        return webPart(value) ?? (Object.keys(value).length > 0 ? { kind: "plain", holder: {} } : undefined);
    }
  }

  #bytesPart(value: ArrayBufferView | ArrayBuffer): Part | undefined {
    if (value.byteLength > this.#left) return undefined;
    this.#left -= value.byteLength;
    return packBytes(value, [], false);
  }
}

/** Whether `part` has the message or stack beside the other properties. */
function isTold({ message, stack }: ErrorPart, name: string | symbol): boolean {
  return (name === "message" && message !== undefined) || (name === "stack" && stack !== undefined);
}

function isFilled({ kind }: Part): boolean {
  return kind === "error" || kind === "plain" || kind === "map" || kind === "set";
}

/** What web objects in an error say that a retry may ask for. */
function webPart(value: object): Part | undefined {
  if (typeof Response === "function" && value instanceof Response) return responsePart(value);
  if (typeof Headers === "function" && value instanceof Headers) return { kind: "headers", entries: [...value] };
  if (typeof URL === "function" && value instanceof URL) return { kind: "url", href: value.href };
  return undefined;
}

function responsePart({ status, statusText, headers }: Response): Part {
  return { kind: "response", status, statusText, headers: [...headers] };
}
