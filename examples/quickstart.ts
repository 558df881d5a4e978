import { opero } from "@opero/core";

let requests = 0;
function populationOf(city: string, apiKey: readonly string[]): number {
  if (apiKey[0] === "expired") throw new Error("401: this key has expired");
  if (++requests === 1) throw new Error("503: try again"); // the service stumbles once
  return { Oslo: 717_710, Lima: 10_092_000 }[city] ?? 0;
}

const population = opero(populationOf, { retries: 3, cache: true, cacheTtl: "5m", argFallback: "apiKey" });

console.log(await population.withMeta("Oslo", ["expired", "valid"])); // 4 attempts: two keys, two rounds
console.log(await population.withMeta("Oslo", ["expired", "valid"])); // none: from the cache
