import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { buildSite, type BuiltSite } from "../support/built_site.ts";

/** Made by `deno doc`, which takes longer: the slow tests have it. */
const REFERENCE = "reference/index.html";

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** The links of a page that lead nowhere. */
function deadLinks({ directory, pages }: BuiltSite, path: string, html: string): string[] {
  const links = [...html.matchAll(/<(?:a|link|script|img)\b[^>]*?\b(?:href|src)="([^"]*)"/g)].map(([, link]) => link!);
  assert(links.length > 10, path);
  return links.filter((link) => {
    if (/^(?:https?|mailto):/.test(link)) return false;
    const { pathname, hash } = new URL(link, `file:///${path}`);
    const target = pathname.slice(1);
    const isAlive = target === REFERENCE || isThere(`${directory}/${target}`);
    return !isAlive || (hash !== "" && !pages.get(target)?.includes(` id="${decodeURIComponent(hash.slice(1))}"`));
  });
}

Deno.test("the site has a page for each document, whose links lead to pages and headings that are there", async () => {
  await using site = await buildSite("--guides");
  const { directory, pages } = site;
  const documents = [...Deno.readDirSync(new URL("../../docs", import.meta.url))].filter(({ isFile }) => isFile);
  const expected = documents.map(({ name }) => `docs/${name.replace("README", "index").replace(/md$/, "html")}`);
  assertEquals(expected.filter((path) => !pages.has(path)), []);
  assert(pages.has("index.html") && pages.has("bench/index.html"));
  const dead = [...pages].flatMap(([path, html]) => deadLinks(site, path, html).map((link) => `${path}: ${link}`));
  assertEquals(dead, []);

  const quickStart = pages.get("docs/quick_start.html")!;
  assertStringIncludes(quickStart, "<title>Quick start · @opero/core</title>");
  assertStringIncludes(quickStart, '<a href="../docs/quick_start.html" aria-current="page">Quick start</a>');
  assertStringIncludes(quickStart, '<span class="hljs-keyword">import</span>');
  // What a document shows is text, and no script of its own.
  assert(![...pages.values()].some((html) => /<script(?! defer src="[./]*assets\/)/.test(html)));

  const entries = Deno.readTextFileSync(`${directory}/assets/search_entries.js`);
  const found: { id: string; heading: string }[] = JSON.parse(
    entries.replace(/^globalThis\.searchEntries = |;\n$/g, ""),
  );
  assert(found.length > 200);
  assertEquals(new Set(found.map(({ id }) => id)).size, found.length);
  assert(found.some(({ id, heading }) => id === "docs/retries.html#retry-after" && heading === "Retry-After"));
});
