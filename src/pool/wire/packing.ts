import type { PackedBytes } from "./buffer_packing.ts";

/*
 * Structured clone flattens errors, copies all that lies around a view, and some runtimes make `{}` of what they
 * cannot clone. What would suffer so is put into parts, which stand beside the values in the same message, with the
 * places where they belong. A clone keeps what is one object within a message one object, so a place is named by the
 * very object that holds it: nothing in the values themselves can be taken for a part.
 */

/** Something that does not cross as it is. */
export type Part =
  | PackedBytes
  | { readonly kind: "plain"; readonly holder: object }
  | { readonly kind: "map" | "set"; readonly entries: unknown[] }
  | { readonly kind: "file"; readonly blob: Blob; readonly name: string; readonly lastModified: number }
  | { readonly kind: "url"; readonly href: string }
  | { readonly kind: "headers"; readonly entries: [string, string][] }
  | ResponsePart
  | ErrorPart;

/** A response without its body. */
export interface ResponsePart {
  readonly kind: "response";
  readonly status: number;
  readonly statusText: string;
  readonly headers: [string, string][];
}

/** An error. */
export interface ErrorPart {
  readonly kind: "error";
  /** The names of its classes, its own first. */
  readonly classes: readonly string[];
  readonly name: string | undefined;
  readonly message: string | undefined;
  /** Its stack; where `stackHead` is set, what stands in it behind a long message. */
  readonly stack: string | undefined;
  /** What stands in the stack before a long message, which need not cross twice. */
  readonly stackHead: string | undefined;
  /** Its own properties: their keys, what is special about each, and their values. */
  readonly keys: string[];
  readonly flags: number[];
  readonly values: unknown[];
}

/** The key of the property is that of a symbol in the global registry. */
export const IS_SYMBOL = 1;
/** The property is enumerable. */
export const IS_ENUMERABLE = 2;

/** What stands beside values whose parts were taken out. */
export interface Packing {
  readonly parts: readonly Part[];
  /** Of each place the object that holds it, the key in it, and the number of the part that belongs there. */
  readonly places: readonly unknown[];
}

/** Takes the parts of a packing in. */
export class PackingList implements Packing {
  readonly parts: Part[] = [];
  readonly places: unknown[] = [];

  /** Adds a part; returns its number. */
  add(part: Part): number {
    return this.parts.push(part) - 1;
  }

  /** Says that `part` belongs into `holder`. */
  place(holder: object, key: string | number, part: number): void {
    // Keeps the order of the keys.
    defineField(holder, key, undefined);
    this.places.push(holder, key, part);
  }
}

/**
 * Sets a property; an assignment to `__proto__` would set the prototype.
 *
 * @param holder The object or array that is being rebuilt.
 * @param key The name of the property.
 * @param value What the property holds.
 */
export function defineField(holder: object, key: string | number, value: unknown): void {
  if (key !== "__proto__") (holder as Record<string | number, unknown>)[key] = value;
  else Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}
