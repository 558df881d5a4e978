import { readPrimary, readSuffixes } from "./read_operand.ts";
import type { SourceReading } from "./source_reading.ts";

const PREFIXES: ReadonlySet<string> = new Set(["+", "-", "!", "~", "++", "--", "typeof", "void", "delete", "new"]);
const OPERATORS: ReadonlySet<string> = new Set(
  ("= += -= *= /= %= **= <<= >>= >>>= &= |= ^= &&= ||= ??= " +
    "== != === !== < > <= >= << >> >>> + - * / % ** & | ^ && || ?? in instanceof").split(" "),
);
const AFTER_A_BARE_YIELD: ReadonlySet<string> = new Set([")", "]", "}", ",", ";", ":", "in", "of", ""]);
const NOT_A_TEST: ReadonlySet<string> = new Set(
  ["this", "super", "null", "true", "false", "import", "function", "class", "new"],
);
const SUFFIXES: ReadonlySet<string> = new Set([".", "?.", "(", "["]);

/**
 * Reads an expression, commas included. It asks only where names stand, so operators have no precedence, and it
 * assumes that the source is valid.
 *
 * @param reading The source, at the expression.
 * @throws {SyntaxError} If it cannot be read.
 */
export function readExpression(reading: SourceReading): void {
  do readAssignment(reading); while (reading.tokens.take(","));
}

/**
 * Reads an expression up to a comma that is not within it.
 *
 * @param reading The source, at the expression.
 * @throws {SyntaxError} If it cannot be read.
 */
export function readAssignment(reading: SourceReading): void {
  const { tokens } = reading;
  do {
    if (readUnary(reading)) return;
    if (tokens.take("?")) {
      readAssignment(reading);
      tokens.expect(":");
      return readAssignment(reading);
    }
  } while (takeOperator(reading));
}

function takeOperator({ tokens }: SourceReading): boolean {
  if (!OPERATORS.has(tokens.token.text)) return false;
  tokens.advance();
  return true;
}

/** Returns whether nothing can be appended: it was an arrow function or a `yield`. */
function readUnary(reading: SourceReading): boolean {
  const { tokens } = reading;
  if (reading.traits.isGenerator && tokens.isAt("yield")) return readYield(reading);
  let prefix = "";
  while (isPrefix(reading)) prefix = tokens.advance().text;
  if (prefix === "typeof" && readTestedName(reading)) return false;
  if (readPrimary(reading)) return true;
  readSuffixes(reading);
  return false;
}

/** `typeof name` is how code asks whether there is such a name, and never fails; `typeof name.property` does. */
function readTestedName({ tokens, scopes }: SourceReading): boolean {
  const next = tokens.peek();
  if (tokens.token.kind !== "name" || NOT_A_TEST.has(tokens.token.text)) return false;
  if (SUFFIXES.has(next.text) || next.kind.startsWith("template")) return false;
  if (tokens.isAt("async") && next.text === "function") return false;
  scopes.refer(tokens.advance().text, true);
  return true;
}

function isPrefix({ tokens, traits }: SourceReading): boolean {
  if (tokens.isAt("new")) return tokens.peek().text !== ".";
  return PREFIXES.has(tokens.token.text) || traits.isAsync && tokens.isAt("await");
}

function readYield(reading: SourceReading): true {
  const { tokens } = reading;
  tokens.advance();
  if (tokens.token.isAfterNewline || AFTER_A_BARE_YIELD.has(tokens.token.text)) return true;
  tokens.take("*");
  readAssignment(reading);
  return true;
}
