import { type Browser, chromium } from "playwright-core";
import { type Inspection, inspectPage } from "./inspect_page.ts";

/*
 * Opens a page in Chromium, light and dark, at 400 and 1 400 pixels, and writes as JSON what is wrong with it. With a
 * directory as its second argument it leaves pictures and a PDF there:
 * `deno task page:view run.html /tmp/pictures`.
 */

/** What was found of a page in one form. */
interface View extends Inspection {
  readonly scheme: string;
  /** What it is called, which scripts of its own may have changed. */
  readonly title: string;
  readonly width: number;
  /** What it asked of the network. */
  readonly requests: readonly string[];
  /** What it wrote to the console, and what failed in it. */
  readonly complaints: readonly string[];
}

const SCHEMES = ["light", "dark"] as const;
const WIDTHS = [400, 1_400];

async function viewPage(browser: Browser, url: string, scheme: "light" | "dark", width: number): Promise<View> {
  const context = await browser.newContext({ colorScheme: scheme, viewport: { width, height: 900 } });
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => request.url() === url || requests.push(request.url()));
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(url);
  const found = await page.evaluate(inspectPage);
  const title = await page.title();
  if (directory !== undefined) await page.screenshot({ path: `${directory}/${scheme}_${width}.png`, fullPage: true });
  await context.close();
  return { scheme, width, title, requests, complaints, ...found };
}

const [path = "", directory] = Deno.args;
const url = path.startsWith("file:") ? path : `file://${await Deno.realPath(path)}`;
const executablePath = Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium";
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
try {
  const views: View[] = [];
  for (const scheme of SCHEMES) for (const width of WIDTHS) views.push(await viewPage(browser, url, scheme, width));
  if (directory !== undefined) {
    const page = await browser.newPage();
    await page.goto(url);
    await page.pdf({
      path: `${directory}/page.pdf`,
      format: "A4",
      margin: { top: "1cm", bottom: "1cm", left: "1cm", right: "1cm" },
    });
  }
  console.log(JSON.stringify(views));
} finally {
  await browser.close();
}
