import { currentCall, isTransient, opero } from "@opero/core";
import process from "node:process";

const [start = "http://localhost:8001/pages/1", limit = "100"] = process.argv.slice(2);

const load = opero(async function load(url: string): Promise<string> {
  const { signal } = currentCall(); // before the first await
  const response = await fetch(url, { signal, headers: { "user-agent": "example-crawler" } });
  if (!response.ok) throw response; // a 404 is rethrown as it is, a 429 is retried when its Retry-After allows it
  return await response.text();
}, {
  retryOn: isTransient,
  concurrency: 2, // pages of a host at once
  concurrencyKey: hostOf,
  rateLimit: 5, // pages a second of each host, retries included
  rateLimitScope: "per_args",
  rateLimitKey: hostOf,
  timeout: "10s", // each attempt
});

function hostOf(url: string): string {
  return new URL(url).host;
}

const seen = new Set<string>();
const pagesOf = new Map<string, number>();

/** Loads a page, and those it leads to, each once. */
async function crawl(url: string): Promise<void> {
  if (seen.has(url) || seen.size >= Number(limit)) return;
  seen.add(url);
  try {
    const html = await load(url);
    pagesOf.set(hostOf(url), (pagesOf.get(hostOf(url)) ?? 0) + 1);
    const links = [...html.matchAll(/href="([^"#]+)/g)].map(([, link]) => new URL(link!, url).href);
    await Promise.all(links.filter((link) => link.startsWith("http")).map(crawl));
  } catch (error) {
    console.error(url, error instanceof Response ? error.status : error);
  }
}

const begin = performance.now();
await crawl(start);
for (const [host, pages] of pagesOf) console.log(`${pages} pages of ${host}`);
console.log(`in ${((performance.now() - begin) / 1_000).toFixed(1)} s`);
