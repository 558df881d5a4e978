import { scanRegex, scanTemplate, scanToken, type Token } from "./javascript_tokens.ts";

/** Goes through the tokens of a source, one after another. */
export class TokenReader {
  /** What is read. */
  readonly source: string;
  /** The token it stands at. */
  token: Token;

  /** A reader at the first token of `source`. */
  constructor(source: string) {
    this.source = source;
    this.token = scanToken(source, 0);
  }

  /** The token after {@link TokenReader.token}. */
  peek(): Token {
    return scanToken(this.source, this.token.end);
  }

  /** Goes to the next token; answers the one it stood at. */
  advance(): Token {
    const { token } = this;
    this.token = scanToken(this.source, token.end);
    return token;
  }

  /** Whether it stands at the punctuator or name `text`. */
  isAt(text: string): boolean {
    return this.token.text === text;
  }

  /** Goes past `text` if it stands there; answers whether it did. */
  take(text: string): boolean {
    if (!this.isAt(text)) return false;
    this.advance();
    return true;
  }

  /**
   * Goes past `text`.
   *
   * @throws {SyntaxError} If something else stands there.
   */
  expect(text: string): void {
    if (!this.take(text)) throw this.unexpected();
  }

  /** The error for a token that the grammar does not allow where it stands. */
  unexpected(): SyntaxError {
    return new SyntaxError(`Unexpected token at ${this.token.start}`);
  }

  /** Goes past a regular expression whose first slash it stands at. */
  takeRegex(): void {
    this.token = scanToken(this.source, scanRegex(this.source, this.token.start).end);
  }

  /** Goes on with a template at the brace that ends a substitution; answers whether another one follows. */
  resumeTemplate(): boolean {
    if (!this.isAt("}")) throw this.unexpected();
    const part = scanTemplate(this.source, this.token.start);
    this.token = scanToken(this.source, part.end);
    return part.kind === "template_head";
  }
}

/**
 * Whether `error` says that a source cannot be read: it is none, or deeper than the stack.
 *
 * @param error What was thrown, of any type.
 * @returns `true` if the source cannot be read.
 */
export function isUnreadable(error: unknown): boolean {
  return error instanceof SyntaxError || error instanceof RangeError;
}
