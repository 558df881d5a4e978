import { assert, assertEquals } from "@std/assert";
import { anchorsIn, linksIn } from "../support/markdown_links.ts";

const ROOT = new URL("../../", import.meta.url);
const SKIPPED = ["node_modules", "output", ".git"];
const read = (path: string) => Deno.readTextFileSync(new URL(path, ROOT));

function documentsIn(directory: string): string[] {
  return [...Deno.readDirSync(new URL(directory, ROOT))].flatMap(({ name, isDirectory }) => {
    if (isDirectory) return SKIPPED.includes(name) ? [] : documentsIn(`${directory}${name}/`);
    return name.endsWith(".md") ? [`${directory}${name}`] : [];
  });
}

const DOCUMENTS = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"].concat(
  ...["docs/", "bench/", "examples/"].map(documentsIn),
);
const PAGES = documentsIn("docs/");

/** Where a link of `document` leads, from the root on. */
function targetOf(document: string, path: string): string {
  return path === "" ? document : new URL(path, new URL(document, ROOT)).href.slice(ROOT.href.length);
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(new URL(path, ROOT)).isFile || !/\.\w+$/.test(path);
  } catch {
    return false;
  }
}

/** The links that lead nowhere, as `document: link`. */
function deadLinks(document: string): string[] {
  return linksIn(read(document)).flatMap(({ path, anchor }) => {
    if (/^[a-z]+:/.test(path)) return [];
    const target = targetOf(document, path);
    const isAlive = isThere(target) && (anchor === "" || anchorsIn(read(target)).includes(anchor));
    return isAlive ? [] : [`${document}: ${path}${anchor && `#${anchor}`}`];
  });
}

Deno.test("every link and picture of the documents leads to a file that is there, and to a heading of it", () => {
  assert(DOCUMENTS.length > 30);
  assertEquals(DOCUMENTS.flatMap(deadLinks), []);
});

Deno.test("what the README links to is published with it", () => {
  const { publish } = JSON.parse(read("deno.json"));
  const patterns = publish.include.map((glob: string) =>
    new RegExp(`^${glob.replaceAll(".", "\\.").replaceAll("**/", "(?:.*/)?").replaceAll(/(?<!\))\*/g, "[^/]*")}$`)
  );
  const relative = linksIn(read("README.md")).map(({ path }) => path).filter((path) => !/^(?:[a-z]+:|$)/.test(path));
  assert(relative.length > 20);
  assertEquals(relative.filter((path) => !patterns.some((pattern: RegExp) => pattern.test(path))), []);
});

Deno.test("every page of the documents is linked from docs/README.md", () => {
  const linked = linksIn(read("docs/README.md")).map(({ path }) => `docs/${path}`);
  assertEquals(PAGES.filter((page) => page !== "docs/README.md" && !linked.includes(page)), []);
});

Deno.test("every page of the documents begins with an example, before its first section and its first table", () => {
  const late = PAGES.filter((page) => !/^```/m.test(read(page).split(/^(?:## |\| )/m)[0]!));
  assertEquals(late, []);
});

Deno.test("linksIn() and anchorsIn() read markdown as its hosts do", () => {
  const text =
    "# `fn.with()`: a & b\n\n[a](b.md#c) `[d](e)` ![f](g.svg)\n\n```md\n# no\n[h](i)\n```\n\n## Same\n\n## Same\n";
  assertEquals(linksIn(text), [{ path: "b.md", anchor: "c" }, { path: "g.svg", anchor: "" }]);
  assertEquals(anchorsIn(text), ["fnwith-a--b", "same", "same-1"]);
});
