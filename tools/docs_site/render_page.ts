import hljs from "highlight.js";
import { Marked, type Tokens } from "marked";
import { type Source, targetOf } from "./contents.ts";

/** A heading of a page. */
export interface Heading {
  /** 1 for the title of the page. */
  readonly depth: number;
  /** Its text, as plain text. */
  readonly text: string;
  /** The anchor that links lead to. */
  readonly id: string;
}

/** A part of a page from one heading to the next, for the search. */
export interface Section {
  /** The heading that it begins with. */
  readonly heading: Heading;
  /** What stands in it, as plain text. */
  readonly text: string;
}

/** A document as HTML. */
export interface RenderedPage {
  /** What the browser shows as its title. */
  readonly title: string;
  /** What stands between the menu and the foot. */
  readonly html: string;
  /** Its parts. */
  readonly sections: readonly Section[];
}

/**
 * The path of the page that a file of the repository becomes.
 *
 * @param path The path of the file, such as `docs/README.md`.
 * @returns The path of the page, such as `docs/index.html`.
 */
export function pageOf(path: string): string {
  if (path.endsWith(".svg")) return path;
  return path.endsWith(".md") ? path.replace(/README\.md$/, "index.md").replace(/md$/, "html") : `${path}.html`;
}

/**
 * Makes HTML of a document; of source code, a page that shows it.
 *
 * @param source The document.
 * @param isThere Whether there is a page, or a picture, of a file of the repository.
 * @returns The page.
 */
export function renderPage({ path, text }: Source, isThere: (path: string) => boolean): RenderedPage {
  const isCode = !path.endsWith(".md");
  const markdown = isCode ? `# ${path}\n\n\`\`\`\`${path.split(".").at(-1)}\n${text}\n\`\`\`\`\n` : text;
  const headings = new Headings();
  const marked: Marked = new Marked({
    renderer: {
      heading({ tokens, depth }: Tokens.Heading): string {
        const html = this.parser.parseInline(tokens);
        const { id } = headings.add(plainText(html), depth);
        return `<h${depth} id="${id}">${html} <a class="anchor" href="#${id}" aria-label="link to this part">#</a></h${depth}>\n`;
      },
      link({ href, tokens }: Tokens.Link): string {
        const html = this.parser.parseInline(tokens);
        const link = linkFrom(path, href, isThere);
        return link === undefined ? html : `<a href="${link}">${html}</a>`;
      },
      code: ({ text, lang }: Tokens.Code) => codeBlock(text, lang ?? ""),
      table: (token: Tokens.Table) =>
        `<div class="wide" role="region" aria-label="table" tabindex="0">${tableOf(marked, token)}</div>\n`,
    },
  });
  const html = marked.parse(markdown, { async: false });
  return { title: headings.all[0]?.text ?? path, html, sections: sectionsOf(html, headings.all) };
}

/** A link of a document as one of its page; `undefined` where there is none to lead to. */
function linkFrom(path: string, href: string, isThere: (path: string) => boolean): string | undefined {
  if (/^(?:[a-z]+:|#)/.test(href)) return href;
  const [link = "", anchor] = href.split("#");
  const named = targetOf(path, link);
  const target = [named, `${named}/README.md`].find(isThere);
  if (target === undefined) return undefined;
  const page = pageOf(target);
  return `${"../".repeat(path.split("/").length - 1)}${page}${anchor === undefined ? "" : `#${anchor}`}`;
}

function codeBlock(text: string, info: string): string {
  const language = info.split(" ")[0]!;
  const html = hljs.getLanguage(language) === undefined
    ? escapeHtml(text)
    : hljs.highlight(text, { language, ignoreIllegals: true }).value;
  return `<pre tabindex="0"><code>${html}</code></pre>\n`;
}

function tableOf(marked: Marked, { header, rows }: Tokens.Table): string {
  const cells = (tag: string, row: readonly Tokens.TableCell[]) =>
    `<tr>${
      row.map(({ tokens }) => `<${tag}>${marked.Parser.parseInline(tokens, marked.defaults)}</${tag}>`).join("")
    }</tr>`;
  return `<table><thead>${cells("th", header)}</thead><tbody>${
    rows.map((row) => cells("td", row)).join("")
  }</tbody></table>`;
}

/** The headings of one page, with anchors as GitHub names them. */
class Headings {
  readonly all: Heading[] = [];
  readonly #seen = new Map<string, number>();

  add(text: string, depth: number): Heading {
    const slug = text.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(" ", "-");
    const count = this.#seen.get(slug) ?? 0;
    this.#seen.set(slug, count + 1);
    const heading = { depth, text, id: count === 0 ? slug : `${slug}-${count}` };
    this.all.push(heading);
    return heading;
  }
}

function sectionsOf(html: string, headings: readonly Heading[]): Section[] {
  const parts = html.split(/<h[1-6] id="[^"]*">[^]*?<\/h[1-6]>/);
  return headings.map((heading, i) => ({ heading, text: plainText(parts[i + 1] ?? "") }));
}

/**
 * The text of HTML, without its tags.
 *
 * @param html The HTML.
 * @returns The text, with single spaces.
 */
export function plainText(html: string): string {
  const text = html.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ").trim();
  const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'", "#x27": "'" };
  return text.replaceAll(/&([\w#]+);/g, (whole, name: string) => named[name] ?? whole);
}

/**
 * A text that is shown as it is.
 *
 * @param text The text.
 * @returns It as HTML.
 */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
