import { readCallable } from "./callable_source.ts";
import type { Token } from "./javascript_tokens.ts";
import { openSource } from "./open_source.ts";
import { readExpression } from "./read_expression.ts";

/**
 * Whether the class or method written as `source` may keep hidden state of an instance: in private fields, in
 * accessors of its own kind, or under the instance in a `WeakMap`, as compilers write private fields. For the last one an
 * instance has to be passed to other code, so a lone `this` that goes elsewhere than to a few known places counts. So does a source that
 * cannot be read.
 *
 * @param source The text of a class or method.
 * @returns `true` also where that cannot be known.
 */
export function mayHideState(source: string): boolean {
  const tokens = tokensOf(source);
  return tokens === undefined || tokens.some((_token, at) => hidesAt(tokens, at));
}

function tokensOf(source: string): readonly Token[] | undefined {
  // By where they begin, as some are passed more than once.
  const passed = new Map<number, Token>();
  try {
    const isMethod = !source.startsWith("class") && readCallable(source)?.form !== "expression";
    const text = isMethod ? `({${source}})` : `(${source})`;
    const reading = openSource(text, (token) => passed.set(token.start, token));
    readExpression(reading);
    if (reading.tokens.token.kind !== "end") return undefined;
    return [...passed.values()].sort((one, other) => one.start - other.start);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function hidesAt(tokens: readonly Token[], at: number): boolean {
  const { kind, text } = tokens[at]!;
  const [before, after] = [tokens[at - 1], tokens[at + 1]];
  if (kind === "private") return isPrivateField(before, after);
  if (kind !== "name" || before?.text === ".") return false;
  if (text === "accessor") return after?.kind === "name" || after?.kind === "string" || after?.text === "[";
  return text === "this" && isHandedOn(tokens, at);
}

/** A private method holds no state, and a static field none of an instance. */
function isPrivateField(before: Token | undefined, after: Token | undefined): boolean {
  const isUse = before?.text === "." || before?.text === "?." || after?.text === "in";
  return !isUse && before?.text !== "static" && after?.text !== "(";
}

/** What may stand behind `this` and keeps it here: it is read from, or compared. */
const HARMLESS_AFTER = new Set([".", "?.", "[", "===", "!==", "==", "!=", "instanceof", "in"]);
/** What may stand before. */
const HARMLESS_BEFORE = new Set(["return", "...", "===", "!==", "==", "!=", "instanceof", "in", "!", "typeof", "new"]);

function isHandedOn(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1];
  if (HARMLESS_AFTER.has(tokens[at + 1]?.text ?? "") || HARMLESS_BEFORE.has(before?.text ?? "")) return false;
  // Behind a pattern it is taken apart; before a colon it is a name.
  if (before?.text === "=" && tokens[at - 2]?.text === "}") return false;
  if (tokens[at + 1]?.text === ":" && (before?.text === "{" || before?.text === ",")) return false;
  if (before?.kind === "template_head") return !becomesText(before, tokens[at - 2]);
  return before?.text !== "(" || !isHarmlessCall(tokens, at);
}

/** In a template it becomes a text, unless a function in front of the template is given it. */
function becomesText(head: Token, before: Token | undefined): boolean {
  const isFirst = head.text.startsWith("`");
  return isFirst &&
    (before?.kind === "punctuator" ? before.text !== ")" && before.text !== "]" : before?.text === "return");
}

/** Objects whose functions keep nothing that they are given. */
const HARMLESS_OBJECTS = new Set(["Object", "Reflect", "JSON", "Error", "console"]);
const HARMLESS_FUNCTIONS = new Set(["String", "Number", "Boolean", "structuredClone"]);
/** What compilers call those that define a public field, and run what decorators of methods ask for. */
const DEFINES_FIELD = /^_{1,2}(?:publicField|define_?[Pp]roperty)(?:_\w+|\$?\d*)$/;
const RUNS_DECORATORS =
  /^_{0,2}(?:_?init_?(?:[Pp]roto|[Ss]tatic)|runInitializers|apply_?[Dd]ecs\w*|esDecorate|decorateElement)(?:_\w+|\$?\d*)$/;

function isHarmlessCall(tokens: readonly Token[], at: number): boolean {
  const called = tokens[at - 2];
  if (called?.kind !== "name") return false;
  if (tokens[at - 3]?.text === ".") {
    return HARMLESS_OBJECTS.has(tokens[at - 4]?.text ?? "") && tokens[at - 5]?.text !== ".";
  }
  if (DEFINES_FIELD.test(called.text)) return tokens[at + 2]?.kind === "string";
  return HARMLESS_FUNCTIONS.has(called.text) || RUNS_DECORATORS.test(called.text);
}
