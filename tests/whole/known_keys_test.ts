import { allArguments } from "../../src/cache/key/all_arguments.ts";
import { byNumber, serializeArguments } from "../../src/cache/key/cache_key.ts";
import { MemoryResults } from "../../src/cache/results/memory_results.ts";
import { MemoryStore } from "../../src/cache/memory/memory_store.ts";
import { NO_NUMBER, numberOf } from "../../src/cache/key/value_number.ts";
import { areCopied, copyOf } from "../../src/cache/key/value_copy.ts";
import { FakeClock } from "@opero/core/testing";
import { ConfigurationError, opero } from "@opero/core";
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { runs } from "../support/runs.ts";

function entry(value: unknown) {
  return { value, createdAt: 0, expiresAt: Infinity, staleUntil: Infinity };
}

function resultsIn(store: MemoryStore): MemoryResults {
  return new MemoryResults(store, new FakeClock(), undefined, allArguments, () => undefined);
}

/** Results for lists of arguments, each asked for often enough that what its key is made of is known. */
function resultsOf(lists: readonly (readonly unknown[])[]): MemoryResults {
  const results = resultsIn(new MemoryStore({ maxEntries: 1_000 }));
  for (const args of lists) results.write(results.keyOf(undefined, args), entry(args));
  for (const args of lists) results.keyOf(undefined, args);
  return results;
}

const turned = (value: unknown): unknown => {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(turned);
  return Object.fromEntries(Object.entries(value).reverse().map(([key, inner]) => [key, turned(inner)]));
};

/** Few values, so that those that differ little are met often. */
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom<unknown>(0, -0, 1, 1.5, NaN, "", "0", "1", "a long text, number 1", null, true, false, undefined),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b", "0"), tie("value"), { maxKeys: 3 }),
  ),
}));

Deno.test("MemoryResults.keyOf() gives lists that are known one key exactly where they are equal by value", () => {
  const args = fc.array(value, { minLength: 1, maxLength: 2 });
  fc.assert(
    fc.property(fc.array(args, { minLength: 1, maxLength: 4 }), args, (known, asked) => {
      const results = resultsOf(known);
      const keyOf = (list: readonly unknown[]) => results.keyOf(undefined, list);
      for (const list of [...known, turned(asked) as unknown[]]) {
        const isEqual = serializeArguments(list, byNumber) === serializeArguments(asked, byNumber);
        assertEquals(Object.is(keyOf(list), keyOf(asked)), isEqual);
        assertEquals(Object.is(keyOf(turned(list) as unknown[]), keyOf(asked)), isEqual);
      }
    }),
    { numRuns: runs(1_000) },
  );
});

const QUERY = { id: 1, q: "a", tags: ["new", { at: 2 }], deep: { list: [[1], []], none: null, on: true } };

/** What looks like it and is not equal to it. */
const DIFFERENT: Readonly<Record<string, (copy: typeof QUERY) => unknown>> = {
  "another value": (copy) => ({ ...copy, id: 2 }),
  "another value deep within": (copy) => Object.assign(copy, { deep: { ...copy.deep, on: false } }),
  "a value of another type": (copy) => ({ ...copy, id: "1" }),
  "an array for an object": (copy) => ({ ...copy, deep: [copy.deep] }),
  "a text for an object": (copy) => ({ ...copy, tags: "new" }),
  "null for an object": (copy) => ({ ...copy, tags: null }),
  "an object for an array": (copy) => ({ ...copy, tags: { ...copy.tags } }),
  "a field more": (copy) => ({ ...copy, more: 1 }),
  "a field less": ({ deep: _, ...copy }) => copy,
  "an item more": (copy) => ({ ...copy, tags: [...copy.tags, 1] }),
  "an item less": (copy) => ({ ...copy, tags: ["new"] }),
  "a hole": (copy) => (delete copy.tags[1], copy),
  "a hidden field": (copy) => Object.defineProperty(copy, "more", { value: 1 }),
  "a proxy": (copy) => new Proxy(copy, {}),
  "a proxy within": (copy) => ({ ...copy, tags: new Proxy(copy.tags, {}) }),
  "a class": (copy) => Object.setPrototypeOf(copy, class {}.prototype),
  "a class within": (copy) => (Object.setPrototypeOf(copy.tags, class extends Array {}.prototype), copy),
  "a name within": (copy) => (Object.assign(copy.tags, { x: 1 }), copy),
  "a symbol within": (copy) => (Object.assign(copy.tags, { [Symbol("s")]: 1 }), copy),
  "a hidden name in an array that is frozen": (copy) => {
    Object.freeze(Object.defineProperty(copy.tags, "raw", { value: 1 }));
    return copy;
  },
};

for (const [name, change] of Object.entries(DIFFERENT)) {
  Deno.test(`MemoryResults.keyOf() tells ${name} from what is known`, () => {
    const results = resultsOf([[QUERY], [1, QUERY]]);
    const other = change(structuredClone(QUERY));
    assertNotEquals(results.keyOf(undefined, [other]), results.keyOf(undefined, [QUERY]));
    assertNotEquals(results.keyOf(undefined, [1, other]), results.keyOf(undefined, [1, QUERY]));
  });
}

/** What nobody sees who lists the fields of an object. */
const HIDING: Readonly<Record<string, (target: object) => object>> = {
  "a hidden name": (target) => Object.defineProperty(target, "x", { value: 1 }),
  "a hidden name that can be changed": (target) =>
    Object.defineProperty(target, "x", { value: 1, writable: true, configurable: true }),
  "a hidden getter": (target) => Object.defineProperty(target, "x", { get: () => 1 }),
  "a hidden name that is a number": (target) => Object.defineProperty(target, "-1", { value: 1 }),
};

const MARKING: Readonly<Record<string, (target: object) => object>> = {
  "a symbol": (target) => Object.assign(target, { [Symbol.for("x")]: 1 }),
  "a hidden symbol": (target) => Object.defineProperty(target, Symbol.for("x"), { value: 1 }),
};

const LENGTHS = [0, 1, 2, 8, 9, 64, 65, 128, 129, 300];

for (const [name, hide] of Object.entries({ ...HIDING, ...MARKING })) {
  Deno.test(`MemoryResults.keyOf() tells an array with ${name} from one that is known, whatever its length`, () => {
    for (const length of LENGTHS) {
      const make = () => Array.from({ length }, (_, i) => `item ${i}`);
      for (const wrap of [(array: object) => array, (list: object) => ({ id: 1, list }), (list: object) => [[list]]]) {
        const results = resultsOf([[wrap(make())]]);
        const known = results.keyOf(undefined, [wrap(make())]);
        assert(results.read(known) !== undefined);
        assertNotEquals(results.keyOf(undefined, [wrap(hide(make()))]), known);
      }
    }
  });
}

for (const [name, hide] of Object.entries(HIDING)) {
  Deno.test(`MemoryResults.keyOf() tells a plain object with ${name} from one that is known`, () => {
    for (const make of [() => ({ id: 1 }), () => ({}), () => Object.assign(Object.create(null), { id: 1 })]) {
      for (const wrap of [(object: object) => object, (inner: object) => ({ id: 1, inner }), (o: object) => [[o]]]) {
        const results = resultsOf([[wrap(make())]]);
        const known = results.keyOf(undefined, [wrap(make())]);
        assert(results.read(known) !== undefined);
        assertNotEquals(results.keyOf(undefined, [wrap(hide(make()))]), known);
      }
    }
  });
}

for (const [name, mark] of Object.entries(MARKING)) {
  Deno.test(`MemoryResults.keyOf() refuses a plain object with ${name}, though one without is known`, () => {
    const results = resultsOf([[{ id: 1 }], [{ inner: { id: 1 } }]]);
    assertThrows(() => results.keyOf(undefined, [mark({ id: 1 })]), ConfigurationError);
    assertThrows(() => results.keyOf(undefined, [{ inner: mark({ id: 1 }) }]), ConfigurationError);
  });
}

Deno.test("opero() with a cache gives an array with a hidden name a result of its own", async () => {
  const read = opero((list: readonly number[]) => (list as { total?: number }).total, { cache: true });
  for (let round = 0; round < 3; round++) {
    assertEquals(await read([1, 2]), undefined);
    const list = Object.defineProperty([1, 2], "total", { value: 3 });
    assertEquals(await read(list), 3);
  }
});

Deno.test("MemoryResults.keyOf() gives arrays one key whether they can be added to or not, short or long", () => {
  for (const length of [3, 64, 65, 128, 129, 300]) {
    const array = Array.from({ length }, (_, i) => i);
    const results = resultsOf([[array]]);
    assertEquals(results.keyOf(undefined, [Object.freeze([...array])]), results.keyOf(undefined, [array]));
  }
});

Deno.test("areCopied() tells -0 from 0, which are equal otherwise", () => {
  assert(areCopied([0, { a: 0 }], copyOf([0, { a: 0 }])!));
  assertEquals(areCopied([-0], copyOf([0])!), false);
  assertEquals(areCopied([{ a: -0 }], copyOf([{ a: 0 }])!), false);
});

Deno.test("copyOf() copies what is neither large nor long", () => {
  assertEquals(copyOf([Array(1_020).fill(1)])?.values.length, 1_020);
  assertEquals(copyOf([Array(1_024).fill(1)]), undefined);
  assertEquals(copyOf(["x".repeat(256)])?.values, ["x".repeat(256)]);
  assertEquals(copyOf(["x".repeat(257)]), undefined);
  assertEquals(copyOf(["\ud800 and more of it"])?.values, ["\ud800 and more of it"]);
});

Deno.test("copyOf() copies no object with a getter, at any depth", () => {
  const counting = {
    get n() {
      return 1;
    },
  };
  assertEquals([copyOf([counting]), copyOf([{ deep: [counting] }])], [undefined, undefined]);
});

Deno.test("MemoryResults.keyOf() is that of what a getter answered when it was asked", () => {
  let n = 0;
  const results = resultsIn(new MemoryStore({}));
  const counting = () => ({
    get n() {
      return n++;
    },
  });
  for (let call = 0; call < 20; call++) {
    const key = results.keyOf(undefined, [counting()]);
    results.write(key, entry(key));
    results.keyOf(undefined, [counting()]);
  }
  for (let i = 0; i < n; i++) {
    const key = results.keyOf(undefined, [{ n: i }]);
    assertEquals(key, `{"n":${i}}`);
  }
});

Deno.test("areCopied() is right where a getter has another list compared meanwhile", () => {
  const inner = copyOf([{ a: 1, b: 2, c: 3 }])!;
  const asking = (b: number) => ({
    get a() {
      return areCopied([{ a: 1, b: 2, c: 3 }], inner) ? 1 : 0;
    },
    b,
  });
  const outer = copyOf([{ a: 1, b: 2 }])!;
  assertEquals([areCopied([asking(2)], outer), areCopied([asking(3)], outer)], [true, false]);
});

Deno.test("numberOf() looks at no proxy and at no part of what is no plain object", () => {
  const asked: string[] = [];
  const proxy = new Proxy({ a: 1 }, {
    get: (_, key) => asked.push(String(key)),
    ownKeys: () => (asked.push("keys"), []),
  });
  class Asking {
    get a() {
      return asked.push("a");
    }
  }
  for (const value of [proxy, new Asking(), new Uint8Array(9), new Map()]) {
    assertEquals(numberOf(["a", 1, "b", value]), NO_NUMBER);
  }
  assertEquals(numberOf([{ proxy }]), NO_NUMBER);
  assertEquals(asked, []);
});

Deno.test("numberOf() is the same for equal values, and another for most others", () => {
  const numbers = new Set<number>();
  for (let i = 0; i < 1_000; i++) {
    const query = { id: i, q: `user-${i}`, ratio: i / 3 };
    assertEquals(numberOf([query]), numberOf([structuredClone(query)]));
    for (const args of [[query], [{ at: i / 7 }], [`a-${i}`, 1], [[i, "x"]]]) numbers.add(numberOf(args));
  }
  assert(numbers.size > 3_950, `${numbers.size} numbers`);
});

Deno.test("MemoryStore forgets what a key is made of with its entry", () => {
  const store = new MemoryStore({ maxEntries: 2 });
  const results = resultsIn(store);
  const [one, two, three] = [[{ a: 1 }], [{ a: 2 }], [{ a: 3 }]];
  const isKnown = (args: readonly unknown[]) => store.keyFor(args, numberOf(args)) !== undefined;
  const keep = (args: readonly unknown[]) => {
    results.write(results.keyOf(undefined, args), entry(1));
    results.keyOf(undefined, args);
    assert(isKnown(args));
  };
  keep(one);
  keep(two);
  keep(three);
  assertEquals([isKnown(one), isKnown(two), isKnown(three)], [false, true, true]);
  results.delete(results.keyOf(undefined, two));
  assertEquals([isKnown(two), isKnown(three)], [false, true]);
  results.clear();
  assertEquals(isKnown(three), false);
  assertEquals(results.read(results.keyOf(undefined, three)), undefined);
});

Deno.test("MemoryStore counts what keys are made of, and makes room for it", () => {
  const store = new MemoryStore({ maxEntries: 1_000, maxBytes: 20_000 });
  const results = resultsIn(store);
  const lists = Array.from({ length: 200 }, (_, i) => [{ id: i, text: "x".repeat(100) }]);
  for (const args of lists) {
    results.write(results.keyOf(undefined, args), entry(1));
    results.keyOf(undefined, args);
    assertEquals(results.read(results.keyOf(undefined, args))?.value, 1);
  }
  const withoutSources = new MemoryStore({ maxEntries: 1_000, maxBytes: 20_000 });
  for (const args of lists) withoutSources.set(JSON.stringify(args[0]), entry(1));
  assert(store.size < withoutSources.size, `${store.size} of ${withoutSources.size}`);
});

Deno.test("MemoryStore keeps an entry whose key alone is nearly maxBytes", () => {
  const store = new MemoryStore({ maxEntries: 10, maxBytes: 500 });
  const results = resultsIn(store);
  const args = [{ text: "x".repeat(200) }];
  results.write(results.keyOf(undefined, args), entry(1));
  for (let round = 0; round < 3; round++) assertEquals(results.read(results.keyOf(undefined, args))?.value, 1);
});
