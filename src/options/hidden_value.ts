/** Stands in `.options` for what may be a secret, so that no dump of them shows it. */
export interface HiddenValue {
  /**
   * `[hidden]`, or the name of its class in place of that.
   *
   * @returns The text that stands in place of the value.
   */
  toString(): string;
  /**
   * The same, for `JSON.stringify`.
   *
   * @returns The same text.
   */
  toJSON(): string;
}

class Hidden implements HiddenValue {
  readonly #label: string;

  constructor(label: string) {
    this.#label = `[${label}]`;
    Object.freeze(this);
  }

  toString(): string {
    return this.#label;
  }

  toJSON(): string {
    return this.#label;
  }

  /** Deno, Node and Bun ask for it. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.#label;
  }
}

/**
 * What shows `label` in place of a value.
 *
 * @param label What to show in place of the value.
 * @returns The object to show.
 */
export function hidden(label = "hidden"): HiddenValue {
  return new Hidden(label);
}

/**
 * Hides each of `values`; how many there are, and under which names, shows.
 *
 * @param values A list, or lists by name.
 * @returns The same with hidden values.
 */
export function hideAll(values: unknown): unknown {
  if (isPlain(values)) return Object.fromEntries(Object.entries(values).map(([name, each]) => [name, hideAll(each)]));
  return Array.isArray(values) ? values.map((value) => Array.isArray(value) ? hideAll(value) : hidden()) : hidden();
}

/**
 * Whether `value` is, or holds, what only stands for a value.
 *
 * @param value Any value.
 * @returns `true` if a value is hidden.
 */
export function holdsHidden(value: unknown): boolean {
  if (value instanceof Hidden) return true;
  if (Array.isArray(value)) return value.some(holdsHidden);
  return isPlain(value) && Object.values(value).some(holdsHidden);
}

/**
 * Whether `value` is an object literal, or like one.
 *
 * @param value Any value.
 * @returns `true` for an object literal.
 */
export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const proto = Object.getPrototypeOf(value);
  return proto === null || proto === Object.prototype;
}
