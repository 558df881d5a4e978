/** A worker of Cloudflare's: runs the cases in one request, and has routes whose requests share what the module holds. */
import { opero } from "@opero/core";
import { type Part, runEverywhere } from "./all_cases.ts";
import { sleep } from "./everywhere_case.ts";

interface Context {
  waitUntil(promise: Promise<unknown>): void;
}

let context: Context;

/** A function that takes a while, and answers with the number of its runs. */
function counter(): (ms: number) => Promise<number> {
  let runs = 0;
  return async (ms) => {
    await sleep(ms);
    return ++runs;
  };
}

const failed = new Set<number>();
const stale = { cache: true, cacheTtl: "200ms", cacheStale: "1h", cacheKey: () => "key" } as const;

const functions: Record<string, (ms: number) => Promise<unknown>> = {
  expiring: opero(counter(), { cache: true, cacheTtl: "200ms", cacheKey: () => "key" }),
  limited: opero(counter(), { timeout: "200ms", retries: 0 }),
  retried: opero((id: number) => {
    if (!failed.has(id)) {
      failed.add(id);
      throw new Error("busy");
    }
    return id;
  }, { minDelay: "200ms", maxDelay: "200ms", jitter: "none" }),
  paced: opero(counter(), { rateLimit: { limit: 1, per: "100ms" } }),
  weighed: opero(counter(), { rateLimit: [{ limit: 1, per: "100ms", cost: () => 1 }] }),
  slotted: opero(counter(), { concurrency: 1, retries: 0 }),
  adaptive: opero(counter(), { concurrency: { min: 1, max: 1 }, retries: 0 }),
  shared: opero(counter(), { cache: true, cacheTtl: "50ms", cacheKey: () => "key" }),
  stale: opero(counter(), stale),
  staleBehind: opero(counter(), { ...stale, waitUntil: (promise) => context.waitUntil(promise) }),
  staleCut: opero(counter(), { ...stale, waitUntil: () => {} }),
};

export default {
  async fetch(request: Request, _env: unknown, own: Context): Promise<Response> {
    context = own;
    const { pathname, searchParams } = new URL(request.url);
    const name = pathname.slice(1);
    if (name === "cases") {
      const has = (searchParams.get("has") ?? "").split(",") as Part[];
      return Response.json(await runEverywhere({ has }));
    }
    const running = functions[name]!(Number(searchParams.get("ms")));
    const stay = searchParams.get("stay");
    try {
      if (stay === null) return new Response(String(await running));
      // The request ends before what it began.
      running.catch(() => {});
      await sleep(Number(stay));
      return new Response("left");
    } catch (error) {
      return new Response((error as Error).name, { status: 500 });
    }
  },
};
