import { assert, assertEquals } from "@std/assert";
import { readSources } from "../support/source_graph.ts";

interface Signature {
  readonly name: string;
  /** How many parameters it has, without `this`. */
  readonly parameters: number;
  readonly hasResult: boolean;
  /** Its doc comment, empty where there is none. */
  readonly doc: string;
}

/** A function and the comment before it, if one ends right there. */
const EXPORTED = /(\/\*\*(?:(?!\*\/)[^])*\*\/\n)?^export (?:async )?function\*? (\w+)/gm;
const NO_RESULT = /^: (?:void|never|asserts |Promise<void>)/;

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

function isUndocumented({ doc, parameters, hasResult }: Signature): boolean {
  return countTags(doc, "param") !== parameters || (hasResult && countTags(doc, "returns") !== 1);
}

const paths = [...readSources().keys()];
const texts = paths.map((path) => [path, Deno.readTextFileSync(new URL(`../../${path}`, import.meta.url))] as const);

Deno.test("every exported function says what each parameter is, and what it returns", () => {
  const all = texts.flatMap(([path, text]) => signaturesIn(text).map((each) => ({ path, ...each })));
  assert(all.length > 300);
  assertEquals(all.filter(isUndocumented).map(({ path, name }) => `${path}: ${name}()`), []);
});

Deno.test("signaturesIn() counts parameters of every form, and finds the comment and the result", () => {
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
`;
  const found = signaturesIn(source);
  assertEquals(found.map(({ name, parameters, hasResult }) => [name, parameters, hasResult]), [
    ["one", 2, true],
    ["two", 1, false],
    ["three", 0, true],
  ]);
  assertEquals(found.map(isUndocumented), [false, true, true]);
});
