/** A value that caches tend to lose or bend, and what it is called. */
export interface AwkwardValue {
  /** What a test says of it. */
  readonly name: string;
  /** Makes it anew. */
  readonly make: () => unknown;
}

/** Every kind of value that a persistent cache has to keep exactly. */
export const AWKWARD_VALUES: readonly AwkwardValue[] = [
  { name: "undefined", make: () => undefined },
  { name: "null", make: () => null },
  { name: "0", make: () => 0 },
  { name: "-0", make: () => -0 },
  { name: "an empty text", make: () => "" },
  { name: "false", make: () => false },
  { name: "NaN", make: () => NaN },
  { name: "the infinities", make: () => [Infinity, -Infinity] },
  { name: "the least and the greatest numbers", make: () => [Number.MIN_VALUE, Number.MAX_VALUE, 2 ** 53] },
  { name: "bigints", make: () => [0n, -1n, 2n ** 200n] },
  { name: "lone surrogates and NUL", make: () => ["\ud800", "\udc00x", "a\0b", "\u2028", "\ufeff"] },
  { name: "dates", make: () => [new Date(0), new Date(NaN), new Date(8.64e15)] },
  { name: "maps and sets", make: () => [new Map<unknown, unknown>([[{}, new Set([NaN])], [NaN, 1]]), new Set()] },
  { name: "expressions", make: () => [/a\/[/]\n/giu, withLastIndex(/x/y, 3), new RegExp("")] },
  { name: "a URL", make: () => new URL("https://user@example.com:8080/ä?q=1#f") },
  { name: "bytes", make: () => [new Uint8Array([0, 255]), new ArrayBuffer(3), new Float64Array([NaN, -0])] },
  { name: "views of one buffer", make: makeViews },
  { name: "holes", make: makeHoles },
  { name: "an array with a name in it", make: () => Object.assign([1, 2], { total: 3 }) },
  { name: "an object without a prototype", make: () => Object.assign(Object.create(null), { a: undefined }) },
  { name: "a key __proto__", make: () => JSON.parse('{"__proto__":{"polluted":true},"constructor":1}') },
  { name: "a cycle", make: makeCycle },
  { name: "one object in two places", make: makeShared },
  { name: "an error with a cause", make: () => new TypeError("outer", { cause: new RangeError("inner") }) },
  { name: "an error of errors", make: () => new AggregateError([new Error("one"), 2], "many") },
  { name: "an error with properties", make: () => Object.assign(new Error(""), { code: "E_X", status: 503 }) },
  { name: "a value 1 000 deep", make: makeDeep },
];

function withLastIndex(expression: RegExp, lastIndex: number): RegExp {
  expression.lastIndex = lastIndex;
  return expression;
}

function makeViews(): unknown {
  const buffer = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]).buffer;
  return [new Uint16Array(buffer, 2, 2), new DataView(buffer, 1, 3), buffer];
}

function makeHoles(): unknown {
  const far: unknown[] = [];
  far[4_000_000_000] = "far";
  // deno-lint-ignore no-sparse-arrays
  return [[1, , 3], [, undefined], new Array(3), far];
}

function makeCycle(): unknown {
  const cycle: { self?: unknown; list: unknown[] } = { list: [] };
  cycle.self = cycle;
  cycle.list.push(cycle, cycle.list);
  return cycle;
}

function makeShared(): unknown {
  const shared = { n: 1 };
  return { first: shared, second: [shared, shared] };
}

function makeDeep(): unknown {
  let deep: unknown = new Date(0);
  for (let i = 0; i < 1_000; i++) deep = [deep];
  return deep;
}
