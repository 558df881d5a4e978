// deno-lint-ignore-file no-explicit-any
import { assert, assertEquals } from "@std/assert";
import * as acorn from "acorn";
import * as eslintScope from "eslint-scope";
import fc from "fast-check";
import { sourceOf } from "../../src/function_source/callable_source.ts";
import { findFreeVariables } from "../../src/function_source/free_variables.ts";
import { openSource } from "../../src/function_source/open_source.ts";
import { readExpression } from "../../src/function_source/read_expression.ts";
import { isWorkerGlobal } from "../../src/function_source/worker_globals.ts";
import { runs } from "../support/runs.ts";

const GENERATED = runs(1_000, 60);

const CASES: readonly [source: string, names: string][] = [
  ["() => outer", "outer"],
  ["function f(a) { return f(a) + g(b) }", "g b"],
  ["(a, { b, c: d = e, ...rest }, [g, ...h] = i) => [a, b, c, d, rest, g, h]", "e i c"],
  ["() => { use(v, l, c, F, K); var v; let l; const c = 1; function F() {} class K {} }", "use"],
  ["() => { { var v; let l; function f() {} } v; l; f }", "l f"],
  ["() => { for (let i = 0, n = end; i < n; i++) i; i; for (const k in o) k; for (x of y) x }", "end i o x y"],
  ["() => { for (var k of o) ; k; for (const of of of2) of; for (async of => {};;) break }", "o of2"],
  ["async () => { for await (const a of as) await a; await (async (b) => b)(c) }", "as c"],
  [
    "() => { try { t } catch ({ message, cause = d }) { message } finally { cause } try {} catch { e } }",
    "t d cause e",
  ],
  ["(a = b) => { var b; return b }", "b"],
  ["function () { return arguments[0] }", ""],
  ["() => arguments[0]", "arguments"],
  [
    "() => ({ a: 1, b, c() { d }, get e() { return f }, [g]: h, 'i': j, async *k() {}, async, get, ...l })",
    "b d f g h j async get l",
  ],
  ["() => { out: for (;;) { inner: break out } }", ""],
  ["(o) => o.a?.b[c]?.[d](e).f`${g} ${`${h}`}`", "c d e g h"],
  [
    "() => class A extends B { static #p = q; static { var v = r; A.#p } [s] = t; u; static x() { return #p in this } }",
    "B q r s t",
  ],
  ["() => { const f = function g() { g; f }; g }", "g"],
  ["() => { ({ a, b: c.d, ...e } = f); [g = h, , i] = j }", "a c e f g h i j"],
  ["() => { x = 1; y += 2; z++ }", "x y z"],
  ["() => { if (typeof Bun2 !== 'undefined') Bun2.f(); typeof q.r; typeof (() => s) }", "q s"],
  ["() => [new.target, import('x'), this, null, true]", ""],
  ["() => new URL(import.meta.url)", "import.meta"],
  ["() => a / b / c + /a\\/[/]d/g.test(e) / f", "a b c e f"],
  ["(x) => { if (x) /re/.test(x)\n return x\n /a/g }", "a g"],
  ["() => { let a = 1\n let b = a\n ++b\n return\n c }", "c"],
  ["function* f() { const yielded = yield; yield* a; yield\n b; return yield [c] }", "a b c"],
  ["() => { switch (a) { case b: let c; default: c } c }", "a b c"],
  ["async x => async y => async (z) => x + y + z + w", "w"],
  ["(a, b = (c, d = (e) => e + a) => c + d) => b(f)", "f"],
  ["method(a) { return super.method(a, b) }", "b"],
  ["async *[key](a) { yield a }", "key"],
  ["() => { using a = b(); let c = using(a) }", "b using"],
  ["async () => { await using a = b(); await c }", "b c"],
  ["() => { let \\u0061b = 1; return ab + 1_000n + .5e-3 + 0x1f }", ""],
  ["() => console.log(fetch, Map, structuredClone, process, Deno, Buffer)", ""],
  [
    "() => [window, document, name, self, require, module, __dirname]",
    "window document name self require module __dirname",
  ],
];

for (const [source, names] of CASES) {
  Deno.test(`findFreeVariables() answers "${names}" for ${source.replaceAll("\n", " ")}`, () => {
    assertEquals(findFreeVariables(source).join(" "), names);
  });
}

Deno.test("findFreeVariables() leaves out the known names", () => {
  assertEquals(findFreeVariables("() => [a, b, c]", ["a", "c"]), ["b"]);
});

Deno.test("findFreeVariables() finds nothing in a source that cannot be read", () => {
  for (
    const source of [
      "",
      "function max() { [native code] }",
      "() => {",
      "get a() { return b }",
      "a b",
      "(`",
      "/",
      "'",
      "{",
      "(",
    ]
  ) {
    assertEquals(findFreeVariables(source), [], source);
  }
});

/** How many tokens are passed to read `source` as an expression, and whether that reached its end. */
function readCounting(source: string): { readonly count: number; readonly isAtEnd: boolean } {
  let count = 0;
  const reading = openSource(source, () => count++);
  readExpression(reading);
  return { count, isAtEnd: reading.tokens.token.kind === "end" };
}

/** What may stand around an expression: all that may be nested, `_` being the expression. */
const NESTS = [
  "(a = _) => a",
  "async (a = _) => a",
  "({ a = _ }) => a",
  "({ a: { b = _ } = {} }, [c]) => a",
  "(a, b = c => [_]) => a",
  "((a = _) => a)(d)",
  "function (a = _) { return a; }",
  "{ a: (b = _) => b, [c]: d }",
  "class { #a = (b = _) => b }",
  "(_)",
  "f(_)",
  "async(_)",
  "[_]",
  "`${_}`",
  "(a) => { return _; }",
];

Deno.test("findFreeVariables() goes past each token a few times at most, however things are nested", () => {
  const nests = fc.array(fc.constantFrom(...NESTS), { minLength: 1, maxLength: 150 });
  fc.assert(
    fc.property(nests, (nests) => {
      const source = `() => [${nests.reduce((inner, nest) => nest.replace("_", () => inner), "y")}]`;
      const { count, isAtEnd } = readCounting(`(${source})`);
      assert(isAtEnd, source);
      assert(count <= 3 * source.length + 10, `${count} for ${source.length}: ${nests}`);
      if (nests.length < 20) assertEquals(findFreeVariables(source).sort(), expectedNames(source), source);
    }),
    { numRuns: 300 },
  );
});

Deno.test("findFreeVariables() reads 1 000 nested parameters, and finds nothing in what is deeper than the stack", () => {
  const nested = (depth: number) => `${"(a = ".repeat(depth)}x => y${") => a".repeat(depth)}`;
  const { count } = readCounting(nested(1_000));
  assert(count < 20_000, `${count}`);
  assertEquals(findFreeVariables(nested(200)), ["y"]);
  assertEquals(findFreeVariables(nested(200_000)), []);
});

Deno.test("findFreeVariables() agrees with acorn and eslint-scope on the functions of npm packages", () => {
  let count = 0;
  for (const source of sourcesWithin([acorn, eslintScope, fc])) {
    const expected = expectedNames(source);
    if (expected === undefined) continue;
    count++;
    assertEquals(findFreeVariables(source).sort(), expected, source);
  }
  assert(count > 400, `only ${count} functions found`);
});

Deno.test("findFreeVariables() agrees with acorn and eslint-scope on generated functions", () => {
  let count = 0;
  fc.assert(
    fc.property(functionSource(), (source) => {
      const expected = expectedNames(source);
      if (expected === undefined) return;
      count++;
      assertEquals(findFreeVariables(source).sort(), expected, source);
    }),
    { numRuns: GENERATED },
  );
  assert(count > GENERATED / 10, `only ${count} generated functions were valid`);
});

/** What an independent parser and scope analysis find; `undefined` if the source is not valid. */
function expectedNames(source: string): string[] | undefined {
  const ast = parse(`(${source})`) ?? parse(`({${source}})`) ?? parse(`(class extends Object {${source}})`);
  if (ast === undefined) return undefined;
  const { globalScope } = eslintScope.analyze(ast as any, {
    ecmaVersion: 2022,
    sourceType: "module",
    ignoreEval: true,
  });
  const free: any[] = globalScope!.through.map(({ identifier }: any) => identifier);
  const testedAt = testedPositions(ast);
  const tested = new Set(free.filter(({ start }) => testedAt.has(start)).map(({ name }) => name));
  const names = new Set<string>(free.map(({ name }) => name));
  return [...names].filter((name) => !tested.has(name) && !isWorkerGlobal(name)).sort();
}

function parse(source: string): acorn.Program | undefined {
  try {
    return acorn.parse(source, { ecmaVersion: "latest", sourceType: "module", ranges: true });
  } catch {
    return undefined;
  }
}

function testedPositions(node: any, positions: Set<number> = new Set()): Set<number> {
  if (typeof node !== "object" || node === null) return positions;
  const { type, operator, argument } = node;
  if (type === "UnaryExpression" && operator === "typeof" && argument.type === "Identifier") {
    positions.add(argument.start);
  }
  for (const child of Object.values(node)) testedPositions(child, positions);
  return positions;
}

/** The sources of all functions that can be reached from `roots`. */
function sourcesWithin(roots: readonly unknown[]): Set<string> {
  const sources = new Set<string>();
  const seen = new Set<unknown>();
  const pending = [...roots];
  for (let value = pending.pop(); pending.length > 0 || value !== undefined; value = pending.pop()) {
    if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value)) continue;
    seen.add(value);
    const source = typeof value === "function" ? sourceOf(value as () => unknown) : undefined;
    if (source !== undefined) sources.add(source);
    for (const descriptor of Object.values(Object.getOwnPropertyDescriptors(value))) pending.push(descriptor.value);
  }
  return sources;
}

/** Functions made of every kind of statement, expression and pattern, with few names, so that these often meet. */
function functionSource(): fc.Arbitrary<string> {
  const name = fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h", "of", "get", "async", "using");
  const join = (separator: string) => (parts: readonly string[]) => parts.join(separator);
  const form = (strings: TemplateStringsArray, ...parts: fc.Arbitrary<string>[]) =>
    fc.tuple(...parts).map((values) => String.raw({ raw: strings }, ...values));
  const list = (item: fc.Arbitrary<string>, separator: string) => fc.array(item, { maxLength: 3 }).map(join(separator));
  const { fn } = fc.letrec<Record<"fn" | "expression" | "pattern" | "statement" | "member" | "params", string>>(
    (tie) => {
      const e = tie("expression");
      const s = tie("statement");
      const p = tie("pattern");
      const params = tie("params");
      const body = list(s, "\n");
      return {
        params: list(fc.oneof(p, form`${p} = ${e}`), ", "),
        pattern: fc.oneof(
          { depthSize: "small", withCrossShrink: true },
          name,
          form`{ ${name}, ${name}: ${p} = ${e}, [${e}]: ${p}, ...${name} }`,
          form`{ ${name} = ${e} }`,
          form`[${p}, , ${p} = ${e}, ...${p}]`,
        ),
        member: fc.oneof(
          form`${name}(${params}) { ${body} }`,
          form`static async *${name}(${params}) { ${body} }`,
          form`get [${e}]() { ${body} }`,
          form`static ${name} = ${e};`,
          form`${name}\n`,
          form`static { ${body} }`,
          form`#x = ${e};`,
        ),
        fn: fc.oneof(
          form`(${params}) => ${e}`,
          form`(${params}) => { ${body} }`,
          form`async (${params}) => { ${body} }`,
          form`${name} => ${e}`,
          form`function ${name}(${params}) { ${body} }`,
          form`async function (${params}) { ${body} }`,
          form`function* (${params}) { ${body}\nyield ${e} }`,
        ),
        expression: fc.oneof(
          { depthSize: "small", withCrossShrink: true },
          name,
          fc.constantFrom("1", "'}'", "/[/)]}/", "`\\``", "this", "1.5e3", "({})"),
          form`(${e} / ${e})`,
          form`${name} = ${e}`,
          form`(${p} = ${e})`,
          form`[${e}, , ...${e}]`,
          form`({ ${name}, ${name}: ${e}, [${e}]: ${e}, ${name}(${params}) { ${body} }, ...${e} })`,
          form`${name}.${name}?.[${e}](${e}, ...${e})`,
          form`typeof ${name}`,
          form`typeof ${name}.${name}`,
          form`async(${e})`,
          form`(${e} ? ${e} : ${e})`,
          form`\`x\${${e}}\${{ ${name} }}\``,
          form`new (class ${name} extends (${e}) { ${list(tie("member"), "\n")} })`,
          form`(${tie("fn")})`,
          tie("fn"),
        ),
        statement: fc.oneof(
          { depthSize: "small", withCrossShrink: true },
          form`${name}\n`,
          form`;(${e})`,
          form`const ${p} = ${e}, ${name} = ${e}`,
          form`var ${name}, ${p} = ${e}`,
          form`{ ${body} }`,
          form`if (${e}) ${s} else { ${body} }`,
          form`if (${e}) /a/g.test(${e})`,
          form`for (let ${p} of ${e}) { ${body} }`,
          form`for (var ${name} = ${e}; ${e}; ${e}) ${s}`,
          form`for (${name} in ${e}) { ${body} }`,
          form`try { ${body} } catch (${p}) { ${body} } finally { ${body} }`,
          form`switch (${e}) { case ${e}: ${body} default: ${body} }`,
          form`do ${s} while (${e})`,
          form`${name}: for (;;) { break }`,
          form`function ${name}(${params}) { ${body} }`,
          form`class ${name} { ${list(tie("member"), "\n")} }`,
          form`return ${e}`,
          form`throw ${e};`,
        ),
      };
    },
  );
  return fn;
}
