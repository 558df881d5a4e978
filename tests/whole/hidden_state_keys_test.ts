import { Buffer } from "node:buffer";
import { byNumber, byValueAlone, serializeArguments } from "../../src/cache/key/cache_key.ts";
import { ConfigurationError, opero } from "@opero/core";
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";

class PrivateField {
  readonly #x: number;
  constructor(x: number) {
    this.#x = x;
  }
  get x(): number {
    return this.#x;
  }
}
class SubMap extends Map<string, number> {
  readonly #x = 1;
  get x(): number {
    return this.#x;
  }
}
class SubDate extends Date {
  readonly #x = 1;
  get x(): number {
    return this.#x;
  }
}
class SubList extends Array<number> {
  readonly #x = 1;
  get x(): number {
    return this.#x;
  }
}
class SubBytes extends Uint8Array {
  unit = "m";
}
const pins = new WeakMap<object, number>();
class InWeakMap {
  constructor(x: number) {
    pins.set(this, x);
  }
}
function OldStyle(this: object, x: number): void {
  pins.set(this, x);
}
function MethodOutside(): void {}
MethodOutside.prototype.x = function (this: object) {
  return pins.get(this);
};
class Closure {
  readonly x: () => number;
  constructor(x: number) {
    this.x = () => x;
  }
}
class OwnAccessor {
  constructor(x: number) {
    Object.defineProperty(this, "x", { get: () => x, enumerable: true });
  }
}
class HiddenField {
  constructor(x: number) {
    Object.defineProperty(this, "x", { value: x });
  }
}
const mark: unique symbol = Symbol("x");
class WithSymbol {
  [mark] = 1;
}
function construct(constructor: unknown): object {
  return new (constructor as new (x: number) => object)(1);
}
function hidden(target: object): object {
  return Object.defineProperty(target, "x", { value: 1 });
}
function marked(target: object): object {
  return Object.assign(target, { [mark]: 1 });
}
function named(target: object): object {
  return Object.assign(target, { x: 1 });
}

/** One of each kind that shows its state, made anew. */
const SHOWN: Readonly<Record<string, () => object>> = {
  "an array": () => [1, 2],
  "an array of arrays": () => [[1], ["a", null]],
  "an empty array": () => [],
  "a long array": () => Array.from({ length: 300 }, (_, i) => i),
  "an array of what JSON has not": () => [1, undefined],
  "a Map": () => new Map([[1, 2]]),
  "a Set": () => new Set([1]),
  "a Date": () => new Date(5),
  "a RegExp": () => /a/g,
  "an error": () => new Error("a"),
  "an error of errors": () => new AggregateError([], "a"),
  "a URL": () => new URL("https://a.test"),
  "a URLSearchParams": () => new URLSearchParams("a=1"),
  "bytes": () => new Uint8Array(3),
  "many bytes": () => new Uint8Array(5_000),
  "many numbers": () => new Float64Array(5_000),
  "many bigints": () => new BigInt64Array(2_000),
  "a Buffer": () => Buffer.from("abc"),
  "a long Buffer": () => Buffer.alloc(3_000),
  "a DataView": () => new DataView(new ArrayBuffer(8)),
  "an ArrayBuffer": () => new ArrayBuffer(8),
  "shared memory": () => new SharedArrayBuffer(8),
  "a boxed number": () => Object(1),
  "a boxed text": () => Object("ab"),
  "a duration": () => Temporal.Duration.from("PT1S"),
  "an instance": () => Object.assign(new Plain(), { a: 1 }),
};

class Plain {}

const withNames = Object.entries(SHOWN).flatMap(([kind, make]) => [
  [`a hidden name in ${kind}`, () => hidden(make())] as const,
  [`a symbol in ${kind}`, () => marked(make())] as const,
  // Fields of other kinds are compared; those of an array or a view are not.
  ...(Array.isArray(make()) || ArrayBuffer.isView(make()) ? [[`a name in ${kind}`, () => named(make())] as const] : []),
]);

/** Each made twice, as two that cannot be told apart from outside. */
const HIDING: Readonly<Record<string, () => object>> = {
  "a private field": () => new PrivateField(1),
  "a private field of a Map's subclass": () => new SubMap(),
  "a private field of a Date's subclass": () => new SubDate(0),
  "a private field of an Array's subclass": () => new SubList(),
  "a subclass of bytes": () => new SubBytes(2),
  "a WeakMap": () => new InWeakMap(1),
  "a WeakMap, by an old-style class": () => construct(OldStyle),
  "a WeakMap, by a method added later": () => construct(MethodOutside),
  "a closure": () => new Closure(1),
  "an accessor of its own": () => new OwnAccessor(1),
  "a hidden field": () => new HiddenField(1),
  "a symbol": () => new WithSymbol(),
  "a hidden field of a plain object": () => hidden({ a: 1 }),
  ...Object.fromEntries(withNames),
  "the names of a match": () => /a/.exec("ba")!,
  "the texts of a template": () => Object.freeze(Object.defineProperty(["a"], "raw", { value: ["\\x61"] })),
  "a proxy": () => new Proxy({ a: 1 }, {}),
  "a proxy of an array": () => new Proxy([1], {}),
  "a proxy of an instance": () => new Proxy(new PrivateField(1), {}),
  "another object as prototype": () => Object.create({ a: 1 }),
  "slots of the runtime": () => new Headers({ a: "1" }),
  "slots of a form": () => new FormData(),
  "slots of a response": () => new Response("a"),
  "slots of a blob": () => new Blob(["a"]),
  "a weak reference": () => new WeakRef({}),
  "a promise": () => Promise.resolve(),
  "a generator": () => (function* () {})(),
  "a boxed symbol": () => Object(Symbol("s")),
  "a date that is none": () => Object.create(Date.prototype),
  "a map that is none": () => Object.create(Map.prototype),
  "bytes that are none": () => Object.create(Uint8Array.prototype),
  "an error that is none": () => Object.create(Error.prototype),
};

for (const [name, make] of Object.entries(HIDING)) {
  Deno.test(`serializeArguments() tells an argument with state in ${name} by who it is, and refuses it beyond the process`, () => {
    const [one, other] = [make(), make()];
    assertEquals(serializeArguments([one], byNumber), serializeArguments([one], byNumber));
    assertNotEquals(serializeArguments([one], byNumber), serializeArguments([other], byNumber));
    assertNotEquals(serializeArguments([{ deep: [one] }], byNumber), serializeArguments([{ deep: [other] }], byNumber));
    const error = assertThrows(() => serializeArguments([{ deep: [one] }], byValueAlone), ConfigurationError);
    const start =
      "Cannot build a key of the arguments as 'cacheKey' (or 'rateLimitKey') must be given for an argument " +
      "that holds what cannot be compared by value: received a";
    assert(error.message.startsWith(start), error.message);
  });

  Deno.test(`opero() in memory gives two arguments with state in ${name} two results`, async () => {
    let runs = 0;
    const count = opero((_value: unknown) => ++runs, { cache: true });
    const [one, other] = [make(), make()];
    assertEquals([await count(one), await count(other), await count(one), await count({ of: one })], [1, 2, 1, 3]);
  });
}

for (const [name, make] of Object.entries(SHOWN)) {
  Deno.test(`serializeArguments() compares ${name} by value where it has nothing else`, () => {
    assertEquals(serializeArguments([make()], byValueAlone), serializeArguments([make()], byValueAlone));
  });

  Deno.test(`opero() in memory tells ${name} from its like with a name or a symbol`, async () => {
    let runs = 0;
    const count = opero((_value: unknown) => ++runs, { cache: true });
    const withSymbol = marked(make());
    assertEquals([await count(make()), await count(make()), await count(make())], [1, 1, 1]);
    assertEquals([await count(withSymbol), await count(named(make())), await count(make())], [2, 3, 1]);
  });
}

class Point {
  // A mark such as #x in a comment hides nothing.
  label = "#x";
  x: number;
  y: number | undefined;
  constructor(x: number, y?: number) {
    this.x = x;
    this.y = y;
  }
  get length(): number {
    return Math.hypot(this.x, this.y ?? 0);
  }
  moved(x: number): this {
    this.x += x;
    return this;
  }
}
class Labelled extends Map<string, number> {
  unit = "m";
}
function OldPoint(this: { x: number }, x: number): void {
  this.x = x;
}

const SHOWING: Readonly<Record<string, (x: number) => object>> = {
  "a class of fields": (x) => new Point(x),
  "a class of a Map with fields": (x) => new Labelled([["a", x]]),
  "an old-style class": (x) => new (OldPoint as unknown as new (x: number) => object)(x),
  "a URL with a field": (x) => Object.assign(new URL("https://a.test"), { x }),
  "a Date with a field": (x) => Object.assign(new Date(5), { x }),
  "an error with a code": (x) => Object.assign(new Error("a"), { code: x }),
  "a plain object with a getter": (x) => ({
    get x() {
      return x;
    },
  }),
};

for (const [name, make] of Object.entries(SHOWING)) {
  Deno.test(`serializeArguments() compares ${name} by value`, () => {
    for (const identify of [byNumber, byValueAlone]) {
      assertEquals(serializeArguments([make(1)], identify), serializeArguments([make(1)], identify));
      assertNotEquals(serializeArguments([make(1)], identify), serializeArguments([make(2)], identify));
    }
  });
}

Deno.test("serializeArguments() tells classes apart that share their name and fields", () => {
  const euro = class Money {
    amount = 1;
    text() {
      return `${this.amount} EUR`;
    }
  };
  const dollar = class Money {
    amount = 1;
    text() {
      return `${this.amount} USD`;
    }
  };
  for (const identify of [byNumber, byValueAlone]) {
    assertNotEquals(serializeArguments([new euro()], identify), serializeArguments([new dollar()], identify));
  }
});

Deno.test("serializeArguments() tells classes of one factory apart within the process", () => {
  const moneyIn = (currency: string) =>
    class Money {
      amount = 1;
      text() {
        return this.amount + currency;
      }
    };
  const [euro, dollar] = [moneyIn("EUR"), moneyIn("USD")];
  assertNotEquals(serializeArguments([new euro()], byNumber), serializeArguments([new dollar()], byNumber));
  assertEquals(serializeArguments([new euro()], byNumber), serializeArguments([new euro()], byNumber));
});
