import { FunctionReader } from "./function_reader.ts";
import type { Token } from "./javascript_tokens.ts";
import type { Reference } from "./scope_tracker.ts";

const PREFIXES: ReadonlySet<string> = new Set(["+", "-", "!", "~", "++", "--", "typeof", "void", "delete", "new"]);
const OPERATORS: ReadonlySet<string> = new Set(
  ("= += -= *= /= %= **= <<= >>= >>>= &= |= ^= &&= ||= ??= " +
    "== != === !== < > <= >= << >> >>> + - * / % ** & | ^ && || ?? in instanceof").split(" "),
);
const AFTER_A_BARE_YIELD: ReadonlySet<string> = new Set([")", "]", "}", ",", ";", ":", "in", "of", ""]);
/** The text of an address that is looked for beside the module that holds it. */
const RELATIVE_ADDRESS = /^(["'`])\.\.?\/[^"'`]*\1$/;

const NAMES_OF_NOTHING: ReadonlySet<string> = new Set(["this", "super", "null", "true", "false", "import"]);
const NOT_A_TEST: ReadonlySet<string> = new Set([...NAMES_OF_NOTHING, "function", "class", "new"]);
const SUFFIXES: ReadonlySet<string> = new Set([".", "?.", "(", "["]);

/** What is known of an arrow function that has been read. */
interface ReadArrow {
  /** The token after it. */
  readonly end: Token;
  /** What it uses of the scopes around it. */
  readonly references: readonly Reference[];
}

/**
 * Reads expressions. It asks only where names stand, so operators have no precedence, and it takes
 * for granted that the source is valid.
 */
export abstract class ExpressionReader extends FunctionReader {
  /** The arrow functions read so far, by where their parentheses begin: what stands in another's is not read over and over. */
  readonly #arrows = new Map<number, ReadArrow>();

  /** Reads an expression, commas included. */
  readExpression(): void {
    do this.readAssignment(); while (this.take(","));
  }

  /** Reads an expression up to a comma that is not within it. */
  readAssignment(): void {
    do {
      if (this.#readUnary()) return;
      if (this.take("?")) {
        this.readAssignment();
        this.expect(":");
        return this.readAssignment();
      }
    } while (this.#takeOperator());
  }

  /** Reads an operand with what is appended to it: properties, calls, templates. */
  readOperand(): void {
    if (!this.#readPrimary()) this.#readSuffixes();
  }

  #takeOperator(): boolean {
    if (!OPERATORS.has(this.token.text)) return false;
    this.advance();
    return true;
  }

  /** Answers whether nothing can be appended: it was an arrow function or a `yield`. */
  #readUnary(): boolean {
    if (this.traits.isGenerator && this.isAt("yield")) return this.#readYield();
    let prefix = "";
    while (this.#isPrefix()) prefix = this.advance().text;
    if (prefix === "typeof" && this.#readTestedName()) return false;
    if (this.#readPrimary()) return true;
    this.#readSuffixes();
    return false;
  }

  /** `typeof name` is how code asks whether there is such a name, and never fails; `typeof name.property` does. */
  #readTestedName(): boolean {
    const next = this.peek();
    if (this.token.kind !== "name" || NOT_A_TEST.has(this.token.text)) return false;
    if (SUFFIXES.has(next.text) || next.kind.startsWith("template")) return false;
    if (this.isAt("async") && next.text === "function") return false;
    this.scopes.refer(this.advance().text, true);
    return true;
  }

  #isPrefix(): boolean {
    if (this.isAt("new")) return this.peek().text !== ".";
    return PREFIXES.has(this.token.text) || this.traits.isAsync && this.isAt("await");
  }

  #readYield(): true {
    this.advance();
    if (this.token.isAfterNewline || AFTER_A_BARE_YIELD.has(this.token.text)) return true;
    this.take("*");
    this.readAssignment();
    return true;
  }

  /** Answers whether it was an arrow function, to which nothing can be appended. */
  #readPrimary(): boolean {
    const { kind, text } = this.token;
    if (kind === "name") return this.#readName(text);
    if (text === "(") return this.#readParentheses();
    if (kind === "template_head") this.#readTemplate();
    else if (text === "/" || text === "/=") this.takeRegex();
    else if (this.take("[")) this.readList("]", () => this.isAt(",") || this.#readArgument());
    else if (this.take("{")) this.readList("}", () => this.readProperty());
    else if (kind === "punctuator" || kind === "end") throw this.unexpected();
    else this.advance();
    return false;
  }

  #readName(name: string): boolean {
    if (this.peek().text === "=>") {
      this.readArrow(false);
      return true;
    }
    if (name === "async") return this.#readAsync();
    if (name === "function") this.readFunction(false);
    else if (name === "class") this.readClass();
    else if (name === "new") this.#skipNewTarget();
    else if (name === "import") this.#readImport();
    else if (NAMES_OF_NOTHING.has(name)) this.advance();
    else this.scopes.refer(this.advance().text);
    return false;
  }

  /** `import(…)` is there for any code, `import.meta` and relative addresses for its module only. */
  #readImport(): void {
    this.advance();
    const next = this.peek();
    if (this.isAt(".") && next.text === "meta") this.scopes.refer("import.meta");
    else if (this.isAt("(") && RELATIVE_ADDRESS.test(next.text)) this.scopes.refer(`import(${next.text})`);
  }

  #readAsync(): boolean {
    const mark = this.scopes.mark();
    this.scopes.refer(this.advance().text);
    if (this.token.isAfterNewline) return false;
    if (this.isAt("(")) return this.#readParentheses(mark);
    const isFunction = this.isAt("function");
    const isArrow = this.token.kind === "name" && this.peek().text === "=>";
    if (isFunction || isArrow) this.scopes.forgetSince(mark);
    if (isFunction) this.readFunction(true);
    if (isArrow) this.readArrow(true);
    return isArrow;
  }

  /**
   * Reads parentheses as an expression or, where `async` stands before them, as arguments. If an arrow
   * follows, that is taken back and they are read again as parameters; once more at most, however deep they stand.
   */
  #readParentheses(asyncMark?: number): boolean {
    const { token } = this;
    const mark = asyncMark ?? this.scopes.mark();
    const known = this.#arrows.get(token.start);
    if (known !== undefined) {
      this.scopes.forgetSince(mark);
      this.scopes.add(known.references);
      this.token = known.end;
      return true;
    }
    this.advance();
    this.readList(")", () => this.#readArgument());
    if (!this.isAt("=>") || this.token.isAfterNewline) return false;
    this.token = token;
    this.scopes.forgetSince(mark);
    this.readArrow(asyncMark !== undefined);
    this.#arrows.set(token.start, { end: this.token, references: this.scopes.since(mark) });
    return true;
  }

  #readArgument(): void {
    this.take("...");
    this.readAssignment();
  }

  #readTemplate(): void {
    this.advance();
    do this.readExpression(); while (this.resumeTemplate());
  }

  #skipNewTarget(): void {
    this.advance();
    this.advance();
    this.advance();
  }

  #readSuffixes(): void {
    while (this.#readSuffix());
  }

  #readSuffix(): boolean {
    const { kind, text, isAfterNewline } = this.token;
    if (text === "." || text === "?.") this.#readMemberName();
    else if (kind === "template_head") this.#readTemplate();
    else if (kind === "template") this.advance();
    else if (this.take("(")) this.readList(")", () => this.#readArgument());
    else if (this.take("[")) {
      this.readExpression();
      this.expect("]");
    } else if ((text === "++" || text === "--") && !isAfterNewline) this.advance();
    else return false;
    return true;
  }

  /** Reads `.name`, `.#name`, or the `?.` of `?.[` and `?.(`. */
  #readMemberName(): void {
    this.advance();
    if (this.token.kind === "name" || this.token.kind === "private") this.advance();
  }
}
