import { assert, assertEquals } from "@std/assert";
import { readSources } from "../support/source_graph.ts";

interface Signature {
  readonly name: string;
  /** How many parameters it has, without `this`. */
  readonly parameters: number;
  readonly hasResult: boolean;
  /** Whether a call of it may throw: it does so itself, or by one of the helpers that do nothing else. */
  readonly throws: boolean;
  /** Its doc comment, empty where there is none. */
  readonly doc: string;
}

/** A function and the comment before it, if one ends right there. */
const EXPORTED = /(\/\*\*(?:(?!\*\/)[^])*\*\/\n)?^export (?:async )?function\*? (\w+)/gm;
const NO_RESULT = /^: (?:void|never|asserts |Promise<void>)/;

const THROWS = /\bthrow\b|\b(?:validateOptions|requireObject|requireEffect|requireFiles|requirePlatform)\(/;

/** `body` without comments, and without the functions within it, which run later. */
function ownCode(body: string): string {
  const code = body.replaceAll(/\/\/.*$|`[^`]*`|"(?:\\.|[^"\n])*"/gm, "");
  const inner = /=> \{|=>\s*\(\{|\bfunction\*? ?\w*\([^]*?\)[^{}]*\{/g;
  for (const found of code.matchAll(inner)) {
    const at = found.index + found[0].indexOf("{", found[0].startsWith("=>") ? 0 : found[0].lastIndexOf("{"));
    const end = endOfBlock(code, at);
    return ownCode(code.slice(0, found.index) + code.slice(end));
  }
  return code;
}

/** Where the block that begins at `at` ends. */
function endOfBlock(code: string, at: number): number {
  let depth = 0;
  for (const { 0: brace, index } of code.slice(at).matchAll(/[{}]/g)) {
    depth += brace === "{" ? 1 : -1;
    if (depth === 0) return at + index + 1;
  }
  return code.length;
}

/** The exported functions of a formatted source, with comments. */
function signaturesIn(text: string): Signature[] {
  return [...text.matchAll(EXPORTED)].map(({ 0: whole, 1: doc = "", 2: name, index }) => {
    let at = index + whole.length;
    if (text[at] === "<") at += lengthOfBrackets(text.slice(at));
    const list = text.slice(at, at + lengthOfBrackets(text.slice(at)));
    return {
      name: name!,
      doc,
      parameters: countParameters(list),
      hasResult: !NO_RESULT.test(text.slice(at + list.length)),
      throws: THROWS.test(ownCode(text.slice(at + list.length, text.indexOf("\n}\n", at)))),
    };
  });
}

/** How long the brackets are that `text` begins with, all that they hold included. */
function lengthOfBrackets(text: string): number {
  let depth = 0;
  for (const { 0: bracket, index } of text.replaceAll("=>", "--").matchAll(/[(<[{}\]>)]/g)) {
    depth += "(<[{".includes(bracket) ? 1 : -1;
    if (depth === 0) return index + 1;
  }
  throw new Error("A bracket is not closed");
}

/** Counts the parameters in a list with its parentheses, such as `(a: Map<K, V>, { b }: B)`. */
function countParameters(list: string): number {
  let inner = list.slice(1, -1).replaceAll("=>", "--");
  for (let last = ""; last !== inner;) {
    last = inner;
    inner = inner.replaceAll(/\([^()<>[\]{}]*\)|<[^()<>[\]{}]*>|\[[^()<>[\]{}]*\]|\{[^()<>[\]{}]*\}/g, "_");
  }
  return inner.split(",").map((each) => each.trim()).filter((each) => each !== "" && !each.startsWith("this:")).length;
}

function countTags(doc: string, tag: string): number {
  return [...doc.matchAll(new RegExp(`^ \\* @${tag} \\S`, "gm"))].length;
}

function isUndocumented({ doc, parameters, hasResult, throws }: Signature): boolean {
  return countTags(doc, "param") !== parameters || (hasResult && countTags(doc, "returns") !== 1) ||
    (throws && countTags(doc, "throws") === 0);
}

const paths = [...readSources().keys()];
const texts = paths.map((path) => [path, Deno.readTextFileSync(new URL(`../../${path}`, import.meta.url))] as const);

Deno.test("every exported function says what each parameter is, what it returns, and what it throws", () => {
  const all = texts.flatMap(([path, text]) => signaturesIn(text).map((each) => ({ path, ...each })));
  assert(all.length > 300);
  assertEquals(all.filter(isUndocumented).map(({ path, name }) => `${path}: ${name}()`), []);
});

Deno.test("signaturesIn() counts parameters of every form, and finds the comment, the result and what throws", () => {
  const source = `/**
 * Does it.
 *
 * @param a The first.
 * @param b The second.
 * @returns The sum.
 */
export async function one<K extends (x: number) => void>(
  this: unknown,
  { a, c }: { a: Map<string, number>; c: [number, number] },
  b: (x: string, y: number) => void = () => {},
): Promise<number> {
}

export function two(...items: unknown[]): asserts items is string[] {
}

/** No tags. */
export function three(): string {
}

/** It throws later. */
export function four(): void {
  later(() => {
    throw new Error("{");
  });
  function inner(a: { b: number }) { throw a; }
}

/** It throws by a helper. */
export function five(): void {
  if (four()) {
    requireFiles("task");
  }
}

/**
 * It throws.
 *
 * @throws {Error} Always.
 */
export function six(): never {
  throw new Error();
}
`;
  const found = signaturesIn(source);
  assertEquals(found.map(({ name, parameters, hasResult, throws }) => [name, parameters, hasResult, throws]), [
    ["one", 2, true, false],
    ["two", 1, false, false],
    ["three", 0, true, false],
    ["four", 0, false, false],
    ["five", 0, false, true],
    ["six", 0, false, true],
  ]);
  assertEquals(found.map(isUndocumented), [false, true, true, false, true, false]);
});
