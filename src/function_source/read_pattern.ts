import { readLiteral } from "./literal_values.ts";
import type { SourceReading } from "./source_reading.ts";
import type { TokenCursor } from "./token_cursor.ts";

/** What a parameter or a part of one binds: a name, the properties of an object, or the elements of an array. */
export type BindingTarget =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "object"; readonly properties: readonly BindingProperty[] }
  | { readonly kind: "array" };

/** A parameter, or a part of one, as it is written. */
export interface Binding {
  /** What it binds. */
  readonly target: BindingTarget;
  /** The source of its default. */
  readonly defaultSource: string | undefined;
  /** Whether it takes all that is left. */
  readonly isRest: boolean;
}

/** A property that an object pattern destructures. */
export interface BindingProperty extends Binding {
  /** Its key; `undefined` where that is computed, and for the rest. */
  readonly key: string | undefined;
}

/** Gets each name that a pattern declares. */
type Declare = (name: string) => void;

/**
 * Reads the parameters between parentheses, and declares them.
 *
 * @param reading The source, at the opening parenthesis.
 * @returns The parameters in order.
 * @throws {SyntaxError} If they are not valid.
 */
export function readParameters(reading: SourceReading): Binding[] {
  const declare = (name: string) => reading.scopes.declare(name);
  reading.tokens.expect("(");
  return readList(reading.tokens, ")", () => readElement(reading, declare));
}

/**
 * Reads a binding with its default, if it has one.
 *
 * @param reading The source, at the binding.
 * @param declare Gets each name that it declares.
 * @returns The binding.
 * @throws {SyntaxError} If it is not valid.
 */
export function readElement(reading: SourceReading, declare: Declare): Binding {
  const isRest = reading.tokens.take("...");
  const target = readTarget(reading, declare);
  return { target, isRest, defaultSource: readDefault(reading) };
}

/**
 * Reads a name or a pattern.
 *
 * @param reading The source, at the name or pattern.
 * @param declare Gets each name that it declares.
 * @returns What it binds.
 * @throws {SyntaxError} If neither stands there.
 */
export function readTarget(reading: SourceReading, declare: Declare): BindingTarget {
  const { tokens } = reading;
  if (tokens.take("{")) {
    return { kind: "object", properties: readList(tokens, "}", () => readProperty(reading, declare)) };
  }
  if (tokens.take("[")) {
    readList(tokens, "]", () => tokens.isAt(",") ? undefined : readElement(reading, declare));
    return { kind: "array" };
  }
  if (tokens.token.kind !== "name") throw tokens.unexpected();
  const name = tokens.advance().text;
  declare(name);
  return { kind: "name", name };
}

/**
 * Reads the key of a property or a member.
 *
 * @param reading The source, at the key.
 * @returns The key; `undefined` if it is computed.
 * @throws {SyntaxError} If no key stands there.
 */
export function readKey(reading: SourceReading): string | undefined {
  const { tokens } = reading;
  if (tokens.take("[")) {
    reading.grammar.readAssignment(reading);
    tokens.expect("]");
    return undefined;
  }
  const { kind, text } = tokens.advance();
  if (kind === "name" || kind === "private") return text;
  if (kind === "string" || kind === "number") return String(readLiteral(text)?.value);
  throw tokens.unexpected();
}

/**
 * Reads what `readItem` reads, with commas between, up to and with `closer`.
 *
 * @param tokens The cursor, at the first item.
 * @param closer What ends the list.
 * @param readItem Reads one item.
 * @returns What `readItem` returned, in order.
 * @throws {SyntaxError} If a comma is missing.
 */
export function readList<Item>(tokens: TokenCursor, closer: string, readItem: () => Item): Item[] {
  const items: Item[] = [];
  while (!tokens.take(closer)) {
    items.push(readItem());
    if (!tokens.isAt(closer)) tokens.expect(",");
  }
  return items;
}

function readProperty(reading: SourceReading, declare: Declare): BindingProperty {
  const { tokens } = reading;
  if (tokens.isAt("...")) return { key: undefined, ...readElement(reading, declare) };
  const key = readKey(reading);
  if (tokens.take(":")) return { key, ...readElement(reading, declare) };
  if (key === undefined) throw tokens.unexpected();
  declare(key);
  return { key, target: { kind: "name", name: key }, isRest: false, defaultSource: readDefault(reading) };
}

function readDefault(reading: SourceReading): string | undefined {
  const { tokens, grammar } = reading;
  if (!tokens.take("=")) return undefined;
  const { start } = tokens.token;
  grammar.readAssignment(reading);
  return tokens.source.slice(start, tokens.token.start);
}
