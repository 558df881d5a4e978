import { assert, assertEquals, assertThrows } from "@std/assert";
import { createOpero, opero, opmap } from "@opero/core";
import { isWrapped } from "../../src/call/wrapped_mark.ts";

const mark = Symbol("mark");

function makeLoad() {
  let reads = 0;
  const load = async (id: number): Promise<number> => await Promise.resolve(id);
  return Object.assign(load, {
    unit: "kg",
    [mark]: 7,
    describe(): string {
      return `loads ${this.unit}`;
    },
    get reads(): number {
      return ++reads;
    },
  });
}

Deno.test("opero() leaves the function's own properties within reach: values, methods, symbols", async () => {
  const load = opero(makeLoad());
  assertEquals([load.unit, load[mark], load.describe(), await load(5)], ["kg", 7, "loads kg", 5]);
  assert("unit" in load && mark in load);
});

Deno.test("with(), decorated methods, opmap() and bound wrappers have them, too", async () => {
  const limited = opero(makeLoad()).with({ timeout: "1m" });
  const bound = opero(makeLoad()).bind(undefined) as ReturnType<typeof makeLoad>;
  const each = opmap(makeLoad(), { progress: false }) as unknown as ReturnType<typeof makeLoad>;
  for (const wrapper of [limited, bound, each]) assertEquals([wrapper.unit, wrapper.describe()], ["kg", "loads kg"]);
  assertEquals(await limited(1), 1);
});

Deno.test("opero() calls getters and setters on the function itself", () => {
  const seen: unknown[] = [];
  const load = Object.defineProperty(() => 1, "level", {
    get() {
      seen.push(this);
      return 3;
    },
    set() {
      seen.push(this);
    },
  }) as (() => number) & { level: number };
  const wrapper = opero(load) as unknown as { level: number };
  wrapper.level += 1;
  assertEquals(seen.map((self) => self === load), [true, true]);
});

Deno.test("opero() shows later changes and additions, and passes on what is written", () => {
  const load = makeLoad();
  const wrapper = opero(load);
  load.unit = "g";
  assertEquals([wrapper.unit, wrapper.describe()], ["g", "loads g"]);
  wrapper.unit = "t";
  assertEquals([load.unit, load.describe()], ["t", "loads t"]);
  Object.assign(load, { later: true });
  assertEquals((wrapper as unknown as { later: boolean }).later, true);
  Object.freeze(load);
  assertThrows(() => wrapper.unit = "mg", TypeError);
});

Deno.test("opero() has handles that win over properties of the same name", () => {
  const load = Object.assign(async () => await Promise.resolve(1), { cache: "own", unit: "kg" });
  const wrapper = opero(load);
  assertEquals([typeof wrapper.cache, wrapper.unit, load.cache], ["object", "kg", "own"]);
});

Deno.test("a wrapper is a function like any other", async () => {
  const wrapper = opero(makeLoad());
  assert(wrapper instanceof Function);
  assertEquals([typeof wrapper, wrapper.name, wrapper.length], ["function", "load", 1] as never);
  assertEquals([await wrapper.call(undefined, 1), await wrapper.apply(undefined, [2])], [1, 2]);
  assertEquals((wrapper as unknown as { then: unknown }).then, undefined);
});

Deno.test("what walks the chain of prototypes, as a reader of metadata does, comes by the function", () => {
  const load = makeLoad();
  const chain: unknown[] = [];
  for (let each: unknown = opero(load); each !== null; each = Object.getPrototypeOf(each)) chain.push(each);
  assert(chain.includes(load));
});

Deno.test("isWrapped() knows wrappers, what is bound to them and what has options of one call", () => {
  const { opero } = createOpero();
  const fn = opero(async () => await Promise.resolve(1));
  const wrapped = [fn, fn.with({ retries: 0 }), fn.bind(undefined), opmap(() => 1), opmap(() => 1).bind(undefined)];
  assertEquals(wrapped.map(isWrapped), [true, true, true, true, true]);
  assertEquals([isWrapped(makeLoad()), isWrapped(() => fn()), isWrapped(class {})], [false, false, false]);
});

Deno.test("opero() wraps a function that lets nobody read it", async () => {
  const guarded = new Proxy(async (n: number) => await Promise.resolve(n), {
    get(target, key) {
      if (key !== "describe" && typeof key === "string") return Reflect.get(target, key);
      throw new Error("no");
    },
  });
  assertEquals(await opero(guarded)(5), 5);
});
