/** Maps in pools on a page with a Content-Security-Policy, and sends what came of it. */
import { opero, opmap } from "@opero/core";

const options = { mode: "process", workers: 1, retries: 0, reraise: true, progress: false, onError: "return" } as const;

const byModule = opmap((n: number) => n * n, { ...options, module: import.meta.url });

if ("document" in globalThis) {
  const byText = opmap((n: number) => n * n, options);
  const outcomes: string[] = [String(await opero((n: number) => n, { cache: true, rateLimit: 10 })(1))];
  for (const map of [byText, byModule]) {
    outcomes.push(await map([3]).then(([value]) => String(value), (error) => String(error)));
  }
  await fetch("/results", { method: "POST", body: JSON.stringify({ outcomes }) });
}
