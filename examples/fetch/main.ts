import { currentCall, isFailedResponse, isTransient, opero, ResultError } from "@opero/core";
import process from "node:process";

const api = process.env.API_URL ?? "http://localhost:8001";
const keys = (process.env.API_KEYS ?? "expired,valid").split(",");

const getRate = opero(async function getRate(currency: string, apiKey: readonly string[]): Promise<Response> {
  const { signal } = currentCall(); // before the first await
  const headers = { authorization: `Bearer ${apiKey[0]}` };
  return await fetch(`${api}/rates/${encodeURIComponent(currency)}`, { headers, signal });
}, {
  failOn: isFailedResponse, // by itself fetch does not fail at a 401 or a 503
  retries: 4,
  retryOn: isTransient, // a 429 or a 503 is retried, as late as its Retry-After asks
  maxRetryAfter: "30s", // a longer one ends the call
  argFallback: "apiKey",
  fallbackOn: isMatterOfKey, // a 404 would be the same with another key
  fallbackStrategy: "sticky", // the key that succeeded is the first of the next call
  deadline: "1m", // for all attempts together
  timeout: "5s", // each attempt
});

/** Whether another key may succeed. */
function isMatterOfKey(error: unknown): boolean {
  return error instanceof ResultError && [401, 403, 429].includes(error.response?.status ?? 0);
}

getRate.events.on("fallback", ({ fallbackIndex }) => console.log(`key ${fallbackIndex} comes next`));
getRate.events.on("retry", ({ delay }) => console.log(`once more in ${Math.round(delay)} s`));

for (const currency of ["EUR", "GBP", "XYZ"]) {
  try {
    const { value, meta } = await getRate.withMeta(currency, keys);
    const { dollars } = await value.json();
    console.log(`${currency}: ${dollars} dollars, at attempt ${meta.attempts}`);
  } catch (error) {
    if (!(error instanceof ResultError)) throw error;
    console.log(`${currency}: status ${error.response?.status}`);
  }
}
