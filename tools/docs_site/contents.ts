// Loaded so that it has a path, from which the script for pages is found.
import "minisearch";

/** A document of the repository that becomes a page. */
export interface Source {
  /** Its path from the root of the repository, such as `docs/options.md`. */
  readonly path: string;
  /** Its text. */
  readonly text: string;
}

/** A group of pages in the menu. */
export interface MenuGroup {
  /** What stands above it. */
  readonly title: string;
  /** Its pages, by their paths from the root of the repository. */
  readonly pages: readonly { readonly title: string; readonly path: string }[];
}

/** All that the site is made of. */
export interface Contents {
  /** The documents, those that others link to included. */
  readonly sources: readonly Source[];
  /** The pictures, by their paths. */
  readonly pictures: readonly Source[];
  /** The menu, in the order of `docs/README.md`. */
  readonly menu: readonly MenuGroup[];
  /** The script of the search library. */
  readonly searchLibrary: string;
}

const START = ["README.md", "docs/README.md"];

/**
 * Reads the documents, and all in the repository that they link to.
 *
 * @param root Where the repository is.
 * @returns What the site is made of.
 */
export async function readContents(root: URL): Promise<Contents> {
  const found = new Map<string, string>();
  const queue = [...START];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const path = await isFile(new URL(next, root)) ? next : await readmeOf(next, root);
    if (path === undefined || found.has(path)) continue;
    const text = await Deno.readTextFile(new URL(path, root));
    found.set(path, text);
    if (path.endsWith(".md")) queue.push(...linkedFrom(path, text));
  }
  const all = [...found].map(([path, text]) => ({ path, text }));
  const library = new URL(import.meta.resolve("minisearch").replace(/dist\/es\/[^/]*$/, "dist/umd/index.js"));
  return {
    sources: all.filter(({ path }) => !path.endsWith(".svg")),
    pictures: all.filter(({ path }) => path.endsWith(".svg")),
    menu: menuOf(found.get("docs/README.md")!),
    searchLibrary: await Deno.readTextFile(library),
  };
}

/**
 * Where a link leads, from the root of the repository on.
 *
 * @param path The document that it stands in.
 * @param link The link, without the part after `#`.
 * @returns The path of the file, or of the directory without a slash at its end.
 */
export function targetOf(path: string, link: string): string {
  return new URL(link, `file:///${path}`).pathname.slice(1).replace(/\/$/, "");
}

/** The README of a directory, which need not have one: what leads there is shown without a link then. */
async function readmeOf(path: string, root: URL): Promise<string | undefined> {
  const readme = `${path}/README.md`;
  return await isFile(new URL(readme, root)) ? readme : undefined;
}

async function isFile(url: URL): Promise<boolean> {
  try {
    return (await Deno.stat(url)).isFile;
  } catch {
    return false;
  }
}

/** The files of the repository that a document links to. */
function linkedFrom(path: string, text: string): string[] {
  const prose = text.replaceAll(/^( *)```[^]*?^\1```|`[^`\n]*`/gm, "");
  const links = [...prose.matchAll(/\]\(([^)\s#]+)/g)].map(([, link]) => link!);
  return links.filter((link) => !/^[a-z]+:/.test(link)).map((link) => targetOf(path, link));
}

/** The tables of a list of pages as groups: the first cell of the head is the title, links are the pages. */
function menuOf(list: string): MenuGroup[] {
  const tables = list.matchAll(/^\| ([^|]+?) +\|[^\n]*\n\| -[^\n]*\n((?:\|[^\n]*\n?)+)/gm);
  return [...tables].map(([, title, rows]) => ({
    title: title!,
    pages: [...rows!.matchAll(/^\| \[([^\]]+)\]\(([^)]+)\)/gm)].map(([, title, link]) => ({
      title: title!,
      path: targetOf("docs/README.md", link!),
    })),
  }));
}
