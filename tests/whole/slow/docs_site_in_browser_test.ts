/** The site of the documents in a real browser; `apt-get install chromium`, or `CHROMIUM` with the path of one. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { buildSite, type BuiltSite } from "../../support/built_site.ts";

const PATH = Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium";
const ROOT = new URL("../../../", import.meta.url);

/** What is looked at: the longest page, the widest table, one with code in tables, and what the search finds. */
const VIEWED: readonly (readonly [page: string, title: RegExp])[] = [
  ["index.html", /^@opero\/core$/],
  ["docs/options.html", /^Every option · @opero\/core$/],
  ["docs/troubleshooting.html", /^Troubleshooting by message · @opero\/core$/],
  ["docs/index.html?q=jitter", /^jitter: [1-9]\d* found$/],
  ["docs/index.html?q=xyzzy", /^xyzzy: 0 found$/],
];

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** What the tool found of a page, light and dark, narrow and wide. */
async function viewsOf({ directory }: BuiltSite, page: string): Promise<Record<string, unknown>[]> {
  const config = ["--config", "tools/page_view/deno.json", "--frozen", "tools/page_view/main.ts"];
  const args = ["run", "-A", ...config, `file://${directory}/${page}`];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test({
  name: "the site in Chromium, from files: no request elsewhere, nothing too wide or unreadable (needs chromium)",
  ignore: !isThere(PATH),
  fn: async () => {
    await using site = await buildSite();
    assert(isThere(`${site.directory}/reference/index.html`));
    for (const [page, expectedTitle] of VIEWED) {
      const views = await viewsOf(site, page);
      assertEquals(views.length, 4);
      for (const { contrast, requests, title, scheme, width, ...found } of views) {
        const view = `${page}, ${scheme}, ${width}`;
        assertEquals(found, { complaints: [], overflow: 0, touching: [], unnamed: [] }, view);
        const elsewhere = (requests as string[]).filter((url) => !url.startsWith(`file://${site.directory}/`));
        assertEquals(elsewhere, [], view);
        assertMatch(String(title), expectedTitle, view);
        // WCAG 2, level AA.
        assert(typeof contrast === "number" && contrast >= 4.5, `${view}: ${contrast}`);
      }
    }
  },
});
