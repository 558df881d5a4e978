import type { Contents, Source } from "./contents.ts";
import { layOut } from "./layout.ts";
import { pageOf, type RenderedPage, renderPage } from "./render_page.ts";

const here = (name: string) => new URL(name, import.meta.url);

/**
 * Makes all files of the site but the reference.
 *
 * @param contents What it is made of.
 * @returns The text of each file by its path.
 */
export async function renderSite(contents: Contents): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const entries: object[] = [];
  const known = new Set([...contents.sources, ...contents.pictures].map(({ path }) => path));
  for (const source of contents.sources) {
    const page = renderPage(source, (path) => known.has(path));
    files.set(pageOf(source.path), layOut({ page, path: source.path, menu: contents.menu }));
    entries.push(...searchEntries(source, page));
  }
  for (const { path, text } of contents.pictures) files.set(path, text);
  files.set("assets/style.css", await Deno.readTextFile(here("style.css")));
  files.set("assets/site.js", await Deno.readTextFile(here("site.js")));
  files.set("assets/minisearch.js", contents.searchLibrary.replace(/^\/\/# sourceMappingURL=.*$/m, ""));
  // A script, since a page of `file:` may not fetch.
  files.set("assets/search_entries.js", `globalThis.searchEntries = ${JSON.stringify(entries)};\n`);
  return files;
}

/** What the search knows of a page: an entry for each of its parts. */
function searchEntries({ path }: Source, { title, sections }: RenderedPage): object[] {
  return sections.map(({ heading, text }) => ({
    id: `${pageOf(path)}#${heading.id}`,
    page: title,
    heading: heading.text,
    text,
  }));
}
