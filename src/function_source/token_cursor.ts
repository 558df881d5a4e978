import { scanRegex, scanTemplate, scanToken, type Token } from "./javascript_tokens.ts";

/** A place among the tokens of a source, which moves from one to the next. */
export class TokenCursor {
  /** The text that the tokens come from. */
  readonly source: string;
  /** The token it stands at. */
  token: Token;
  readonly #onPass: ((token: Token) => void) | undefined;

  /** A cursor at the first token of `source`; `onPass` gets each token that it passes, again if it returned to it. */
  constructor(source: string, onPass?: (token: Token) => void) {
    this.source = source;
    this.token = scanToken(source, 0);
    this.#onPass = onPass;
  }

  /** The token after {@link TokenCursor.token}. */
  peek(): Token {
    return scanToken(this.source, this.token.end);
  }

  /** Moves to the next token; returns the one it stood at. */
  advance(): Token {
    const { token } = this;
    this.#onPass?.(token);
    this.token = scanToken(this.source, token.end);
    return token;
  }

  /** Whether it stands at the punctuator or name `text`. */
  isAt(text: string): boolean {
    return this.token.text === text;
  }

  /** Moves past `text` if it stands there; returns whether it did. */
  take(text: string): boolean {
    if (!this.isAt(text)) return false;
    this.advance();
    return true;
  }

  /**
   * Moves past `text`.
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

  /** Moves past a regular expression whose first slash it stands at. */
  takeRegex(): void {
    this.token = scanToken(this.source, scanRegex(this.source, this.token.start).end);
  }

  /** Moves past the part of a template that follows a substitution; returns whether another substitution follows. */
  resumeTemplate(): boolean {
    if (!this.isAt("}")) throw this.unexpected();
    const part = scanTemplate(this.source, this.token.start);
    this.token = scanToken(this.source, part.end);
    return part.kind === "template_head";
  }
}

/**
 * Whether `error` says that a source cannot be read: it has another syntax, or nests deeper than the stack.
 *
 * @param error What was thrown, of any type.
 * @returns `true` if the source cannot be read.
 */
export function isUnreadable(error: unknown): boolean {
  return error instanceof SyntaxError || error instanceof RangeError;
}
