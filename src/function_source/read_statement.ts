import { readExpression } from "./read_expression.ts";
import { readClass, readFunction } from "./read_function.ts";
import { readElement, readTarget } from "./read_pattern.ts";
import type { SourceReading } from "./source_reading.ts";
import type { TokenCursor } from "./token_cursor.ts";

const OPERATOR_NAMES: ReadonlySet<string> = new Set(["in", "instanceof"]);

/** What reads the rest of a statement, by the keyword that it begins with. */
const BY_KEYWORD: ReadonlyMap<string, (reading: SourceReading) => void> = new Map([
  ["if", readIf],
  ["for", readFor],
  ["while", readHeadAndStatement],
  ["with", readHeadAndStatement],
  ["do", readDo],
  ["switch", readSwitch],
  ["try", readTry],
  ["return", readExit],
  ["throw", readExit],
  ["break", readJump],
  ["continue", readJump],
  ["debugger", readJump],
]);

/**
 * Reads statements up to a closing brace or the end.
 *
 * @param reading The source, at the first statement.
 * @throws {SyntaxError} If they are not valid.
 */
export function readStatements(reading: SourceReading): void {
  const { tokens } = reading;
  while (!tokens.isAt("}") && tokens.token.kind !== "end") readStatement(reading);
}

function readStatement(reading: SourceReading): void {
  const { tokens } = reading;
  if (tokens.isAt("{")) return readBlock(reading);
  if (tokens.token.kind !== "name" || !readKeywordStatement(reading)) {
    if (tokens.isAt(";")) return void tokens.advance();
    readExpression(reading);
  }
  tokens.take(";");
}

/** Reads a statement that begins with a keyword or a label; returns whether it did. */
function readKeywordStatement(reading: SourceReading): boolean {
  const { tokens } = reading;
  if (isVariables(reading)) readVariables(reading);
  else if (tokens.peek().text === ":") readLabelled(reading);
  else if (isDeclaration(tokens)) readDeclaration(reading);
  else {
    const read = BY_KEYWORD.get(tokens.token.text);
    if (read === undefined) return false;
    tokens.advance();
    read(reading);
  }
  return true;
}

function isVariables(reading: SourceReading): boolean {
  const { tokens } = reading;
  const { text } = tokens.token;
  if (text === "var" || text === "const") return true;
  if (text === "await" && reading.traits.isAsync) return tokens.peek().text === "using" && isAwaitUsing(reading);
  if (text !== "let" && text !== "using") return false;
  const next = tokens.peek();
  if (text === "let" && (next.text === "[" || next.text === "{")) return true;
  if (text === "using" && (next.isAfterNewline || next.text === "of")) return false;
  return next.kind === "name" && !OPERATOR_NAMES.has(next.text);
}

function isAwaitUsing(reading: SourceReading): boolean {
  const { tokens } = reading;
  const awaitToken = tokens.advance();
  const isUsing = isVariables(reading);
  tokens.token = awaitToken;
  return isUsing;
}

function readVariables(reading: SourceReading): void {
  const { tokens, scopes } = reading;
  tokens.take("await");
  const isVar = tokens.advance().text === "var";
  const declare = (name: string) => isVar ? scopes.declareVar(name) : scopes.declare(name);
  do readElement(reading, declare); while (tokens.take(","));
}

function readLabelled(reading: SourceReading): void {
  const { tokens } = reading;
  tokens.advance();
  tokens.advance();
  readStatement(reading);
}

function isDeclaration(tokens: TokenCursor): boolean {
  if (!tokens.isAt("async")) return tokens.isAt("function") || tokens.isAt("class");
  const next = tokens.peek();
  return next.text === "function" && !next.isAfterNewline;
}

function readDeclaration(reading: SourceReading): void {
  const { tokens, scopes } = reading;
  const name = tokens.isAt("class") ? readClass(reading) : readFunction(reading, tokens.take("async"));
  if (name !== undefined) scopes.declare(name);
}

function readBlock(reading: SourceReading): void {
  const { tokens, scopes } = reading;
  tokens.expect("{");
  scopes.open("block");
  readStatements(reading);
  scopes.close();
  tokens.expect("}");
}

function readHead(reading: SourceReading): void {
  const { tokens } = reading;
  tokens.expect("(");
  readExpression(reading);
  tokens.expect(")");
}

function readHeadAndStatement(reading: SourceReading): void {
  readHead(reading);
  readStatement(reading);
}

function readIf(reading: SourceReading): void {
  const { tokens } = reading;
  readHeadAndStatement(reading);
  if (tokens.take("else")) readStatement(reading);
}

function readDo(reading: SourceReading): void {
  const { tokens } = reading;
  readStatement(reading);
  tokens.expect("while");
  readHead(reading);
}

function readFor(reading: SourceReading): void {
  const { tokens, scopes } = reading;
  tokens.take("await");
  tokens.expect("(");
  scopes.open("block");
  if (isVariables(reading)) readVariables(reading);
  else if (!tokens.isAt(";")) readExpression(reading);
  if (tokens.take("of") || tokens.take("in")) readExpression(reading);
  while (tokens.take(";")) if (!tokens.isAt(";") && !tokens.isAt(")")) readExpression(reading);
  tokens.expect(")");
  readStatement(reading);
  scopes.close();
}

function readSwitch(reading: SourceReading): void {
  const { tokens, scopes } = reading;
  readHead(reading);
  tokens.expect("{");
  scopes.open("block");
  while (!tokens.take("}")) readCase(reading);
  scopes.close();
}

function readCase(reading: SourceReading): void {
  const { tokens } = reading;
  if (tokens.take("case")) readExpression(reading);
  else if (!tokens.take("default")) return readStatement(reading);
  tokens.expect(":");
}

function readTry(reading: SourceReading): void {
  const { tokens } = reading;
  readBlock(reading);
  if (tokens.take("catch")) readCatch(reading);
  if (tokens.take("finally")) readBlock(reading);
}

function readCatch(reading: SourceReading): void {
  const { tokens, scopes } = reading;
  scopes.open("block");
  if (tokens.take("(")) {
    readTarget(reading, (name) => scopes.declare(name));
    tokens.expect(")");
  }
  readBlock(reading);
  scopes.close();
}

function readExit(reading: SourceReading): void {
  const { tokens } = reading;
  const isBare = tokens.token.isAfterNewline || tokens.token.kind === "end" || tokens.isAt(";") || tokens.isAt("}");
  if (!isBare) readExpression(reading);
}

function readJump({ tokens }: SourceReading): void {
  if (tokens.token.kind === "name" && !tokens.token.isAfterNewline) tokens.advance();
}
