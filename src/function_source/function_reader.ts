import type { Token } from "./javascript_tokens.ts";
import { PatternReader } from "./pattern_reader.ts";

/** What makes `await` and `yield` keywords within a function. */
interface Traits {
  readonly isAsync: boolean;
  readonly isGenerator: boolean;
}

const PLAIN: Traits = { isAsync: false, isGenerator: false };
const MODIFIERS: ReadonlySet<string> = new Set(["static", "get", "set", "async"]);
const AFTER_A_KEY: ReadonlySet<string> = new Set(["(", ",", ":", "=", ";", "}"]);

/** Reads functions in all their forms, object members and classes. */
export abstract class FunctionReader extends PatternReader {
  /** What the function that is being read is. */
  traits: Traits = PLAIN;

  /** Reads statements up to a closing brace. */
  abstract readStatements(): void;

  /** Reads what a class may extend. */
  abstract readOperand(): void;

  /** Reads `function` and all that follows; answers its name. A declaration's name is declared by the caller. */
  readFunction(isAsync: boolean): string | undefined {
    this.expect("function");
    const traits = { isAsync, isGenerator: this.take("*") };
    const name = this.isAt("(") ? undefined : this.advance().text;
    this.scopes.open("block");
    if (name !== undefined) this.scopes.declare(name);
    this.#readParametersAndBody(traits);
    this.scopes.close();
    return name;
  }

  /** Reads an arrow function from its parameters on. */
  readArrow(isAsync: boolean): void {
    this.#within({ isAsync, isGenerator: false }, () => {
      if (this.isAt("(")) this.readParameters();
      else this.scopes.declare(this.advance().text);
      this.expect("=>");
      if (this.isAt("{")) this.#readBody();
      else this.readAssignment();
    });
  }

  /** Reads `class` and all that follows; answers its name. A declaration's name is declared by the caller. */
  readClass(): string | undefined {
    this.expect("class");
    const name = this.isAt("{") || this.isAt("extends") ? undefined : this.advance().text;
    this.scopes.open("block");
    if (name !== undefined) this.scopes.declare(name);
    if (this.take("extends")) this.readOperand();
    this.expect("{");
    while (!this.take("}")) this.#readMember();
    this.scopes.close();
    return name;
  }

  /** Reads a property of an object literal, or of an object that is assigned to as a pattern. */
  readProperty(): void {
    if (this.take("...")) return this.readAssignment();
    const traits = this.#readModifiers();
    const { token } = this;
    this.readKey();
    if (this.isAt("(")) return this.#readParametersAndBody(traits);
    if (this.take(":")) return this.readAssignment();
    this.scopes.refer(token.text);
    if (this.take("=")) this.readAssignment();
  }

  #readMember(): void {
    if (this.take(";")) return;
    if (this.isAt("static") && this.peek().text === "{") {
      this.advance();
      return this.#within(PLAIN, () => this.#readBody());
    }
    const traits = this.#readModifiers();
    this.readKey();
    if (this.isAt("(")) this.#readParametersAndBody(traits);
    else if (this.take("=")) this.#within(PLAIN, () => this.readAssignment());
  }

  #readModifiers(): Traits {
    let isAsync = false;
    while (MODIFIERS.has(this.token.text) && !isKey(this.token, this.peek())) {
      isAsync = this.advance().text === "async";
    }
    return { isAsync, isGenerator: this.take("*") };
  }

  #readParametersAndBody(traits: Traits): void {
    this.#within(traits, () => {
      this.scopes.declare("arguments");
      this.readParameters();
      this.#readBody();
    });
  }

  #readBody(): void {
    this.expect("{");
    this.scopes.open("function");
    this.readStatements();
    this.scopes.close();
    this.expect("}");
  }

  #within(traits: Traits, read: () => void): void {
    const outer = this.traits;
    this.traits = traits;
    this.scopes.open("function");
    read();
    this.scopes.close();
    this.traits = outer;
  }
}

/** Whether what could be a modifier is the key itself. */
function isKey({ text }: Token, next: Token): boolean {
  if (AFTER_A_KEY.has(next.text) || next.kind === "end") return true;
  return text === "async" ? next.isAfterNewline : text !== "static" && next.text === "*";
}
