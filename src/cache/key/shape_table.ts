/** Where the values of an array or a plain object are. */
export interface Shape {
  /** The names of the fields in their order; `undefined` for an array. */
  readonly keys: readonly string[] | undefined;
  /** For each field or item its shape; `null` for a text, a number and so on. */
  readonly parts: readonly (Shape | null)[];
}

/** More shapes than there are kinds of arguments; objects whose keys are data would fill the table without end. */
const MAX_SHAPES = 256;

/** A larger shape is rarely met twice. */
const MAX_TEXT_UNITS = 2_048;

/**
 * The shapes of arguments, each of them once: those of a function are mostly alike, and what all comparisons read stays near
 * the processor.
 */
export class ShapeTable {
  readonly #shapes = new Map<string, Shape>();

  /** The shape that equals `shape` and that all share that have it. */
  shared(shape: Shape): Shape {
    const text = JSON.stringify(shape);
    if (text.length > MAX_TEXT_UNITS) return shape;
    const known = this.#shapes.get(text);
    if (known !== undefined) return known;
    if (this.#shapes.size >= MAX_SHAPES) this.#shapes.clear();
    this.#shapes.set(text, shape);
    return shape;
  }

  /** Forgets all shapes; those that are in use stay as they are. */
  clear(): void {
    this.#shapes.clear();
  }
}
