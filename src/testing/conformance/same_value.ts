/**
 * Whether `actual` is what `expected` is, to the last detail that a cache has to keep: `-0`, holes, `lastIndex`, the class, hidden properties of
 * errors, and which places hold one and the same object.
 *
 * @param actual What the cache returned.
 * @param expected What was stored.
 * @returns `true` if nothing differs.
 */
export function isSameValue(actual: unknown, expected: unknown): boolean {
  return new Comparison().isSame(actual, expected);
}

class Comparison {
  readonly #partners = new Map<object, object>();
  readonly #taken = new Set<object>();

  isSame(actual: unknown, expected: unknown): boolean {
    if (!isObject(actual) || !isObject(expected)) return Object.is(actual, expected);
    const partner = this.#partners.get(expected);
    if (partner !== undefined || this.#taken.has(actual)) return partner === actual;
    this.#partners.set(expected, actual);
    this.#taken.add(actual);
    return Object.getPrototypeOf(actual) === Object.getPrototypeOf(expected) &&
      this.#areSame(contentOf(actual), contentOf(expected)) &&
      this.#areSameProperties(actual, expected);
  }

  #areSame(actual: readonly unknown[], expected: readonly unknown[]): boolean {
    return actual.length === expected.length && expected.every((item, i) => this.isSame(actual[i], item));
  }

  #areSameProperties(actual: object, expected: object): boolean {
    if (ArrayBuffer.isView(expected)) return true;
    const keys = keysOf(expected);
    return this.#areSame(keysOf(actual), keys) && keys.every((key) => {
      const isEnumerable = (value: object) => Object.prototype.propertyIsEnumerable.call(value, key);
      return isEnumerable(actual) === isEnumerable(expected) &&
        this.isSame(actual[key as never], expected[key as never]);
    });
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** The order of an error's hidden properties tells nothing. */
function keysOf(value: object): string[] {
  const keys = Object.getOwnPropertyNames(value);
  return value instanceof Error ? keys.sort() : keys;
}

/** What is in `value` in addition to its properties. */
function contentOf(value: object): unknown[] {
  if (value instanceof Map) return [...value].flat();
  if (value instanceof Set) return [...value];
  if (value instanceof Date) return [value.getTime()];
  if (value instanceof RegExp) return [value.source, value.flags];
  if (value instanceof URL) return [value.href];
  if (value instanceof DOMException) return [value.name, value.message];
  if (value instanceof ArrayBuffer) return [...new Uint8Array(value)];
  // What lies around it in its buffer is none of its own.
  if (ArrayBuffer.isView(value)) return [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)];
  return [];
}
