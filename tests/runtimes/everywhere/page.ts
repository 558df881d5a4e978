/** Runs all cases in a page or a Web Worker of a browser, and sends what they came to to where the page is from. */
import { runEverywhere } from "./all_cases.ts";

const { crossOriginIsolated: isIsolated } = globalThis as { crossOriginIsolated?: boolean };
const { searchParams } = new URL(location.href);

if ("document" in globalThis && searchParams.has("worker")) {
  new Worker(`${import.meta.url}?run`, { type: "module" });
} else {
  const results = await runEverywhere({ has: ["workers", "loops"] });
  await fetch("/results", { method: "POST", body: JSON.stringify({ isIsolated, results }) });
}
