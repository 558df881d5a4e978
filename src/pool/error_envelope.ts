import type { ErrorClass } from "./pool.ts";

/*
 * Structured clone makes plain errors of custom ones and drops their own properties, so what is
 * thrown crosses as a tree of plain data that always clones.
 */

/** Anything thrown, as data. */
export type Envelope =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "array"; readonly items: readonly Envelope[] }
  | { readonly kind: "object"; readonly fields: readonly EnvelopeField[] }
  | { readonly kind: "response"; readonly status: number; readonly statusText: string; readonly headers: string[][] }
  | {
    readonly kind: "error";
    /** The names of its classes, its own first. */
    readonly classes: readonly string[];
    readonly message: string;
    readonly stack: string | undefined;
    readonly fields: readonly EnvelopeField[];
  };

/** A property of something in an {@link Envelope}. */
export interface EnvelopeField {
  readonly key: string;
  /** The key is that of a symbol in the global registry. */
  readonly isSymbol: boolean;
  readonly isEnumerable: boolean;
  readonly value: Envelope;
}

/** Deeper than this nobody reads, and a cycle ends here. */
const MAX_DEPTH = 12;

/** Puts `thrown` into data; what cannot cross in it is left out. */
export function sealError(thrown: unknown, depth = 0): Envelope {
  if (typeof thrown === "function" || typeof thrown === "symbol" || depth > MAX_DEPTH) {
    return { kind: "value", value: undefined };
  }
  if (typeof thrown !== "object" || thrown === null) return { kind: "value", value: thrown };
  if (thrown instanceof Error) return sealErrorObject(thrown, depth);
  if (Array.isArray(thrown)) return { kind: "array", items: thrown.map((item) => sealError(item, depth + 1)) };
  if (typeof Response === "function" && thrown instanceof Response) {
    return { kind: "response", status: thrown.status, statusText: thrown.statusText, headers: [...thrown.headers] };
  }
  if (isOfNoClass(thrown) || !isCloneable(thrown)) return { kind: "object", fields: sealFields(thrown, [], depth) };
  return { kind: "value", value: thrown };
}

function sealErrorObject(error: Error, depth: number): Envelope {
  return {
    kind: "error",
    classes: classNames(error),
    message: String(error.message),
    stack: typeof error.stack === "string" ? error.stack : undefined,
    fields: sealFields(error, ["message", "stack"], depth),
  };
}

function sealFields(holder: object, left: readonly string[], depth: number): EnvelopeField[] {
  const fields: EnvelopeField[] = [];
  for (const name of Reflect.ownKeys(holder)) {
    const key = typeof name === "symbol" ? Symbol.keyFor(name) : name;
    if (key === undefined || left.includes(key)) continue;
    const value = readField(holder, name);
    if (typeof value === "function" || typeof value === "symbol") continue;
    const isEnumerable = Object.prototype.propertyIsEnumerable.call(holder, name);
    fields.push({ key, isSymbol: typeof name === "symbol", isEnumerable, value: sealError(value, depth + 1) });
  }
  return fields;
}

function readField(holder: object, name: string | symbol): unknown {
  try {
    return Reflect.get(holder, name);
  } catch {
    return undefined;
  }
}

function classNames(error: Error): string[] {
  const names: string[] = [];
  for (let proto = Object.getPrototypeOf(error); proto !== null; proto = Object.getPrototypeOf(proto)) {
    const name = Object.hasOwn(proto, "constructor") ? proto.constructor?.name : undefined;
    if (typeof name === "string" && name !== "" && name !== "Object") names.push(name);
  }
  // A DOMException says by its name, and not by its class, what it is.
  return error.name === names[0] || names[0] !== "DOMException" ? names : ["DOMException", error.name, "Error"];
}

function isOfNoClass(value: object): boolean {
  const proto = Object.getPrototypeOf(value);
  return proto === null || proto === Object.prototype;
}

export function isCloneable(value: object): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

/**
 * What was sealed. An error becomes an instance of the first of its classes that is in `known` or
 * native, and so is caught by class as it was where it was thrown.
 */
export function openEnvelope(envelope: Envelope, known: ReadonlyMap<string, ErrorClass>): unknown {
  switch (envelope.kind) {
    case "value":
      return envelope.value;
    case "array":
      return envelope.items.map((item) => openEnvelope(item, known));
    case "object":
      return addFields({}, envelope.fields, known);
    case "response":
      return openResponse(envelope);
    case "error":
      return addFields(openError(envelope, known), envelope.fields, known);
  }
}

function openResponse({ status, statusText, headers }: Envelope & { kind: "response" }): unknown {
  try {
    return new Response(null, { status, statusText, headers: headers as [string, string][] });
  } catch {
    // The status of a failed or opaque response is one that the constructor refuses.
    return { status, statusText };
  }
}

function openError(envelope: Envelope & { kind: "error" }, known: ReadonlyMap<string, ErrorClass>): Error {
  const { classes, message, stack } = envelope;
  const error = classes[0] === "DOMException" ? new DOMException(message, classes[1]) : new Error(message);
  const found = classes.map((name) => known.get(name) ?? nativeErrorClass(name)).find((type) => type !== undefined);
  if (classes[0] !== "DOMException" && found !== undefined) Object.setPrototypeOf(error, found.prototype);
  defineHidden(error, "stack", stack);
  // A class that is not known here still gives its name, as it did there.
  const isRenamed = classes[0] !== undefined && error.name !== classes[0] && classes[0] !== "DOMException";
  if (isRenamed && found !== undefined && found.name !== classes[0]) defineHidden(error, "name", classes[0]);
  return error;
}

function nativeErrorClass(name: string): ErrorClass | undefined {
  const type = (globalThis as Record<string, unknown>)[name];
  const isErrorClass = typeof type === "function" && (type === Error || type.prototype instanceof Error);
  return isErrorClass ? type as unknown as ErrorClass : undefined;
}

function addFields<Holder extends object>(
  holder: Holder,
  fields: readonly EnvelopeField[],
  known: ReadonlyMap<string, ErrorClass>,
): Holder {
  for (const { key, isSymbol, isEnumerable: enumerable, value: sealed } of fields) {
    const name = isSymbol ? Symbol.for(key) : key;
    const value = openEnvelope(sealed, known);
    try {
      Object.defineProperty(holder, name, { value, enumerable, configurable: true, writable: true });
    } catch {
      // A field that the error's own making fixed says the same already.
    }
  }
  return holder;
}

function defineHidden(holder: object, name: string, value: unknown): void {
  Object.defineProperty(holder, name, { value, enumerable: false, configurable: true, writable: true });
}
