import type { Token } from "./javascript_tokens.ts";
import { readKey, readParameters } from "./read_pattern.ts";
import { PLAIN, type SourceReading, type Traits } from "./source_reading.ts";
import type { TokenCursor } from "./token_cursor.ts";

const MODIFIERS: ReadonlySet<string> = new Set(["static", "get", "set", "async"]);
const AFTER_A_KEY: ReadonlySet<string> = new Set(["(", ",", ":", "=", ";", "}"]);

/**
 * Reads `function` and all that follows. The caller declares the name where it is a declaration.
 *
 * @param reading The source, at `function`.
 * @param isAsync Whether `async` stood before it.
 * @returns Its name, if it has one.
 * @throws {SyntaxError} If it is not valid.
 */
export function readFunction(reading: SourceReading, isAsync: boolean): string | undefined {
  const { tokens, scopes } = reading;
  tokens.expect("function");
  const traits = { isAsync, isGenerator: tokens.take("*") };
  const name = tokens.isAt("(") ? undefined : tokens.advance().text;
  scopes.open("block");
  if (name !== undefined) scopes.declare(name);
  readParametersAndBody(reading, traits);
  scopes.close();
  return name;
}

/**
 * Reads an arrow function.
 *
 * @param reading The source, at the parameters.
 * @param isAsync Whether `async` stood before them.
 * @throws {SyntaxError} If it is not valid.
 */
export function readArrow(reading: SourceReading, isAsync: boolean): void {
  const { tokens, scopes } = reading;
  readWithin(reading, { isAsync, isGenerator: false }, () => {
    if (tokens.isAt("(")) readParameters(reading);
    else scopes.declare(tokens.advance().text);
    tokens.expect("=>");
    if (tokens.isAt("{")) readBody(reading);
    else reading.grammar.readAssignment(reading);
  });
}

/**
 * Reads `class` and all that follows. The caller declares the name where it is a declaration.
 *
 * @param reading The source, at `class`.
 * @returns Its name, if it has one.
 * @throws {SyntaxError} If it is not valid.
 */
export function readClass(reading: SourceReading): string | undefined {
  const { tokens, scopes } = reading;
  tokens.expect("class");
  const name = tokens.isAt("{") || tokens.isAt("extends") ? undefined : tokens.advance().text;
  scopes.open("block");
  if (name !== undefined) scopes.declare(name);
  if (tokens.take("extends")) reading.grammar.readOperand(reading);
  tokens.expect("{");
  while (!tokens.take("}")) readMember(reading);
  scopes.close();
  return name;
}

/**
 * Reads a property of an object literal, or of an object that is assigned to as a pattern.
 *
 * @param reading The source, at the property.
 * @throws {SyntaxError} If it is not valid.
 */
export function readProperty(reading: SourceReading): void {
  const { tokens, scopes, grammar } = reading;
  if (tokens.take("...")) return grammar.readAssignment(reading);
  const traits = readModifiers(tokens);
  const { token } = tokens;
  readKey(reading);
  if (tokens.isAt("(")) return readParametersAndBody(reading, traits);
  if (tokens.take(":")) return grammar.readAssignment(reading);
  scopes.refer(token.text);
  if (tokens.take("=")) grammar.readAssignment(reading);
}

function readMember(reading: SourceReading): void {
  const { tokens, grammar } = reading;
  if (tokens.take(";")) return;
  if (tokens.isAt("static") && tokens.peek().text === "{") {
    tokens.advance();
    return readWithin(reading, PLAIN, () => readBody(reading));
  }
  const traits = readModifiers(tokens);
  readKey(reading);
  if (tokens.isAt("(")) readParametersAndBody(reading, traits);
  else if (tokens.take("=")) readWithin(reading, PLAIN, () => grammar.readAssignment(reading));
}

function readModifiers(tokens: TokenCursor): Traits {
  let isAsync = false;
  while (MODIFIERS.has(tokens.token.text) && !isKey(tokens.token, tokens.peek())) {
    isAsync = tokens.advance().text === "async";
  }
  return { isAsync, isGenerator: tokens.take("*") };
}

/** Whether what could be a modifier is the key itself. */
function isKey({ text }: Token, next: Token): boolean {
  if (AFTER_A_KEY.has(next.text) || next.kind === "end") return true;
  return text === "async" ? next.isAfterNewline : text !== "static" && next.text === "*";
}

function readParametersAndBody(reading: SourceReading, traits: Traits): void {
  readWithin(reading, traits, () => {
    reading.scopes.declare("arguments");
    readParameters(reading);
    readBody(reading);
  });
}

function readBody(reading: SourceReading): void {
  const { tokens, scopes } = reading;
  tokens.expect("{");
  scopes.open("function");
  reading.grammar.readStatements(reading);
  scopes.close();
  tokens.expect("}");
}

/** Runs `read` in the scope of a function with these traits. */
function readWithin(reading: SourceReading, traits: Traits, read: () => void): void {
  const outer = reading.traits;
  reading.traits = traits;
  reading.scopes.open("function");
  read();
  reading.scopes.close();
  reading.traits = outer;
}
