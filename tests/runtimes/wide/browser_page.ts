const PATH = Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium";
const LIMIT_MS = 180_000;

/** Whether there is a browser: `apt-get install chromium`, or `CHROMIUM` with its path. */
export const hasBrowser: boolean = isThere(PATH);

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Opens the page `/` and ends the browser once its script has sent what it came to; `serve` answers for each path. */
export async function openPage(
  serve: (path: string) => Response | Promise<Response>,
  search = "",
): Promise<unknown> {
  const sent = Promise.withResolvers<unknown>();
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    if (request.method !== "POST") return await serve(new URL(request.url).pathname);
    sent.resolve(await request.json());
    return new Response();
  });
  const profile = await Deno.makeTempDir({ prefix: "opero-chromium-" });
  const args = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", `--user-data-dir=${profile}`];
  const url = `http://127.0.0.1:${server.addr.port}/${search}`;
  const browser = new Deno.Command(PATH, { args: [...args, url], stdout: "null", stderr: "null" }).spawn();
  const timer = setTimeout(() => sent.reject(new Error("the page sent nothing in three minutes")), LIMIT_MS);
  try {
    return await sent.promise;
  } finally {
    clearTimeout(timer);
    browser.kill("SIGTERM");
    await browser.status;
    await Deno.remove(profile, { recursive: true }).catch(() => {});
  }
}
