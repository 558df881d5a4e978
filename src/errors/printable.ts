/**
 * What a terminal or a reader of lines would obey in place of showing: control characters (C0, DEL, C1), the
 * separators of lines and paragraphs, the marks that turn the direction of a text, and halves of surrogate pairs.
 */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_C}\p{Cs}\ufeff]/gu;

const SHORT_FORMS: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * `text` for a line of a log, a message or a terminal: what would end the line, drive the terminal or turn the
 * direction of the text is escaped as in a string literal, so that text from outside can forge nothing.
 *
 * @param text Any text.
 * @returns The text with all control characters escaped.
 */
export function printable(text: string): string {
  return text.replace(
    UNPRINTABLE,
    (char) => SHORT_FORMS[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * `text` in double quotes, as messages name functions and options.
 *
 * @param text Any text.
 * @returns The quoted text.
 */
export function quoted(text: string): string {
  return printable(JSON.stringify(text));
}

/**
 * A number for a line: a whole one as it is, any other to the thousandth, or to three digits where it is below 1.
 *
 * @param value Any number.
 * @returns The rounded number.
 */
export function roundedNumber(value: number): number {
  if (Number.isInteger(value) || !Number.isFinite(value)) return value;
  return Math.abs(value) < 1 ? Number(value.toPrecision(3)) : Math.round(value * 1_000) / 1_000;
}

/**
 * The fields of a line, made safe and short as its text is: names and ids come from outside.
 *
 * @param fields The fields of a log line.
 * @returns A new record.
 */
export function printableFields<Value>(fields: Readonly<Record<string, Value>>): Record<string, Value> {
  const entries = Object.entries(fields).map(([key, value]) => [printable(key), printableField(value)]);
  return Object.fromEntries(entries);
}

function printableField(value: unknown): unknown {
  if (typeof value === "string") return printable(value);
  return typeof value === "number" ? roundedNumber(value) : value;
}
