/** What may stand in a page: texts and numbers are escaped, markup stands as it is, what is missing leaves nothing. */
export type MarkupPart = string | number | Markup | undefined | readonly MarkupPart[];

/** A part of a page, of which all that came from outside is escaped. */
export class Markup {
  /** The HTML. */
  readonly text: string;

  /** Trusts `text`. */
  constructor(text: string) {
    this.text = text;
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** What no HTML page may hold, not even escaped, and halves of surrogate pairs, which no file can hold. */
// deno-lint-ignore no-control-regex -- they are what it is about
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]/g;

/**
 * Makes markup of a template: ``markup`<b>${name}</b>` ``. Attributes have to stand in double quotes.
 *
 * @param texts The texts of the template, which are trusted.
 * @param parts What stands between them, which is escaped unless it is markup.
 * @returns The markup.
 */
export function markup(texts: TemplateStringsArray, ...parts: readonly MarkupPart[]): Markup {
  return new Markup(texts.map((text, i) => text + textOf(parts[i])).join(""));
}

function textOf(part: MarkupPart): string {
  if (part === undefined) return "";
  if (part instanceof Markup) return part.text;
  if (typeof part === "object") return part.map(textOf).join("");
  return String(part).toWellFormed().replace(FORBIDDEN, "\ufffd").replace(/[&<>"']/g, (char) => ESCAPES[char]!);
}
