/** A browser: the cases for every platform, in pages and workers; `apt-get install chromium`, or `CHROMIUM` with its path. */
import { assertEquals, assertMatch } from "@std/assert";
import { hasBrowser, openPage } from "./browser_page.ts";
import { bundle, type CaseResult, removeProject, stepThrough } from "./everywhere_project.ts";

const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
} as const;

Deno.test.afterAll(removeProject);

/** What the script of a page sends, which the browser is started for. */
interface Sent {
  readonly isIsolated?: boolean;
  readonly results?: readonly CaseResult[];
  readonly outcomes?: readonly string[];
}

/** Opens a page with the script `entry`. */
async function open(entry: string, headers: Readonly<Record<string, string>>, search = ""): Promise<Sent> {
  const script = await Deno.readTextFile(await bundle!(entry));
  const page = `<!doctype html><meta charset="utf-8"><script type="module" src="/script.js"></script>`;
  const serve = (path: string) => {
    const isScript = path === "/script.js";
    const type = isScript ? "text/javascript" : "text/html";
    return new Response(isScript ? script : page, { headers: { "content-type": type, ...headers } });
  };
  return await openPage(serve, search) as Sent;
}

function test(name: string, fn: (t: Deno.TestContext) => Promise<void>): void {
  Deno.test({ name: `${name} (needs chromium)`, ignore: bundle === undefined || !hasBrowser, fn });
}

for (const [kind, headers] of [["isolated", ISOLATED], ["ordinary", {}]] as const) {
  for (const [place, search] of [["page", ""], ["worker of a page", "?worker"]] as const) {
    test(`the cases for every platform run in Chromium, in an ${kind} ${place}`, async (t) => {
      const { isIsolated, results } = await open("page", headers, search);
      assertEquals(isIsolated, kind === "isolated");
      await stepThrough(t, results!);
    });
  }
}

test("a page whose policy allows neither blob: nor unsafe-eval says so of pools, and runs all else", async () => {
  const { outcomes } = await open("policy_page", { "content-security-policy": "default-src 'self'" });
  assertEquals(outcomes![0], "1");
  for (const outcome of outcomes!.slice(1)) {
    assertMatch(
      outcome,
      /ConfigurationError: Cannot start a worker as the page's Content-Security-Policy must allow it/,
    );
  }
});

test("a page whose policy allows blob: alone runs pools that find their function in a module", async () => {
  const policy = "default-src 'self'; worker-src 'self' blob:";
  const { outcomes } = await open("policy_page", { "content-security-policy": policy });
  assertEquals([outcomes![0], outcomes![2]], ["1", "9"]);
  assertMatch(
    outcomes![1]!,
    /ConfigurationError: Cannot start a worker for "anonymous" as 'module' must name where the function stands/,
  );
});
