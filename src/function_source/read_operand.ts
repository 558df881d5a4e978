import { readArrow, readClass, readFunction, readProperty } from "./read_function.ts";
import { readList } from "./read_pattern.ts";
import type { SourceReading } from "./source_reading.ts";
import type { TokenCursor } from "./token_cursor.ts";

/** A specifier that is resolved relative to the module that holds it. */
const RELATIVE_SPECIFIER = /^(["'`])\.\.?\/[^"'`]*\1$/;
const NAMES_OF_NOTHING: ReadonlySet<string> = new Set(["this", "super", "null", "true", "false"]);

/**
 * Reads an operand with what is appended to it: properties, calls, templates.
 *
 * @param reading The source, at the operand.
 * @throws {SyntaxError} If none stands there.
 */
export function readOperand(reading: SourceReading): void {
  if (!readPrimary(reading)) readSuffixes(reading);
}

/**
 * Reads an operand without what is appended to it.
 *
 * @param reading The source, at the operand.
 * @returns Whether it was an arrow function, to which nothing can be appended.
 * @throws {SyntaxError} If no operand stands there.
 */
export function readPrimary(reading: SourceReading): boolean {
  const { tokens } = reading;
  const { kind, text } = tokens.token;
  if (kind === "name") return readName(reading, text);
  if (text === "(") return readParentheses(reading);
  if (kind === "template_head") readTemplate(reading);
  else if (text === "/" || text === "/=") tokens.takeRegex();
  else if (tokens.take("[")) readList(tokens, "]", () => tokens.isAt(",") || readArgument(reading));
  else if (tokens.take("{")) readList(tokens, "}", () => readProperty(reading));
  else if (kind === "punctuator" || kind === "end") throw tokens.unexpected();
  else tokens.advance();
  return false;
}

/**
 * Reads all that is appended to an operand.
 *
 * @param reading The source, behind the operand.
 * @throws {SyntaxError} If it is not valid.
 */
export function readSuffixes(reading: SourceReading): void {
  while (readSuffix(reading));
}

function readSuffix(reading: SourceReading): boolean {
  const { tokens } = reading;
  const { kind, text, isAfterNewline } = tokens.token;
  if (text === "." || text === "?.") skipMemberName(tokens);
  else if (kind === "template_head") readTemplate(reading);
  else if (kind === "template") tokens.advance();
  else if (tokens.take("(")) readList(tokens, ")", () => readArgument(reading));
  else if (tokens.take("[")) {
    reading.grammar.readExpression(reading);
    tokens.expect("]");
  } else if ((text === "++" || text === "--") && !isAfterNewline) tokens.advance();
  else return false;
  return true;
}

/** Moves past `.name`, `.#name`, or the `?.` of `?.[` and `?.(`. */
function skipMemberName(tokens: TokenCursor): void {
  tokens.advance();
  if (tokens.token.kind === "name" || tokens.token.kind === "private") tokens.advance();
}

function readName(reading: SourceReading, name: string): boolean {
  const { tokens } = reading;
  if (tokens.peek().text === "=>") {
    readArrow(reading, false);
    return true;
  }
  if (name === "async") return readAsync(reading);
  if (name === "function") readFunction(reading, false);
  else if (name === "class") readClass(reading);
  else if (name === "new") skipNewTarget(tokens);
  else if (name === "import") readImport(reading);
  else if (NAMES_OF_NOTHING.has(name)) tokens.advance();
  else reading.scopes.refer(tokens.advance().text);
  return false;
}

/** Any code has `import(…)`; `import.meta` and relative specifiers depend on the module they stand in. */
function readImport({ tokens, scopes }: SourceReading): void {
  tokens.advance();
  const next = tokens.peek();
  if (tokens.isAt(".") && next.text === "meta") scopes.refer("import.meta");
  else if (tokens.isAt("(") && RELATIVE_SPECIFIER.test(next.text)) scopes.refer(`import(${next.text})`);
}

function readAsync(reading: SourceReading): boolean {
  const { tokens, scopes } = reading;
  const mark = scopes.mark();
  scopes.refer(tokens.advance().text);
  if (tokens.token.isAfterNewline) return false;
  if (tokens.isAt("(")) return readParentheses(reading, mark);
  const isFunction = tokens.isAt("function");
  const isArrow = tokens.token.kind === "name" && tokens.peek().text === "=>";
  if (isFunction || isArrow) scopes.forgetSince(mark);
  if (isFunction) readFunction(reading, true);
  if (isArrow) readArrow(reading, true);
  return isArrow;
}

/**
 * Reads parentheses as an expression or, where `async` stands before them, as arguments. If an arrow follows, they
 * are read again as parameters; once more at most, however deep they stand.
 */
function readParentheses(reading: SourceReading, asyncMark?: number): boolean {
  const { tokens, scopes, arrows } = reading;
  const { token } = tokens;
  const mark = asyncMark ?? scopes.mark();
  const known = arrows.get(token.start);
  if (known !== undefined) {
    scopes.forgetSince(mark);
    scopes.add(known.references);
    tokens.token = known.end;
    return true;
  }
  tokens.advance();
  readList(tokens, ")", () => readArgument(reading));
  if (!tokens.isAt("=>") || tokens.token.isAfterNewline) return false;
  tokens.token = token;
  scopes.forgetSince(mark);
  readArrow(reading, asyncMark !== undefined);
  arrows.set(token.start, { end: tokens.token, references: scopes.since(mark) });
  return true;
}

function readArgument(reading: SourceReading): void {
  reading.tokens.take("...");
  reading.grammar.readAssignment(reading);
}

function readTemplate(reading: SourceReading): void {
  reading.tokens.advance();
  do reading.grammar.readExpression(reading); while (reading.tokens.resumeTemplate());
}

/** Moves past `new.target`. */
function skipNewTarget(tokens: TokenCursor): void {
  tokens.advance();
  tokens.advance();
  tokens.advance();
}
