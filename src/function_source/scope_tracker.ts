/** A use of a name. */
export interface Reference {
  /** The name. */
  readonly name: string;
  /** Whether it only asks if there is such a name, as `typeof name` does. */
  readonly isTest: boolean;
}

interface Scope {
  /** Whether `var` declarations stop here. */
  readonly isFunction: boolean;
  readonly declared: Set<string>;
  /** Names used, in order, those of inner scopes that these do not declare included. */
  readonly references: Reference[];
}

/**
 * Keeps account of which names a source uses and which it declares. A declaration counts for the whole of
 * its scope, also what comes before it, so a scope is settled when it closes.
 */
export class ScopeTracker {
  #scopes: Scope[] = [newScope(true)];

  /** Opens a scope within the current one; `var` declarations within it stop at a function's. */
  open(kind: "function" | "block"): void {
    this.#scopes.push(newScope(kind === "function"));
  }

  /** Closes the current scope; what it uses and does not declare is used by the one around it. */
  close(): void {
    const { declared, references } = this.#scopes.pop()!;
    const { references: outer } = this.#current;
    for (const reference of references) if (!declared.has(reference.name)) outer.push(reference);
  }

  /** Declares `name` in the current scope. */
  declare(name: string): void {
    this.#current.declared.add(name);
  }

  /** Declares `name` in the nearest function. */
  declareVar(name: string): void {
    this.#scopes.findLast(({ isFunction }) => isFunction)!.declared.add(name);
  }

  /** Records that `name` is used; `isTest` says that it is only asked whether there is one. */
  refer(name: string, isTest = false): void {
    this.#current.references.push({ name, isTest });
  }

  /** A mark for {@link ScopeTracker.forgetSince}. */
  mark(): number {
    return this.#current.references.length;
  }

  /** Forgets what the current scope used since `mark`: it was read as something that it is not. */
  forgetSince(mark: number): void {
    this.#current.references.length = mark;
  }

  /** What the current scope used since `mark`. */
  since(mark: number): readonly Reference[] {
    return this.#current.references.slice(mark);
  }

  /** Records again what was used by something that has been read before. */
  add(references: readonly Reference[]): void {
    for (const reference of references) this.#current.references.push(reference);
  }

  /** What the outermost scope uses and does not declare, each name once, in order, without the names it tests for. */
  free(): string[] {
    const { declared, references } = this.#current;
    const tested = new Set(references.filter(({ isTest }) => isTest).map(({ name }) => name));
    const names = new Set(references.map(({ name }) => name));
    return [...names].filter((name) => !declared.has(name) && !tested.has(name));
  }

  get #current(): Scope {
    return this.#scopes.at(-1)!;
  }
}

function newScope(isFunction: boolean): Scope {
  return { isFunction, declared: new Set(), references: [] };
}
