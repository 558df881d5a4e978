import { globalValue } from "../../runtime/global_value.ts";
import { unpackBytes } from "./buffer_packing.ts";
import { defineField, type ErrorPart, IS_ENUMERABLE, IS_SYMBOL, type Packing, type Part } from "./packing.ts";
import type { ErrorClass } from "./error_class.ts";

/** Classes by name. */
type KnownClasses = ReadonlyMap<string, ErrorClass>;

const NONE: KnownClasses = new Map();

/**
 * Puts the parts of a message back where they belong. An error becomes an instance of the first of its classes that is
 * in `known` or native.
 *
 * @param packing What was taken out.
 * @param known The classes that errors become again.
 */
export function unpackValues(packing: Packing | undefined, known: KnownClasses = NONE): void {
  if (packing === undefined) return;
  const { parts, places } = packing;
  const made = parts.map((part) => makePart(part, known));
  for (let at = 0; at < places.length; at += 3) {
    defineField(places[at] as object, places[at + 1] as string, made[places[at + 2] as number]);
  }
  parts.forEach((part, number) => fillPart(made[number], part));
}

function makePart(part: Part, known: KnownClasses): unknown {
  switch (part.kind) {
    case "bytes":
      return unpackBytes(part);
    case "plain":
      return part.holder;
    case "map":
      return new Map();
    case "set":
      return new Set();
    case "file":
      return new File([part.blob], part.name, { type: part.blob.type, lastModified: part.lastModified });
    case "url":
      return new URL(part.href);
    case "headers":
      return new Headers(part.entries);
    case "response":
      return makeResponse(part);
    case "error":
      return makeError(part, known);
  }
}

/** Only now that all parts are made and placed are those complete that hold others. */
function fillPart(made: unknown, part: Part): void {
  if (part.kind === "error") addFields(made as Error, part);
  else if (part.kind === "set") { for (const value of part.entries) (made as Set<unknown>).add(value); }
  else if (part.kind === "map") {
    const { entries } = part;
    for (let at = 0; at < entries.length; at += 2) (made as Map<unknown, unknown>).set(entries[at], entries[at + 1]);
  }
}

function makeResponse({ status, statusText, headers }: Part & { kind: "response" }): unknown {
  try {
    return new Response(null, { status, statusText, headers });
  } catch {
    // The status of a failed or opaque response is one that the constructor refuses.
    return { status, statusText };
  }
}

function makeError(part: ErrorPart, known: KnownClasses): Error {
  const { classes, name, message = "", stackHead } = part;
  const stack = stackHead === undefined ? part.stack : `${stackHead}${message}${part.stack}`;
  if (classes.includes("DOMException") && !known.has(classes[0]!)) {
    return withStack(new DOMException(message, name), stack);
  }
  const error = withStack(new Error(message), stack);
  if (part.message === undefined) Reflect.deleteProperty(error, "message");
  const found = classes.map((each) => known.get(each) ?? nativeErrorClass(each)).find((type) => type !== undefined);
  if (found !== undefined) Object.setPrototypeOf(error, found.prototype);
  // A class that is not known here still gives its name, as it did there.
  const isNamed = found?.name === classes[0] || classes[0] === undefined;
  const shown = isNamed || (name !== undefined && name !== "Error" && name !== found?.name) ? name : classes[0];
  if (shown !== undefined && readName(error) !== shown) defineHidden(error, "name", shown);
  return error;
}

function withStack<E extends Error>(error: E, stack: string | undefined): E {
  defineHidden(error, "stack", stack);
  return error;
}

/** The name may be a getter that asks for what only a constructor sets. */
function readName(error: Error): unknown {
  try {
    return error.name;
  } catch {
    return undefined;
  }
}

function nativeErrorClass(name: string): ErrorClass | undefined {
  const type = globalValue<ErrorClass>(name);
  const isErrorClass = typeof type === "function" && (type === Error || type.prototype instanceof Error);
  return isErrorClass ? type : undefined;
}

function addFields(error: Error, { keys, flags, values }: ErrorPart): void {
  keys.forEach((key, place) => {
    const name = flags[place]! & IS_SYMBOL ? Symbol.for(key) : key;
    const enumerable = (flags[place]! & IS_ENUMERABLE) !== 0;
    try {
      Object.defineProperty(error, name, { value: values[place], enumerable, configurable: true, writable: true });
    } catch {
      // A field that the error's own making fixed says the same already.
    }
  });
}

function defineHidden(holder: object, name: string, value: unknown): void {
  Object.defineProperty(holder, name, { value, enumerable: false, configurable: true, writable: true });
}
