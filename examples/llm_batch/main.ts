import { currentCall, isTransient, opmap } from "@opero/core";
import { readFile } from "node:fs/promises";
import process from "node:process";

const [file = "examples/data/earthquakes.jsonl", journal = "examples/llm_batch/run.jsonl"] = process.argv.slice(2);
const base = process.env.OPENAI_BASE_URL ?? "http://localhost:8001/v1";
const keys = (process.env.OPENAI_API_KEYS ?? "key-1,key-2").split(",");

const TASK = "Name the country, state or sea of this place, and nothing else.";
const MAX_TOKENS = 20;

const regionOf = opmap(async function regionOf(place: string, apiKey: readonly string[] = keys): Promise<string> {
  const call = currentCall(); // before the first await
  const response = await fetch(`${base}/chat/completions`, {
    method: "POST",
    headers: { "authorization": `Bearer ${apiKey[0]}`, "content-type": "application/json" },
    body: JSON.stringify({
      model: "gpt-4o-mini",
      max_tokens: MAX_TOKENS,
      messages: [{ role: "system", content: TASK }, { role: "user", content: place }],
    }),
    signal: call.signal,
  });
  if (!response.ok) throw response; // a 429 is retried when its Retry-After allows it
  const { choices, usage } = await response.json();
  call.settle(usage.total_tokens); // what was estimated too high comes back
  return choices[0].message.content;
}, {
  workers: 20, // requests in flight
  journal, // a run that was interrupted continues here
  version: "1", // of the task: results of another one are not used
  onError: "return", // a failed item leaves its error in its place
  retries: 5,
  retryOn: isTransient,
  argFallback: "apiKey",
  fallbackValues: keys,
  fallbackStrategy: "round_robin", // the keys take turns, and each has the limits for itself
  rateLimit: [
    { limit: 500, per: "1m", burst: 10 },
    { limit: 30_000, per: "1m", cost: (place) => Math.ceil((TASK.length + place.length) / 4) + MAX_TOKENS },
  ],
  timeout: "30s", // each attempt
});

const lines = (await readFile(file, "utf8")).trim().split("\n");
const places = [...new Set(lines.map((line): string => JSON.parse(line).place))].slice(0, 100);

const run = regionOf.run(places);
const regions = await run;
const counts = new Map<string, number>();
for (const region of regions) {
  if (typeof region === "string") counts.set(region, (counts.get(region) ?? 0) + 1);
}
for (const [region, count] of [...counts].sort((a, b) => b[1] - a[1]).slice(0, 3)) console.log(`${count} ${region}`);
const { done, failed, journaled } = run.stats();
console.log(`${done} places, ${failed} failed, ${journaled} from the journal`);
