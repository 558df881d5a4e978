import { currentCall, isOperoError, isTransient, kvCache, opero } from "@opero/core";

const LIMIT = 5;
const WINDOW_MS = 600_000;

const api = Deno.env.get("API_URL") ?? "http://localhost:8001";
const kv = await Deno.openKv(Deno.env.get("KV_PATH")); // without a path the database of the project

const weather = opero(async function weather(city: string): Promise<{ city: string; celsius: number }> {
  const { signal } = currentCall(); // before the first await
  const response = await fetch(`${api}/weather/${encodeURIComponent(city)}`, { signal });
  if (!response.ok) throw response; // a 404 is rethrown as it is, a 503 is retried
  return await response.json();
}, {
  cache: true,
  cacheBackend: kvCache({ kv }), // shared by all isolates, and still there when they are gone
  cacheTtl: "1m",
  cacheStaleIfError: "1h", // an old answer is better than none
  deadline: "5s", // for all attempts together
  retryOn: isTransient,
  timeout: "1s", // each attempt
});

/** Counts a request in the window of a client; where another isolate was faster, it is counted again. */
const countRequest = opero(async function countRequest(client: string): Promise<{ count: number; seconds: number }> {
  const now = Date.now();
  const entry = await kv.get<{ count: number; endsAt: number }>(["requests", client]);
  const known = entry.value !== null && entry.value.endsAt > now ? entry.value : { count: 0, endsAt: now + WINDOW_MS };
  const next = { ...known, count: known.count + 1 };
  const stored = kv.atomic().check(entry).set(["requests", client], next, { expireIn: next.endsAt - now });
  if (!(await stored.commit()).ok) throw new Error("another request was counted meanwhile");
  return { count: next.count, seconds: Math.ceil((next.endsAt - now) / 1_000) };
}, { retries: 20, minDelay: "5ms", maxDelay: "100ms" });

async function answer(city: string): Promise<Response> {
  try {
    return Response.json(await weather(city));
  } catch (error) {
    if (error instanceof Response) return Response.json({ error: "No such city" }, { status: error.status });
    if (!isOperoError(error)) throw error;
    return Response.json({ error: "The weather is not available" }, { status: 503, headers: { "retry-after": "5" } });
  }
}

Deno.serve({ port: Number(Deno.env.get("PORT") ?? "8000") }, async (request, { remoteAddr }) => {
  const { count, seconds } = await countRequest(remoteAddr.hostname);
  const response = count > LIMIT
    ? Response.json({ error: "Too many requests" }, { status: 429, headers: { "retry-after": `${seconds}` } })
    : await answer(new URL(request.url).pathname.split("/").at(-1)!);
  response.headers.set("ratelimit-policy", `"client";q=${LIMIT};w=${WINDOW_MS / 1_000}`);
  response.headers.set("ratelimit", `"client";r=${Math.max(0, LIMIT - count)};t=${seconds}`);
  return response;
});
