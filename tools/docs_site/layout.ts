import type { MenuGroup } from "./contents.ts";
import { escapeHtml, pageOf, type RenderedPage } from "./render_page.ts";

/** A page and where it stands. */
export interface PlacedPage {
  readonly page: RenderedPage;
  /** The path of the document in the repository. */
  readonly path: string;
  readonly menu: readonly MenuGroup[];
}

/** With fewer headings a page is seen at a glance. */
const MIN_HEADINGS = 3;

/**
 * A page with its menu and its search.
 *
 * @param placed The page and where it stands.
 * @returns The HTML.
 */
export function layOut({ page, path, menu }: PlacedPage): string {
  const up = "../".repeat(path.split("/").length - 1);
  const groups = menu.map((group) => groupOf(group, path, up)).join("\n");
  return `<!doctype html>
<html lang="en" data-up="${up}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(page.title === "@opero/core" ? page.title : `${page.title} · @opero/core`)}</title>
<link rel="stylesheet" href="${up}assets/style.css">
<script defer src="${up}assets/minisearch.js"></script>
<script defer src="${up}assets/search_entries.js"></script>
<script defer src="${up}assets/site.js"></script>
</head>
<body>
<a class="skip" href="#content">Skip to the text</a>
<header>
<a class="home" href="${up}index.html">@opero/core</a>
<form role="search" aria-label="search"><input type="search" name="q" placeholder="Search" aria-label="Search" autocomplete="off"></form>
<a href="${up}reference/index.html">Reference</a>
</header>
<nav aria-label="pages"><details><summary>Menu</summary>
${groups}
</details></nav>
<main id="content">
<section id="results" aria-label="search results" aria-live="polite" hidden></section>
<article>
${page.html}</article>
</main>
${onThisPage(page)}
</body>
</html>
`;
}

function groupOf({ title, pages }: MenuGroup, current: string, up: string): string {
  const links = pages.map(({ title, path }) => {
    const here = path === current ? ' aria-current="page"' : "";
    return `<li><a href="${up}${pageOf(path)}"${here}>${escapeHtml(title)}</a></li>`;
  });
  return `<h2>${escapeHtml(title)}</h2>\n<ul>${links.join("")}</ul>`;
}

function onThisPage({ sections }: RenderedPage): string {
  const headings = sections.map(({ heading }) => heading).filter(({ depth }) => depth === 2);
  if (headings.length < MIN_HEADINGS) return "";
  const links = headings.map(({ id, text }) => `<li><a href="#${id}">${escapeHtml(text)}</a></li>`);
  return `<aside aria-label="on this page"><h2>On this page</h2><ul>${links.join("")}</ul></aside>`;
}
