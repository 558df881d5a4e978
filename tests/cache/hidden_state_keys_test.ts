import { byNumber, byValueAlone, serializeArguments } from "../../src/cache/cache_key.ts";
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
  "a hidden field of a Date": () => hidden(new Date(0)),
  "a name in an array": () => Object.assign([1, 2], { total: 3 }),
  "a hidden name in an array of what JSON has not": () => hidden([1, undefined]),
  "the names of a match": () => /a/.exec("ba")!,
  "the texts of a template": () => Object.freeze(Object.defineProperty(["a"], "raw", { value: ["\\x61"] })),
  "a name among bytes": () => Object.assign(new Uint8Array(2), { unit: "m" }),
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
