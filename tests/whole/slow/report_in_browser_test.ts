/** The page of a run in a real browser; `apt-get install chromium`, or `CHROMIUM` with the path of one. */
import { assert, assertEquals } from "@std/assert";
import { reportPage } from "../../../src/report/report_page.ts";
import { type SampleRun, sampleRun } from "../../support/sample_run.ts";

const PATH = Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium";
const ROOT = new URL("../../../", import.meta.url);

const SAMPLES: Readonly<Record<string, SampleRun>> = {
  "three items": { items: 3 },
  "a run that was resumed, with failures": { items: 2_000, hasFailures: true, isResumed: true, hasMachines: true },
  "a million items": { items: 1_000_000, hasFailures: true },
};

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** What the tool found of the page, light and dark, narrow and wide. */
async function viewsOf(page: string): Promise<Record<string, unknown>[]> {
  const directory = await Deno.makeTempDir({ prefix: "opero-page-" });
  try {
    await Deno.writeTextFile(`${directory}/page.html`, page);
    const config = ["--config", "tools/page_view/deno.json", "--frozen", "tools/page_view/main.ts"];
    const args = ["run", "-A", ...config, `${directory}/page.html`];
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT }).output();
    if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

for (const [name, sample] of Object.entries(SAMPLES)) {
  Deno.test({
    name: `the page of ${name} in Chromium: no request, nothing too wide or unreadable (needs chromium)`,
    ignore: !isThere(PATH),
    fn: async () => {
      const views = await viewsOf(reportPage(sampleRun(sample)));
      assertEquals(views.map(({ scheme, width }) => `${scheme} ${width}`), [
        "light 400",
        "light 1400",
        "dark 400",
        "dark 1400",
      ]);
      for (const { contrast, scheme: _scheme, width: _width, title: _title, ...found } of views) {
        assertEquals(found, { requests: [], complaints: [], overflow: 0, touching: [], unnamed: [] });
        // WCAG 2, level AA.
        assert(typeof contrast === "number" && contrast >= 4.5, `${contrast}`);
      }
    },
  });
}
