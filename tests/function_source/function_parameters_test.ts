// deno-lint-ignore-file no-explicit-any
import { assertEquals } from "@std/assert";
import {
  findParameter,
  parameterAt,
  parameterNames,
  type ParameterPlace,
} from "../../src/function_source/function_parameters.ts";

/** A function whose source is exactly `source`, as another module or its compiler could have written it. */
function written(source: string): any {
  return (0, eval)(`(${source})`);
}

const at = (index: number, ...path: string[]): ParameterPlace => ({ index, path, hasDefault: false });

const FORMS: readonly [form: string, fn: any][] = [
  ["a declaration", written("function f(a, key) {}")],
  ["an anonymous function", written("function(a,key){}")],
  ["an async function", written("async function f (a, key) {}")],
  ["a generator", written("function* f(a, key) {}")],
  ["an anonymous async generator", written("async function*(a, key) {}")],
  ["an arrow", written("(a, key) => 1")],
  ["an async arrow", written("async (a, key) => { return 1 }")],
  ["an arrow with a trailing comma", written("(a, key,) => 1")],
  ["a method", written("{ f(a, key) {} }").f],
  ["a quoted method", written("{ 'key(': 0, 'f(x)'(a, key) {} }")["f(x)"]],
  ["a computed method", written("{ [`f${(1, 2)}`](a, key) {} }").f2],
  ["a numbered method", written("{ 1(a, key) {} }")["1"]],
  ["an async generator method", written("{ async *f(a, key) {} }").f],
  ["a method named async", written("{ async(a, key) {} }").async],
  ["a method named get", written("{ get(a, key) {} }").get],
  ["a method named function", written("{ function(a, key) {} }").function],
  ["a static method", written("class { static async f(a, key) {} }").f],
  ["a private method", written("class { #f(a, key) {} static f() { return new this().#f } }").f()],
];

for (const [form, fn] of FORMS) {
  Deno.test(`findParameter() finds the second parameter of ${form}`, () => {
    assertEquals(findParameter(fn, "key"), at(1));
  });
}

Deno.test("findParameter() finds the parameter of an arrow without parentheses", () => {
  assertEquals(findParameter(written("key => key"), "key"), at(0));
  assertEquals(findParameter(written("async key => key"), "key"), at(0));
  assertEquals(findParameter(written("async => async"), "async"), at(0));
});

Deno.test("findParameter() reads past defaults that hold commas, parentheses and quotes", () => {
  const defaults = [
    `"a, key) => ("`,
    `'it\\'s, (' `,
    "`a ${[1, `, ${(key) => key}`]} , (`",
    '/[/,)]\\/\\(,"/g',
    "(x => { if (x) /,'/.test(x); return x / 2, x })(1)",
    "function (key, b = ')') { return [key, b] }",
    "class { static x = (1, 2); key() {} }",
    "{ key: 1, f(a, b) {} }",
    "/* , key ) */ 1 // ) , '\n",
    "((1, 2), [3, 4])",
    "1_000.5e3 / 2 / 3",
    "async (key, b) => { await key }",
  ];
  for (const text of defaults) {
    const fn = written(`function (a = ${text}, key) {}`);
    assertEquals(findParameter(fn, "key"), at(1), text);
    assertEquals(parameterNames(fn), ["a", "key"], text);
  }
});

Deno.test("findParameter() takes no note of comments", () => {
  assertEquals(findParameter(written("function /* (key) */ f(/* key, */ a, // key)\n key /*)*/) {}"), "key"), at(1));
});

Deno.test("findParameter() decodes a name that is written with escapes", () => {
  assertEquals(findParameter(written("(a, k\\u0065\\u{79}) => 1"), "key"), at(1));
  assertEquals(findParameter(written("(ключ, $k_1) => 1"), "$k_1"), at(1));
});

Deno.test("findParameter() addresses a destructured property by its key", () => {
  assertEquals(findParameter(written("(a, { b, key: k = 1, ...rest }) => 1"), "key"), {
    index: 1,
    path: ["key"],
    hasDefault: true,
    defaultValues: undefined,
  });
  assertEquals(findParameter(written("({ 'api-key': k }) => 1"), "api-key"), at(0, "api-key"));
  assertEquals(findParameter(written("({ [x]: k, 1: one }, x) => 1"), "1"), at(0, "1"));
  assertEquals(findParameter(written("({ key: k }) => 1"), "k"), undefined);
});

Deno.test("findParameter() addresses a nested property by the path of its keys", () => {
  const fn = written("({ auth: { key } = {}, list: [first] }) => 1");
  assertEquals(findParameter(fn, "auth.key"), at(0, "auth", "key"));
  assertEquals(parameterNames(fn), ["auth", "auth.key", "list"]);
});

Deno.test("findParameter() addresses a property of a parameter taken whole by a dotted name", () => {
  const fn = written("(url, options = {}) => 1");
  assertEquals(findParameter(fn, "options.apiKey"), at(1, "apiKey"));
  assertEquals(findParameter(fn, "options.auth.key"), at(1, "auth", "key"));
  for (const name of ["options.", ".apiKey", "other.apiKey", "options..key", "."]) {
    assertEquals(findParameter(fn, name), undefined, name);
  }
});

Deno.test("findParameter() prefers a parameter to a property of the same name", () => {
  assertEquals(findParameter(written("(key, { b }) => 1"), "key"), at(0));
});

Deno.test("findParameter() finds no parameter in arrays, the rest, or where there is none", () => {
  const fn = written("([a], { ...others }, ...rest) => 1");
  for (const name of ["a", "others", "rest", "missing", "", "toString"]) {
    assertEquals(findParameter(fn, name), undefined, name);
  }
  assertEquals(findParameter(written("() => 1"), "a"), undefined);
  assertEquals(parameterNames(fn), []);
});

Deno.test("findParameter() reads a default that is an array of literals, without running it", () => {
  const values = (text: string) => findParameter(written(`(a, key = ${text}) => 1`), "key")?.defaultValues;
  assertEquals(
    values(`["a", 'b\\n\\x41\\u{1F600}\\
c', \`d\`, /* , */ -1.5, 0x1_0, 10n, -2n, true, null, undefined,]`),
    [
      "a",
      "b\nA\u{1F600}c",
      "d",
      -1.5,
      16,
      10n,
      -2n,
      true,
      null,
      undefined,
    ],
  );
  assertEquals(values("[]"), []);
  for (
    const text of ["[a]", "[`${a}`]", "['a'].concat()", "['a' + 'b']", "['a', ...a]", "[,]", "[[1]]", "'a'", "[-'a']"]
  ) {
    assertEquals(values(text), undefined, text);
  }
});

Deno.test("findParameter() reads the default of a destructured property", () => {
  assertEquals(findParameter(written("({ key = ['k1', 'k2'] } = {}) => 1"), "key"), {
    index: 0,
    path: ["key"],
    hasDefault: true,
    defaultValues: ["k1", "k2"],
  });
});

Deno.test("parameterAt() reads the default of a list, also where it is taken apart, and not of an object", () => {
  const fn = written("(a, [key] = ['k1'], { b } = {}) => 1");
  assertEquals(parameterAt(fn, 0), { index: 0, path: [], hasDefault: false });
  assertEquals(parameterAt(fn, 1), { index: 1, path: [], hasDefault: true, defaultValues: ["k1"] });
  assertEquals(parameterAt(fn, 2), { index: 2, path: [], hasDefault: false });
  assertEquals(parameterAt(fn, 3), undefined);
  for (const taking of [Math.max, written("(...all) => all"), written("function () { return arguments }")]) {
    assertEquals(parameterAt(taking, 1), { index: 1, path: [], hasDefault: false });
  }
});

Deno.test("parameterNames() is undefined where the source cannot be read", () => {
  assertEquals(parameterNames(written("(a, key) => 1").bind(null)), undefined);
  assertEquals(parameterNames(Math.max), undefined);
  assertEquals(findParameter(Math.max, "key"), undefined);
});

Deno.test("parameterNames() is undefined for classes and accessors", () => {
  const { get, set } = Object.getOwnPropertyDescriptor(written("{ get key() {}, set key(key) {} }"), "key")!;
  assertEquals(parameterNames(get!), undefined);
  assertEquals(parameterNames(set!), undefined);
  assertEquals(parameterNames(written("class { constructor(key) {} }")), undefined);
});
