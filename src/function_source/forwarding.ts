const NAME = String.raw`[\p{ID_Start}$_][\p{ID_Continue}$]*`;
const CALLED = String.raw`(?:await\s+)?(?:${NAME})`;
/** `fn(...args)`, `fn(first, ...args)`, `fn.call(this, ...args)`, `fn.apply(this, args)`; `REST` is the name of the parameter. */
const CALL = String.raw`${CALLED}\s*(?:\(\s*(?:${NAME}\s*,\s*)*\.\.\.\s*REST\s*\)|` +
  String.raw`\.call\(\s*${NAME}\s*,\s*(?:${NAME}\s*,\s*)*\.\.\.\s*REST\s*\)|\.apply\(\s*${NAME}\s*,\s*REST\s*\))`;
const BODY = String.raw`(?:\{\s*(?:return\s+)?${CALL}\s*;?\s*\}|${CALL})`;

/** Made when first needed: to read the names of all scripts takes a while. */
let patterns: readonly RegExp[] | undefined;

function forwardingPatterns(): readonly RegExp[] {
  const withRest = String
    .raw`^(?:async\b\s*)?(?:function\b\s*(?:${NAME})?\s*)?\(\s*(?:${NAME}\s*,\s*)*\.\.\.\s*(${NAME})\s*\)\s*(?:=>\s*)?`;
  const withArguments = String.raw`^(?:async\b\s*)?function\b\s*(?:${NAME})?\s*\([^)]*\)\s*`;
  return [
    new RegExp(`${withRest}${BODY.replaceAll("REST", String.raw`\1`)}$`, "u"),
    new RegExp(`${withArguments}${BODY.replaceAll("REST", "arguments")}$`, "u"),
  ];
}

const COMMENT = /\/\*[^]*?\*\/|\/\/[^\n]*/g;

/**
 * Whether the function written as `source` does nothing but hand on what it is given to one that it has closed over, as those do that a
 * helper makes around others, to curry, bind, memoize or trace them: the sources of all of a helper's are the same.
 *
 * @param source The text of a function.
 * @returns `true` if the text does not distinguish the function from others.
 */
export function saysNothing(source: string): boolean {
  const code = source.replace(COMMENT, " ");
  patterns ??= forwardingPatterns();
  return patterns.some((pattern) => pattern.test(code));
}
