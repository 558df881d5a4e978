import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { AllFailedError, ConfigurationError, createOpero, opero, opmap } from "@opero/core";

// deno-lint-ignore no-explicit-any -- as JavaScript calls it
type Loose = (...args: any[]) => any;
const loose = { opero: opero as Loose, opmap: opmap as Loose };

function messageOf(action: () => unknown): string {
  return assertThrows(action, ConfigurationError).message;
}

Deno.test("opero() and opmap() refuse arguments that fit no form, and say how to write them", () => {
  const { opero, opmap } = loose;
  const fn = (n: number) => n;
  const forms = (word: string) => `a function, as in ${word}(fn, options), or options, as in ${word}(options)(fn)`;
  const later = "; the items come later, as in opmap(fn, options)(items)";
  const cases: [() => unknown, string][] = [
    [() => opmap([1, 2], fn), `'fn' must be ${forms("opmap")}${later}: received an array`],
    [() => opmap(new Set([1]), fn), `'fn' must be ${forms("opmap")}${later}: received a Set`],
    [() => opmap([]), `'fn' must be ${forms("opmap")}${later}: received an empty array`],
    [() => opero([1], fn), `'fn' must be ${forms("opero")}: received an array`],
    [() => opero({ retries: 1 }, fn), `'fn' must be ${forms("opero")}: received an object`],
    [() => opmap({ retries: 1 }, fn), `'fn' must be ${forms("opmap")}: received an object`],
    [() => opero(undefined, { retries: 1 }), `'fn' must be ${forms("opero")}: received undefined`],
    [() => opmap(undefined, { retries: 1 }), `'fn' must be ${forms("opmap")}: received undefined`],
    [() => opero(Promise.resolve(fn)), `'fn' must be ${forms("opero")}: received a Promise`],
    [
      () => opero(fn, { retries: 1 }, { cache: true }),
      "'the third argument' must be left out, as all options stand in one object: opero(fn, options) or opero(options)(fn): received an object",
    ],
    [
      () => opmap({ workers: 1 })(fn, { retries: 1 }),
      "'the second argument' must be left out, as all options stand in one object: opmap(fn, options) or opmap(options)(fn): received an object",
    ],
  ];
  for (const [call, rest] of cases) assertEquals(messageOf(call), `Cannot wrap as ${rest}`);
});

Deno.test("opero() and opmap() refuse a class, by name", () => {
  class Api {}
  const { opero, opmap } = loose;
  const message = `Cannot wrap "Api" as 'fn' must be a function or a method: received a class`;
  for (const wrap of [opero, opmap, opero({ retries: 1 }), opmap({ retries: 1 })]) {
    assertEquals(messageOf(() => wrap(Api)), message);
  }
});

Deno.test("opero(options) wraps a list of functions as the callback of map()", async () => {
  const [double, triple] = [(n: number) => 2 * n, (n: number) => 3 * n].map(opero({ retries: 1 }) as Loose);
  assertEquals([await double(2), await triple(2), double.options.retries], [4, 6, 1]);
});

Deno.test("a form that is refused leaves one line in the log", () => {
  const lines: string[] = [];
  const note = (message: string) => void lines.push(message);
  const { opero, opmap } = createOpero({ logger: { debug: note, info: note, warning: note, error: note } });
  for (const wrap of [opero, opmap] as Loose[]) {
    assertThrows(() => wrap([1], () => {}));
    assertThrows(() => wrap(() => {}, { retries: -1 }));
    assertThrows(() => wrap({ retries: -1 })(() => {}));
  }
  assertEquals(lines, Array(6).fill("bad configuration"));
});

/** As TypeScript emits it for `experimentalDecorators`. */
function decorate(decorators: Loose[], target: object, key?: string, descriptor?: null | PropertyDescriptor): unknown {
  if (key === undefined) return decorators.reduceRight((value, decorator) => decorator(value) ?? value, target);
  let result = descriptor === null ? Object.getOwnPropertyDescriptor(target, key) : descriptor;
  for (const decorator of decorators.toReversed()) result = decorator(target, key, result) ?? result;
  if (result !== undefined) Object.defineProperty(target, key, result);
  return result;
}

function makeApi() {
  return class Api {
    readonly base = "base";
    runs = 0;
    static runs = 0;
    user(id: string): Promise<string> {
      if (++this.runs < 3) throw new Error("busy");
      return Promise.resolve(`${this.base}/${id}`);
    }
    static kind(): Promise<string> {
      if (++this.runs < 2) throw new Error("busy");
      return Promise.resolve(this.name);
    }
    each(n: number): number {
      return n * this.base.length;
    }
    get level(): number {
      return 1;
    }
  };
}

Deno.test("a legacy decorator works on instance and static methods, with options, without, and with empty parentheses", async () => {
  const fast = { minDelay: 0, maxDelay: 0 };
  const { opero, opmap } = createOpero(fast) as unknown as Record<string, Loose>;
  for (const decorator of [opero!({ retries: 2 }), opero!(), opero!]) {
    const Api = makeApi();
    decorate([decorator], Api.prototype, "user", null);
    decorate([decorator], Api, "kind", null);
    const api = new Api();
    assertEquals([await api.user("1"), api.runs], ["base/1", 3]);
    assertEquals([await Api.kind(), Api.runs], ["Api", 2]);
    assertEquals([api.user.name, (api.user as unknown as { options: object }).options instanceof Object], [
      "user",
      true,
    ]);
  }
  for (const decorator of [opmap!({ workers: 2, progress: false }), opmap!(), opmap!]) {
    const Api = makeApi();
    decorate([decorator], Api.prototype, "each", null);
    const each = new Api().each as unknown as (items: number[], options?: object) => Promise<number[]>;
    assertEquals(await each.call({ base: "abc" }, [1, 2], { progress: false }), [3, 6]);
  }
});

Deno.test("a legacy decorator keeps how the method stands in its class, and its own properties", async () => {
  const Api = makeApi();
  Object.assign(Api.prototype.user, { role: "admin" });
  decorate([opero({ minDelay: 0, maxDelay: 0 }) as Loose], Api.prototype, "user", null);
  const { enumerable, writable, configurable, value } = Object.getOwnPropertyDescriptor(Api.prototype, "user")!;
  assertEquals([enumerable, writable, configurable, value.role], [false, true, true, "admin"]);
  assertEquals(await new Api().user("2"), "base/2");
  const given = { value: Api.prototype.user, enumerable: true, writable: false, configurable: true };
  const answered = (opero({ retries: 0 }) as Loose)(Api.prototype, "other", given);
  assertEquals({ ...answered, value: typeof answered.value }, { ...given, value: "function" });
});

Deno.test("a decorated method fails as a wrapped function does", async () => {
  const Api = makeApi();
  decorate([opero({ retries: 0 }) as Loose], Api.prototype, "user", null);
  await assertRejects(() => new Api().user("1"), AllFailedError);
});

Deno.test("a legacy decorator refuses what is no method, by name", () => {
  const Api = makeApi();
  const message = (name: string, kind: string, word = "opero") =>
    `Cannot decorate "${name}" as '@${word}' must be used on a method: received "${kind}"`;
  for (const [word, wrap] of Object.entries(loose)) {
    for (const decorator of [wrap, wrap({ retries: 1 })]) {
      const at = (target: object, key?: string, descriptor?: null) => () =>
        decorate([decorator], target, key, descriptor);
      assertEquals(messageOf(at(Api.prototype, "level", null)), message("level", "accessor", word));
      assertEquals(messageOf(at(Api.prototype, "field")), message("field", "field", word));
      assertEquals(messageOf(at(Api, "field")), message("field", "field", word));
      assertEquals(messageOf(() => decorator(Api.prototype, "user", 0)), message("user", "parameter", word));
      assertEquals(messageOf(() => decorator(Api, undefined, 0)), message("constructor", "parameter", word));
      assertEquals(
        messageOf(at(Api)),
        `Cannot wrap "Api" as 'fn' must be a function or a method: received a class`,
      );
    }
  }
});

Deno.test("a standard decorator refuses what is no method, with options and without", () => {
  for (const [word, wrap] of Object.entries(loose)) {
    for (const decorator of [wrap, wrap({ retries: 1 })]) {
      for (const kind of ["class", "field", "getter", "setter", "accessor"]) {
        const context = { kind, name: "thing", addInitializer: () => {} };
        assertEquals(
          messageOf(() => decorator(kind === "field" ? undefined : () => {}, context)),
          `Cannot decorate "thing" as '@${word}' must be used on a method: received "${kind}"`,
        );
      }
    }
  }
});
