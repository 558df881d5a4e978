import { ExpressionReader } from "./expression_reader.ts";

const OPERATOR_NAMES: ReadonlySet<string> = new Set(["in", "instanceof"]);

/** Reads statements, and with them whole functions. */
export class StatementReader extends ExpressionReader {
  /** Reads statements up to a closing brace or the end. */
  readStatements(): void {
    while (!this.isAt("}") && this.token.kind !== "end") this.#readStatement();
  }

  #readStatement(): void {
    if (this.isAt("{")) return this.#readBlock();
    if (this.token.kind !== "name" || !this.#readKeywordStatement()) {
      if (this.isAt(";")) return void this.advance();
      this.readExpression();
    }
    this.take(";");
  }

  /** Reads a statement that begins with a keyword or a label; answers whether one stood there. */
  #readKeywordStatement(): boolean {
    if (this.#isVariables()) return this.#readVariables();
    if (this.peek().text === ":") return this.#readLabelled();
    switch (this.token.text) {
      case "async":
      case "function":
      case "class":
        return this.#readDeclaration();
      case "if":
        return this.#readIf();
      case "for":
        return this.#readFor();
      case "while":
      case "with":
        this.advance();
        return this.#readHeadAndStatement();
      case "do":
        return this.#readDo();
      case "switch":
        return this.#readSwitch();
      case "try":
        return this.#readTry();
      case "return":
      case "throw":
        return this.#readExit();
      case "break":
      case "continue":
      case "debugger":
        return this.#readJump();
      default:
        return false;
    }
  }

  #isVariables(): boolean {
    const { text } = this.token;
    if (text === "var" || text === "const") return true;
    if (text === "await" && this.traits.isAsync) return this.peek().text === "using" && this.#isAwaitUsing();
    if (text !== "let" && text !== "using") return false;
    const next = this.peek();
    if (text === "let" && (next.text === "[" || next.text === "{")) return true;
    if (text === "using" && (next.isAfterNewline || next.text === "of")) return false;
    return next.kind === "name" && !OPERATOR_NAMES.has(next.text);
  }

  #isAwaitUsing(): boolean {
    const awaitToken = this.advance();
    const isUsing = this.#isVariables();
    this.token = awaitToken;
    return isUsing;
  }

  #readVariables(): true {
    this.take("await");
    const isVar = this.advance().text === "var";
    const declare = (name: string) => isVar ? this.scopes.declareVar(name) : this.scopes.declare(name);
    do this.readElement(declare); while (this.take(","));
    return true;
  }

  #readLabelled(): true {
    this.advance();
    this.advance();
    this.#readStatement();
    return true;
  }

  #readDeclaration(): boolean {
    if (this.isAt("async")) {
      const next = this.peek();
      if (next.text !== "function" || next.isAfterNewline) return false;
    }
    const name = this.isAt("class") ? this.readClass() : this.readFunction(this.take("async"));
    if (name !== undefined) this.scopes.declare(name);
    return true;
  }

  #readBlock(): void {
    this.expect("{");
    this.scopes.open("block");
    this.readStatements();
    this.scopes.close();
    this.expect("}");
  }

  #readHead(): void {
    this.expect("(");
    this.readExpression();
    this.expect(")");
  }

  #readHeadAndStatement(): true {
    this.#readHead();
    this.#readStatement();
    return true;
  }

  #readIf(): true {
    this.advance();
    this.#readHeadAndStatement();
    if (this.take("else")) this.#readStatement();
    return true;
  }

  #readDo(): true {
    this.advance();
    this.#readStatement();
    this.expect("while");
    this.#readHead();
    return true;
  }

  #readFor(): true {
    this.advance();
    this.take("await");
    this.expect("(");
    this.scopes.open("block");
    if (this.#isVariables()) this.#readVariables();
    else if (!this.isAt(";")) this.readExpression();
    if (this.take("of") || this.take("in")) this.readExpression();
    while (this.take(";")) if (!this.isAt(";") && !this.isAt(")")) this.readExpression();
    this.expect(")");
    this.#readStatement();
    this.scopes.close();
    return true;
  }

  #readSwitch(): true {
    this.advance();
    this.#readHead();
    this.expect("{");
    this.scopes.open("block");
    while (!this.take("}")) this.#readCase();
    this.scopes.close();
    return true;
  }

  #readCase(): void {
    if (this.take("case")) this.readExpression();
    else if (!this.take("default")) return this.#readStatement();
    this.expect(":");
  }

  #readTry(): true {
    this.advance();
    this.#readBlock();
    if (this.take("catch")) this.#readCatch();
    if (this.take("finally")) this.#readBlock();
    return true;
  }

  #readCatch(): void {
    this.scopes.open("block");
    if (this.take("(")) {
      this.readTarget((name) => this.scopes.declare(name));
      this.expect(")");
    }
    this.#readBlock();
    this.scopes.close();
  }

  #readExit(): true {
    this.advance();
    const isBare = this.token.isAfterNewline || this.token.kind === "end" || this.isAt(";") || this.isAt("}");
    if (!isBare) this.readExpression();
    return true;
  }

  #readJump(): true {
    this.advance();
    if (this.token.kind === "name" && !this.token.isAfterNewline) this.advance();
    return true;
  }
}
