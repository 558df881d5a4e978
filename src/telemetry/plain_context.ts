import type { OtelContext } from "./open_telemetry.ts";

/** A context for processes without anything that follows calls: a span is given its parent by it, and no more. */
export class PlainContext implements OtelContext {
  readonly #values: ReadonlyMap<symbol, unknown>;

  /** A context with these values. */
  constructor(values: ReadonlyMap<symbol, unknown> = new Map()) {
    this.#values = values;
  }

  /** The value of `key`. */
  getValue(key: symbol): unknown {
    return this.#values.get(key);
  }

  /** A context with another value of `key`. */
  setValue(key: symbol, value: unknown): PlainContext {
    return new PlainContext(new Map([...this.#values, [key, value]]));
  }

  /** A context without `key`. */
  deleteValue(key: symbol): PlainContext {
    return new PlainContext(new Map([...this.#values].filter(([other]) => other !== key)));
  }
}
