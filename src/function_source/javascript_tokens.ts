/** The kinds of token. A `template_head` ends in `${`, a `template` does not. */
export type TokenKind =
  | "name"
  | "private"
  | "number"
  | "string"
  | "regex"
  | "template"
  | "template_head"
  | "punctuator"
  | "end";

/** A token of JavaScript. Keywords are names: only the place shows which of them are reserved. */
export interface Token {
  /** What it is. */
  readonly kind: TokenKind;
  /** Its text as written; of a name, with the escapes decoded. */
  readonly text: string;
  /** Where it begins in the source. */
  readonly start: number;
  /** Where it ends in the source. */
  readonly end: number;
  /** Whether a line ends between it and the token before. */
  readonly isAfterNewline: boolean;
}

const TRIVIA = /(?:[\s\uFEFF]|\/\/[^\n\r\u2028\u2029]*|\/\*[^]*?\*\/)+/y;
const LINE_END = /[\n\r\u2028\u2029]/;
const ESCAPE = String.raw`\\u(?:[\da-fA-F]{4}|\{[\da-fA-F]+\})`;
const NAME_START = String.raw`(?:[\p{ID_Start}$_]|${ESCAPE})`;
const NAME_PART = String.raw`(?:[\p{ID_Continue}$\u200c\u200d]|${ESCAPE})`;
/** Made when first used: the engine takes up to milliseconds to read what stands for all letters. */
let namePattern: RegExp | undefined;
let flagsPattern: RegExp | undefined;
const NUMBER =
  /0[xX][\da-fA-F_]+n?|0[oO][0-7_]+n?|0[bB][01_]+n?|0[0-7]+(?!\d)|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?n?/y;
const PUNCTUATOR =
  />>>=|\.\.\.|===|!==|\*\*=|<<=|>>=|>>>|&&=|\|\|=|\?\?=|=>|==|!=|<=|>=|&&|\|\||\?\?|\?\.(?!\d)|\+\+|--|[-+*/%&|^]=|<<|>>|\*\*|[-{}()[\];,<>+*/%&|^!~?:=.]/y;

/**
 * The token at or after `position`. A slash is read as a division; where an operand is expected,
 * the caller reads it again with {@link scanRegex}, and the rest of a template with {@link scanTemplate}:
 * only who knows the grammar can distinguish these.
 *
 * @param source The text of a function.
 * @param position Where to begin, as an index into `source`.
 * @returns The token.
 * @throws {SyntaxError} If no token begins there.
 */
export function scanToken(source: string, position: number): Token {
  const trivia = match(TRIVIA, source, position);
  const start = position + trivia.length;
  const isAfterNewline = LINE_END.test(trivia);
  const token = (kind: TokenKind, end: number, text = source.slice(start, end)): Token => {
    return { kind, text, start, end, isAfterNewline };
  };
  if (start >= source.length) return token("end", start);
  const first = source[start]!;
  if (first === '"' || first === "'") return token("string", endOfString(source, start, first));
  if (first === "`") return { ...scanTemplate(source, start), isAfterNewline };
  const name = match(namePattern ??= new RegExp(`#?${NAME_START}${NAME_PART}*`, "uy"), source, start);
  if (name !== "") return token(first === "#" ? "private" : "name", start + name.length, decodeEscapes(name));
  const number = match(NUMBER, source, start);
  if (number !== "") return token("number", start + number.length);
  const punctuator = match(PUNCTUATOR, source, start);
  if (punctuator === "") throw new SyntaxError(`Unexpected character at ${start}`);
  return token("punctuator", start + punctuator.length);
}

/**
 * The regular expression whose first slash stands at `start`.
 *
 * @param source The text of a function.
 * @param start The index of the first slash.
 * @returns The token.
 * @throws {SyntaxError} If it does not end.
 */
export function scanRegex(source: string, start: number): Token {
  let isInClass = false;
  let end = start + 1;
  while (isInClass || source[end] !== "/") {
    const character = source[end];
    if (character === undefined || LINE_END.test(character)) throw new SyntaxError(`Unterminated regex at ${start}`);
    if (character === "[") isInClass = true;
    else if (character === "]") isInClass = false;
    end += character === "\\" ? 2 : 1;
  }
  end += 1 + match(flagsPattern ??= new RegExp(`${NAME_PART}*`, "uy"), source, end + 1).length;
  return { kind: "regex", text: source.slice(start, end), start, end, isAfterNewline: false };
}

/**
 * The part of a template from the back-tick, or the brace that ends a substitution, at `start` up to
 * the next substitution or the end.
 *
 * @param source The text of a function.
 * @param start The index of the back-tick or brace.
 * @returns The token.
 * @throws {SyntaxError} If it does not end.
 */
export function scanTemplate(source: string, start: number): Token {
  const part = (kind: TokenKind, end: number): Token => {
    return { kind, text: source.slice(start, end), start, end, isAfterNewline: false };
  };
  for (let end = start + 1; end < source.length; end++) {
    if (source[end] === "`") return part("template", end + 1);
    if (source[end] === "$" && source[end + 1] === "{") return part("template_head", end + 2);
    if (source[end] === "\\") end++;
  }
  throw new SyntaxError(`Unterminated template at ${start}`);
}

function endOfString(source: string, start: number, quote: string): number {
  for (let end = start + 1; end < source.length; end++) {
    if (source[end] === quote) return end + 1;
    if (source[end] === "\\") end++;
  }
  throw new SyntaxError(`Unterminated string at ${start}`);
}

function decodeEscapes(name: string): string {
  if (!name.includes("\\")) return name;
  return name.replace(
    /\\u(?:([\da-fA-F]{4})|\{([\da-fA-F]+)\})/g,
    (_escape, short, long) => String.fromCodePoint(parseInt(short ?? long, 16)),
  );
}

function match(pattern: RegExp, source: string, position: number): string {
  pattern.lastIndex = position;
  return pattern.exec(source)?.[0] ?? "";
}
