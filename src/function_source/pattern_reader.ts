import { ScopeTracker } from "./scope_tracker.ts";
import { readLiteral } from "./literal_values.ts";
import { TokenReader } from "./token_reader.ts";

/** What a parameter or a part of one binds: a name, the properties of an object, or the elements of an array. */
export type BindingTarget =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "object"; readonly properties: readonly BindingProperty[] }
  | { readonly kind: "array" };

/** A parameter, or a part of one, as it is written. */
export interface Binding {
  /** What it binds. */
  readonly target: BindingTarget;
  /** The source of its default. */
  readonly defaultSource: string | undefined;
  /** Whether it takes all that is left. */
  readonly isRest: boolean;
}

/** A property that an object pattern takes apart. */
export interface BindingProperty extends Binding {
  /** Its key; `undefined` where that is computed, and for the rest. */
  readonly key: string | undefined;
}

/** Reads names and patterns that declare something: parameters, variables, what `catch` catches. */
export abstract class PatternReader extends TokenReader {
  /** What is declared and used. */
  readonly scopes: ScopeTracker = new ScopeTracker();

  /** Reads an assignment expression: what may stand between commas. */
  abstract readAssignment(): void;

  /** Reads the parameters between parentheses; declares them. */
  readParameters(): Binding[] {
    const declare = (name: string) => this.scopes.declare(name);
    this.expect("(");
    return this.readList(")", () => this.readElement(declare));
  }

  /** Reads a binding with its default, if it has one; `declare` gets the names. */
  readElement(declare: (name: string) => void): Binding {
    const isRest = this.take("...");
    const target = this.readTarget(declare);
    return { target, isRest, defaultSource: this.#readDefault() };
  }

  /** Reads a name or a pattern; `declare` gets the names. */
  readTarget(declare: (name: string) => void): BindingTarget {
    if (this.take("{")) {
      return { kind: "object", properties: this.readList("}", () => this.#readProperty(declare)) };
    }
    if (this.take("[")) {
      this.readList("]", () => this.isAt(",") ? undefined : this.readElement(declare));
      return { kind: "array" };
    }
    if (this.token.kind !== "name") throw this.unexpected();
    const name = this.advance().text;
    declare(name);
    return { kind: "name", name };
  }

  /** Reads the key of a property or a member; answers it unless it is computed. */
  readKey(): string | undefined {
    if (this.take("[")) {
      this.readAssignment();
      this.expect("]");
      return undefined;
    }
    const { kind, text } = this.advance();
    if (kind === "name" || kind === "private") return text;
    if (kind === "string" || kind === "number") return String(readLiteral(text)?.value);
    throw this.unexpected();
  }

  /** Reads what `readItem` reads, with commas between, up to and with `closer`. */
  readList<Item>(closer: string, readItem: () => Item): Item[] {
    const items: Item[] = [];
    while (!this.take(closer)) {
      items.push(readItem());
      if (!this.isAt(closer)) this.expect(",");
    }
    return items;
  }

  #readProperty(declare: (name: string) => void): BindingProperty {
    if (this.isAt("...")) return { key: undefined, ...this.readElement(declare) };
    const key = this.readKey();
    if (this.take(":")) return { key, ...this.readElement(declare) };
    if (key === undefined) throw this.unexpected();
    declare(key);
    return { key, target: { kind: "name", name: key }, isRest: false, defaultSource: this.#readDefault() };
  }

  #readDefault(): string | undefined {
    if (!this.take("=")) return undefined;
    const { start } = this.token;
    this.readAssignment();
    return this.source.slice(start, this.token.start);
  }
}
