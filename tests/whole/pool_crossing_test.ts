import { assert, assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "@std/assert";
import { isClonedWhole, objectKindOf } from "../../src/pool/wire/object_kind.ts";
import { Uncrossable } from "../../src/pool/wire/uncrossable.ts";
import { packValues } from "../../src/pool/wire/value_packing.ts";
import { unpackValues } from "../../src/pool/wire/value_unpacking.ts";
import type { ErrorClass } from "../../src/pool/wire/error_class.ts";

/** What `value` becomes on its way. */
function cross<T>(value: T, isPacking = true, ...known: ErrorClass[]): T {
  const { lists, packing } = packValues([[value]], { isPacking, moved: [] });
  const back = structuredClone({ list: lists[0]!, packing });
  unpackValues(back.packing, new Map(known.map((type) => [type.name, type])));
  return back.list[0] as T;
}

/** What keeps `value` from crossing. */
function refused(value: unknown, isPacking = true): string {
  return assertThrows(() => packValues([[1], [value]], { isPacking, moved: [] }), Uncrossable).kind;
}

class Point {
  readonly x: number;
  constructor(x: number) {
    this.x = x;
  }
  get twice(): number {
    return this.x * 2;
  }
}

class Money {
  readonly currency = "EUR";
  #cents = 1;
  get cents(): number {
    return this.#cents;
  }
}

class Counted {
  static #count = 0;
  readonly color = "#fff;";
  readonly number = ++Counted.#count;
  #helper(): number {
    return this.number;
  }
  help(): number {
    return this.#helper();
  }
}

const pins = new WeakMap<object, string>();

class Card {
  constructor(owner: string) {
    pins.set(this, owner);
  }
  owner(): string | undefined {
    return pins.get(this);
  }
}

class Lazy {
  get now(): number {
    return 1;
  }
}

class Marked {
  constructor() {
    Object.assign(this, { [Symbol("secret")]: 1 });
  }
  readonly shown = 2;
}

/** Values with state that their fields do not show, and how a message names them. */
const HIDDEN: readonly (readonly [unknown, string])[] = [
  [new URL("http://localhost/"), "a URL"],
  [new URLSearchParams("a=1"), "a URLSearchParams"],
  [new Request("http://localhost/"), "a Request"],
  [new Response("text"), "a Response"],
  [new Headers({ a: "1" }), "a Headers"],
  [new FormData(), "a FormData"],
  [new ReadableStream(), "a ReadableStream"],
  [new AbortController(), "an AbortController"],
  [new AbortController().signal, "an AbortSignal"],
  [new Event("x"), "an Event"],
  [new TextDecoder(), "a TextDecoder"],
  [new WeakMap(), "a WeakMap"],
  [new WeakRef({}), "a WeakRef"],
  [Promise.resolve(), "a Promise"],
  [new Intl.NumberFormat(), "a NumberFormat"],
  [new Money(), "a Money"],
  [new Card("lea"), "a Card"],
  [new Lazy(), "a Lazy"],
  [new Marked(), "a Marked"],
  [() => {}, "a function"],
  [Symbol("s"), "a symbol"],
  [Math, "an object that cannot be cloned"],
  [(function* () {})(), "an object that cannot be cloned"],
];

Deno.test("packValues() refuses whatever has state that its fields do not show, at any depth, by its kind", () => {
  for (const [value, kind] of HIDDEN) {
    for (const isPacking of [true, false]) {
      for (
        const item of [
          value,
          [value],
          { a: { b: value } },
          new Map([[1, value]]),
          new Set([value]),
          new Map([[value, 1]]),
        ]
      ) {
        assertEquals(refused(item, isPacking), kind);
        // The copy of what has to be taken apart is refused the same.
        assertEquals(refused([new Error("beside"), item], isPacking), kind);
      }
    }
  }
});

Deno.test("packValues() refuses a proxy beside what it copies, as cloning does elsewhere", () => {
  assertEquals(refused([new Error("beside"), new Proxy({ a: 1 }, {})]), "a Proxy");
});

Deno.test("packValues() says of what throws when it is read that it cannot be read, and keeps the reason", () => {
  const item = Object.defineProperty({}, "price", {
    enumerable: true,
    get() {
      throw new RangeError("no price");
    },
  });
  const error = assertThrows(() => packValues([[item]], { isPacking: true, moved: [] }), Uncrossable);
  assertEquals(error.kind, "what cannot be read");
  assertInstanceOf(error.cause, RangeError);
});

Deno.test("packValues() lets instances of classes cross as their fields", () => {
  assertEquals(cross([new Point(2), { at: new Point(3) }]) as unknown, [{ x: 2 }, { at: { x: 3 } }]);
  assertEquals(objectKindOf(new Counted()), "fields");
  assertEquals(objectKindOf(Object.create({ inherited: 1 })), "fields");
  assertEquals(objectKindOf(new (class Empty {})()), "fields");
});

Deno.test("objectKindOf() knows private fields from what only looks like them", () => {
  const kindOf = (source: string) => objectKindOf((0, eval)(`new (${source})()`) as object);
  for (
    const text of ["#a", "#a = 1", "x = 1; #a;", "m() {} #a = 2", "\n#a\n", "static s = 1; #é = 1"]
  ) {
    assertEquals([text, kindOf(`class { y = 1; ${text} }`)], [text, "hidden"]);
  }
  const harmless = [
    "static #a = 1",
    "#m() {}",
    "x = '\\n#a;'",
    "x = `\n#a;`",
    "/* \n#a; */",
    "// \n",
    "get #g() { return 1 }",
  ];
  for (const text of harmless) assertEquals([text, kindOf(`class { y = 1; ${text} }`)], [text, "fields"]);
  for (const compiled of ["__privateAdd(this, a)", "_a.set(this, void 0)", "_classPrivateFieldInitSpec(this, a)"]) {
    assertEquals(kindOf(`class { constructor() { this.y = 1; if (this.z) ${compiled}; } }`), "hidden");
  }
});

Deno.test("packValues() takes values apart from the depth at which cloning may overflow a stack", () => {
  const nests: readonly ((inner: unknown) => unknown)[] = [
    (inner) => [inner],
    (inner) => ({ inner }),
    (inner) => new Map([[1, inner]]),
    (inner) => new Map([[inner, 1]]),
    (inner) => new Set([inner]),
    (inner) => new Point(inner as number),
  ];
  const nested = (nest: (inner: unknown) => unknown, depth: number) => {
    let value: unknown = 0;
    for (let level = 0; level < depth; level++) value = nest(value);
    return value;
  };
  for (const nest of nests) {
    assertEquals(typeof cross(nested(nest, 999)), "object");
    for (const depth of [1_001, 20_000, 200_000]) {
      assertEquals(refused(nested(nest, depth)), "data nested more than 1000 levels deep");
    }
  }
});

Deno.test("packValues() measures the depth in the order of cloning, in which a list can be deep that an index shows flat", () => {
  interface Link {
    next: Link | undefined;
  }
  const links = Array.from({ length: 5_000 }, (): Link => ({ next: undefined }));
  links.forEach((link, place) => link.next = links[place + 1]);
  assertEquals(refused({ links }), "data nested more than 1000 levels deep");
  assertEquals(cross({ links: links.toReversed() }).links.length, 5_000);
});

Deno.test("packValues() goes through wide, shared, cyclic and sparse values in a time that grows with what they hold", () => {
  let shared: unknown[] = [];
  for (let level = 0; level < 200; level++) shared = [shared, shared];
  assertEquals((cross(shared) as unknown[][])[0]!.length, 2);
  const sparse: unknown[] = [];
  sparse[4_000_000_000] = new Error("far out");
  const back = cross(sparse);
  assertEquals([back.length, (back[4_000_000_000] as Error).message], [4_000_000_001, "far out"]);
  const wide = Array.from({ length: 100_000 }, (_, place) => ({ place }));
  assertEquals(cross({ wide, error: new Error("beside") }).wide[99_999], { place: 99_999 });
});

Deno.test("packValues() keeps errors in values whole, at any depth, shared ones shared", () => {
  class Busy extends Error {
    override readonly name = "Busy";
    readonly seats: number;
    constructor(seats: number) {
      super("busy");
      this.seats = seats;
    }
  }
  const far = Object.assign(new RangeError("too far", { cause: new TypeError("deep") }), { code: "E_FAR" });
  const request = { url: "/a", onEnd: undefined as unknown };
  const many = Object.assign(new AggregateError([far, "text"], "many"), { request });
  for (const isPacking of [true, false]) {
    const value = {
      list: [far, far],
      map: new Map<unknown, unknown>([["many", many], [far, new Set([far])]]),
      request,
    };
    const back = cross(value, isPacking);
    const [first, second] = back.list as [typeof far, typeof far];
    assertInstanceOf(first, RangeError);
    assertStrictEquals(first, second);
    assertEquals([first.code, first.message, first.stack], ["E_FAR", "too far", far.stack]);
    assertInstanceOf(first.cause, TypeError);
    const aggregate = back.map.get("many") as typeof many;
    assertInstanceOf(aggregate, AggregateError);
    assertStrictEquals(aggregate.errors[0], first);
    assertEquals(aggregate.errors[1], "text");
    assertStrictEquals(aggregate.request, back.request);
    assertEquals([...back.map.keys()][1], first);
    assertEquals([...back.map.get(first) as Set<unknown>], [first]);
  }
  const busy = cross([new Busy(3)], true, Busy)[0]!;
  assertInstanceOf(busy, Busy);
  assertEquals([busy.seats, busy.name], [3, "Busy"]);
});

Deno.test("packValues() leaves out of an error what cannot cross, and refuses it beside the error", () => {
  const log = () => {};
  const error = Object.assign(new Error("held"), { log, at: new Date(0), url: new URL("http://localhost/") });
  const back = cross({ error }).error;
  assertEquals([Object.keys(back), back.at, back.url.href], [["at", "url"], new Date(0), "http://localhost/"]);
  assertEquals(refused({ error, log }), "a function");
});

Deno.test("packValues() lets a file cross with its name, and a blob", async () => {
  const file = new File(["text"], "a.txt", { type: "text/plain", lastModified: 7 });
  for (const isPacking of [true, false]) {
    const [blob, same] = cross([new Blob(["bytes"]), file], isPacking) as [Blob, File];
    assertEquals([await blob.text(), await same.text()], ["bytes", "text"]);
    assertEquals([same.name, same.type, same.lastModified], ["a.txt", "text/plain", 7]);
  }
  assert(isClonedWhole(new Blob()));
  assert(!isClonedWhole(new URL("http://localhost/")));
});

Deno.test("packValues() names the first list's values and others alike, and leaves them alone", () => {
  const lists = [[1, new Error("one")], [new Error("two")]];
  const packed = packValues(lists, { isPacking: false, moved: [] });
  assertEquals([lists[0]![1] instanceof Error, packed.lists.map((list) => list.length)], [true, [2, 1]]);
  unpackValues(packed.packing);
  assertEquals((packed.lists[1]![0] as Error).message, "two");
});
