import { scanToken } from "./javascript_tokens.ts";
import { TokenCursor } from "./token_cursor.ts";

const CONSTANTS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["true", true],
  ["false", false],
  ["null", null],
  ["undefined", undefined],
  ["NaN", NaN],
  ["Infinity", Infinity],
]);

const SHORT_ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", v: "\v" };

/**
 * The value of the literal that is the first token of `source`; `undefined` if that is no literal.
 *
 * @param source The text of an expression.
 * @returns The value in an object, or `undefined`.
 */
export function readLiteral(source: string): { readonly value: unknown } | undefined {
  const { kind, text } = scanToken(source, 0);
  if (kind === "string") return { value: decodeString(text.slice(1, -1)) };
  if (kind === "template") return { value: decodeString(text.slice(1, -1).replace(/\r\n?/g, "\n")) };
  if (kind === "number") return { value: decodeNumber(text) };
  return kind === "name" && CONSTANTS.has(text) ? { value: CONSTANTS.get(text) } : undefined;
}

/**
 * The elements of an array literal of literals, read without running code; `undefined` if `source` is something else.
 *
 * @param source The text of an expression.
 * @returns The elements, or `undefined`.
 */
export function readLiteralArray(source: string): readonly unknown[] | undefined {
  const tokens = new TokenCursor(source);
  if (!tokens.take("[")) return undefined;
  const values: unknown[] = [];
  while (!tokens.isAt("]")) {
    const value = readElement(tokens);
    if (value === undefined) return undefined;
    values.push(value.value);
    if (!tokens.isAt("]") && !tokens.take(",")) return undefined;
  }
  return tokens.advance() && tokens.token.kind === "end" ? values : undefined;
}

function readElement(tokens: TokenCursor): { readonly value: unknown } | undefined {
  const isNegative = tokens.take("-");
  const literal = readLiteral(tokens.token.text);
  if (literal === undefined) return undefined;
  tokens.advance();
  if (!isNegative) return literal;
  const { value } = literal;
  return typeof value === "number" || typeof value === "bigint" ? { value: -value } : undefined;
}

function decodeNumber(text: string): number | bigint {
  const plain = text.replaceAll("_", "");
  if (plain.endsWith("n")) return BigInt(plain.slice(0, -1));
  return /^0[0-7]+$/.test(plain) ? parseInt(plain, 8) : Number(plain);
}

function decodeString(text: string): string {
  return text.replace(
    /\\(?:u\{([\da-fA-F]+)\}|u([\da-fA-F]{4})|x([\da-fA-F]{2})|([0-3]?[0-7]{1,2})|(\r\n|[^]))/g,
    (_escape, long, short, byte, octal, other) => {
      const hex = long ?? short ?? byte;
      if (hex !== undefined) return String.fromCodePoint(parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8));
      return SHORT_ESCAPES[other] ?? (/[\n\r\u2028\u2029]/.test(other) ? "" : other);
    },
  );
}
