import { assertEquals } from "@std/assert";
import { AsyncLocalStorage } from "node:async_hooks";
import { createOpero, currentCall, getCorrelationId, type OperoOptions, withCorrelationId } from "@opero/core";
import { lab } from "../support/lab.ts";
import { LateClock } from "../support/late_clock.ts";

const tenant = new AsyncLocalStorage<string>();
const TENANTS = ["ada", "ben", "cleo", "dan"];

/** Who it is for by what was handed in, by the storage, and by the correlation id. */
function seenFor(whose: string): string {
  return `${whose}: ${tenant.getStore()}, ${getCorrelationId()}`;
}

function rightFor(whose: string, times: number): string[] {
  return Array.from({ length: times }, () => `${whose}: ${whose}, ${whose}`);
}

/** Runs `fn` for each tenant, in the contexts of that tenant. */
function forEachTenant<R>(fn: (whose: string) => R): R[] {
  return TENANTS.map((whose) => tenant.run(whose, () => withCorrelationId(whose, () => fn(whose))));
}

/** What a call may wait for before, between and after its attempts, and how many of the attempts fail. */
const LAYERS: Record<
  string,
  {
    readonly options: OperoOptions;
    readonly fails: number;
    readonly error?: { readonly retryAfter: number };
    /** How many attempts hang before those that fail. */
    readonly hangs?: number;
  }
> = {
  "nothing": { options: {}, fails: 0 },
  "rateLimit": { options: { rateLimit: 10 }, fails: 0 },
  "rateLimit, too quick for timers": { options: { rateLimit: 5_000 }, fails: 0 },
  'rateLimitScope: "global"': { options: { rateLimit: 10, rateLimitScope: "global" }, fails: 0 },
  'rateLimitScope: "per_args"': { options: { rateLimit: 10, rateLimitScope: "per_args" }, fails: 2 },
  "several limits by cost": { options: { rateLimit: [{ limit: 10 }, { limit: 6, cost: () => 2 }] }, fails: 1 },
  "a pause by the server": {
    options: { rateLimit: { limit: 100, burst: 100 }, retries: 2, minDelay: "1s", failOn: () => false },
    fails: 2,
    error: { retryAfter: 2 },
  },
  "retries": { options: { retries: 2, minDelay: "1s", maxDelay: "1s" }, fails: 2 },
  "retries with jitter": { options: { retries: 2, jitter: "full" }, fails: 2 },
  "retries within rateLimit": { options: { retries: 2, rateLimit: 3 }, fails: 2 },
  "timeout": { options: { timeout: "1h" }, fails: 1 },
  "deadline": { options: { deadline: "1h", rateLimit: 10 }, fails: 1 },
  "signal": { options: { signal: new AbortController().signal, rateLimit: 10 }, fails: 1 },
  "fallbackDelay": { options: { argFallback: 1, fallbackValues: ["a", "b"], fallbackDelay: "1s" }, fails: 1 },
  "values by their health": {
    options: {
      argFallback: 1,
      fallbackValues: ["a", "b"],
      fallbackStrategy: "round_robin",
      fallbackDelay: "1s",
      rateLimit: 10,
    },
    fails: 1,
  },
  "an open circuit": {
    options: { retries: 2, circuitBreaker: { consecutiveFailures: 1, openFor: "5s" }, maxRetryAfter: "10m" },
    fails: 2,
  },
  "concurrency": { options: { concurrency: 1 }, fails: 0 },
  "concurrency with retries, rateLimit and maxWait": {
    options: { concurrency: { limit: 2, maxWait: "9m" }, retries: 2, rateLimit: 10 },
    fails: 2,
  },
  "concurrency that adapts": {
    options: { concurrency: { min: 1, max: 2, algorithm: "aimd" }, deadline: "1h" },
    fails: 1,
  },
  "hedge": { options: { hedge: { after: "1s", max: 2 } }, fails: 0, hangs: 2 },
  "hedges that wait for slots and tokens": {
    options: { hedge: { after: "1s" }, concurrency: 5, rateLimit: 10 },
    fails: 0,
    hangs: 1,
  },
  "hedges and retries": {
    options: { hedge: { after: "1s" }, timeout: "3s", deadline: "1h", retries: 2, rateLimit: 3 },
    fails: 1,
    hangs: 1,
  },
  "a cache flight": { options: { cache: true, rateLimit: 10 }, fails: 1 },
  'context: "async"': { options: { context: "async", rateLimit: 10 }, fails: 1 },
};

for (const [name, { options, fails, error, hangs = 0 }] of Object.entries(LAYERS)) {
  for (const latenessMs of [0, 5_000]) {
    Deno.test(`opero() runs the function in its caller's async context: ${name}, timers ${latenessMs} ms late`, async () => {
      const clock = new LateClock(() => latenessMs);
      const { opero } = createOpero({ clock });
      const seen: Record<string, string[]> = {};
      const fn = opero(async (whose: string, _keys?: string[]) => {
        (seen[whose] ??= []).push(seenFor(whose));
        if (seen[whose]!.length <= hangs) await new Promise(() => {});
        if (seen[whose]!.length <= hangs + fails) throw Object.assign(new Error("busy"), error);
        await Promise.resolve();
        return seenFor(whose);
      }, options as object);
      const answers = Promise.all(forEachTenant((whose) => fn(whose)));
      await clock.tick("10m");
      assertEquals(await answers, TENANTS.map((whose) => rightFor(whose, 1)[0]!));
      for (const whose of TENANTS) assertEquals(seen[whose], rightFor(whose, hangs + fails + 1));
    });
  }
}

Deno.test("opero() runs what callers share in the context of the first", async () => {
  const { opero, clock } = lab();
  const seen: unknown[] = [];
  const fn = opero(async () => {
    seen.push(tenant.getStore());
    await clock.sleep(1_000);
    seen.push(tenant.getStore());
  }, { cache: true, rateLimit: 1 });
  const calls = Promise.all(forEachTenant(() => fn()));
  await clock.tick("1m");
  await calls;
  assertEquals(seen, ["ada", "ada"]);
});

Deno.test("opero() runs a refresh behind a stale value in the context of the call that was served it", async () => {
  const { opero, clock } = lab();
  const seen: unknown[] = [];
  const fn = opero((_whose: string) => Promise.resolve(seen.push(tenant.getStore())), {
    cache: true,
    cacheTtl: "1m",
    cacheStale: "1h",
    rateLimit: 1,
  });
  await Promise.all([...forEachTenant((whose) => fn(whose)), clock.tick("10s")]);
  seen.length = 0;
  await clock.tick("2m");
  await Promise.all(forEachTenant((whose) => fn(whose)));
  await clock.tick("10s");
  assertEquals(seen, TENANTS);
});

Deno.test("opero() calls back in the caller's async context: predicates, jitter, fallback, keys, events", async () => {
  const { opero, clock, events } = lab();
  const seen: Record<string, string[]> = {};
  const note = (what: string) => {
    const whose = tenant.getStore()!;
    (seen[whose] ??= []).push(`${what}: ${getCorrelationId()}`);
  };
  for (const name of ["retry", "rateLimited", "failure"] as const) events.on(name, () => note(name));
  const fn = opero((whose: string) => Promise.reject(new Error(whose)), {
    retries: 1,
    jitter: () => (note("jitter"), 1_000),
    retryOn: () => (note("retryOn"), true),
    rateLimit: 1,
    rateLimitScope: "per_args",
    rateLimitKey: () => (note("key"), "all"),
    fallback: () => (note("fallback"), 1),
  } as OperoOptions);
  const calls = Promise.all(forEachTenant((whose) => fn(whose)));
  await clock.tick("1h");
  await calls;
  assertEquals(Object.keys(seen).sort(), TENANTS);
  for (const whose of TENANTS) {
    assertEquals(seen[whose]!.filter((each) => !each.endsWith(`: ${whose}`)), []);
    const kinds = ["jitter", "retryOn", "key", "fallback", "retry"];
    assertEquals(kinds.filter((kind) => !seen[whose]!.includes(`${kind}: ${whose}`)), []);
  }
});

const STOPS: Record<string, OperoOptions> = { timeout: { timeout: "1s" }, deadline: { deadline: "1s" }, signal: {} };

for (const [name, options] of Object.entries(STOPS)) {
  Deno.test(`currentCall().signal aborts in the caller's async context: ${name}`, async () => {
    const { opero, clock } = lab({ retries: 0 });
    const controller = new AbortController();
    const seen: string[] = [];
    const fn = opero((whose: string) => {
      currentCall().signal.addEventListener("abort", () => seen.push(seenFor(whose)));
      return new Promise(() => {});
    }, options).with({ signal: controller.signal });
    const calls = Promise.allSettled(forEachTenant((whose) => fn(whose)));
    await clock.tick("2s");
    controller.abort();
    await calls;
    assertEquals(seen, TENANTS.flatMap((whose) => rightFor(whose, 1)));
  });
}

Deno.test("currentCall().signal of the attempt that a hedge was sooner than aborts in its caller's async context", async () => {
  const { opero, clock } = lab({ retries: 0 });
  const seen: string[] = [];
  const told: string[] = [];
  const runs = new Map<string, number>();
  const fn = opero((whose: string) => {
    currentCall().signal.addEventListener("abort", () => seen.push(seenFor(whose)));
    const run = (runs.get(whose) ?? 0) + 1;
    runs.set(whose, run);
    return run === 1 ? new Promise(() => {}) : Promise.resolve(whose);
  }, { hedge: { after: "1s" }, concurrency: 5 });
  fn.events.on("hedge", () => void told.push(seenFor(tenant.getStore()!)));
  const calls = Promise.all(forEachTenant((whose) => fn(whose)));
  await clock.tick("2s");
  assertEquals(await calls, TENANTS);
  const right = TENANTS.flatMap((whose) => rightFor(whose, 1));
  assertEquals([seen, told], [right, right]);
});

/** Items of one tenant, whose source notes who pulls them and who closes it. */
function* itemsOf(whose: string, pulls: string[]): Generator<string> {
  try {
    for (let n = 0; n < 6; n++) {
      pulls.push(seenFor(whose));
      yield whose;
    }
  } finally {
    pulls.push(seenFor(whose));
  }
}

async function* asyncItemsOf(whose: string, pulls: string[]): AsyncGenerator<string> {
  yield* itemsOf(whose, pulls);
}

for (const source of ["sync", "async"] as const) {
  for (const shape of ["list", "stream", "stream that others read", "stream that others leave"] as const) {
    Deno.test(`opmap() runs items, pulls and tells in the context of who asked: ${shape}, ${source} source`, async () => {
      const { opmap, clock } = lab({ rateLimit: 10 });
      const seen: string[] = [];
      const progressed: string[] = [];
      const pulls: string[] = [];
      const map = opmap((whose: string) => Promise.resolve(void seen.push(seenFor(whose))), { workers: 2 });
      const begin = (whose: string) => {
        const items = (source === "sync" ? itemsOf : asyncItemsOf)(whose, pulls);
        const progress = () => void progressed.push(seenFor(whose));
        return shape === "list" ? { list: map(items, { progress }) } : { stream: map.stream(items, { progress }) };
      };
      const runs = forEachTenant((whose) => {
        const run = begin(whose);
        return shape === "stream" ? { list: Array.fromAsync(run.stream!) } : run;
      });
      // Read here, where there is no tenant.
      const read = async (stream: AsyncIterable<unknown>) => {
        for await (const _ of stream) if (shape === "stream that others leave") break;
      };
      const done = Promise.all(runs.map((run) => "list" in run ? run.list : read(run.stream!)));
      await clock.tick("1h");
      await done;
      for (const [what, notes] of Object.entries({ seen, progressed, pulls })) {
        assertEquals(notes.filter((note) => !rightFor(note.split(":")[0]!, 1).includes(note)), [], what);
      }
      if (shape !== "stream that others leave") assertEquals([seen.length, pulls.length], [24, 28]);
    });
  }
}

Deno.test("opmap() in a pool calls back in the context of who asked", async () => {
  const { opmap, close } = createOpero();
  const seen: string[] = [];
  const note = (whose: string, what: string) => void seen.push(`${what} ${seenFor(whose)}`);
  await using map = opmap((whose: string) => {
    throw new Error(whose);
  }, {
    mode: "process",
    workers: 1,
    retries: 1,
    minDelay: 0,
    maxDelay: 0,
    rateLimit: 200,
    retryOn: (error: unknown) => (note((error as Error).message, "retryOn"), true),
    fallback: (error: { cause: Error }) => (note(error.cause.message, "fallback"), 1),
  } as object);
  const progress = () => {};
  await Promise.all(
    forEachTenant((whose) => (map as (items: string[], o: object) => Promise<unknown>)([whose], { progress })),
  );
  await close();
  const right = TENANTS.flatMap((whose) =>
    ["retryOn", "retryOn", "fallback"].map((what) => `${what} ${rightFor(whose, 1)[0]}`)
  );
  assertEquals(seen.toSorted(), right.toSorted());
});
