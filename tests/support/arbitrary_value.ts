import fc from "fast-check";

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("", "\0", "\ud800", "\udc00", "__proto__", "constructor", "toJSON", "length", "0", "-1"),
);

const leaf = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, 0, -0, NaN, Infinity, -Infinity, true, false, 0n),
  fc.double(),
  fc.integer(),
  fc.bigInt(),
  text,
  fc.date({ noInvalidDate: false }),
  fc.webUrl().map((href) => new URL(href)),
  fc.tuple(fc.constantFrom("a", "\\/", "[/]", "(?:)"), fc.constantFrom("", "g", "giu", "sy"), fc.nat(9)).map(
    ([source, flags, lastIndex]) => Object.assign(new RegExp(source, flags), { lastIndex }),
  ),
  fc.uint8Array({ maxLength: 20 }),
  fc.float64Array({ maxLength: 4 }),
  fc.bigInt64Array({ maxLength: 4 }),
  fc.uint8Array({ minLength: 4, maxLength: 20 }).map((bytes) => new DataView(bytes.buffer, 1, 2)),
);

/** Plain data of any shape. */
export const arbitraryJson: fc.Arbitrary<unknown> = fc.jsonValue({ noUnicodeString: false });

/** Anything that a persistent cache keeps, with objects in many places and cycles. */
export const arbitraryValue: fc.Arbitrary<unknown> = fc.letrec((tie) => {
  const item = tie("value");
  return {
    value: fc.oneof(
      { depthSize: "small" },
      leaf,
      fc.array(item, { maxLength: 5 }),
      fc.array(item, { maxLength: 5 }).map(withHoles),
      fc.dictionary(text, item, { maxKeys: 5, noNullPrototype: false }),
      fc.array(fc.tuple(item, item), { maxLength: 4 }).map((pairs) => new Map(pairs)),
      fc.array(item, { maxLength: 4 }).map((items) => new Set(items)),
      item.map((shared) => ({ first: shared, second: [shared] })),
      item.map(inCycle),
      fc.tuple(text, item).map(([message, cause]) => new TypeError(message, { cause })),
      fc.array(item, { maxLength: 3 }).map((errors) => new AggregateError(errors, "many")),
      fc.tuple(text, item).map(([name, detail]) => Object.assign(new Error("x"), { name, detail })),
    ),
  };
}).value;

function withHoles(items: unknown[]): unknown[] {
  const sparse: unknown[] = [];
  items.forEach((item, i) => sparse[i * 3 + 1] = item);
  return sparse;
}

function inCycle(item: unknown): unknown {
  const cycle: Record<string, unknown> = { item };
  cycle.self = cycle;
  return new Map<unknown, unknown>([["cycle", cycle], [cycle, [cycle]]]);
}
