/**
 * How many functions of the library stand between a caller and what he gets, once it is warm. Whoever makes a way shorter
 * lowers its bound; a way that gets longer has to show in the benchmark what it is good for.
 */
import { assert, assertEquals } from "@std/assert";
import { createOpero, type OperoOptions } from "@opero/core";
import { CallCounter } from "../support/call_counter.ts";

const WARM_UP_CALLS = 5;

/** The functions on the way of one call, which has been made before. */
async function wayOf(call: () => Promise<unknown>): Promise<readonly string[]> {
  for (let n = 0; n < WARM_UP_CALLS; n++) await call();
  await using counter = await CallCounter.start();
  const { functions } = await counter.leastOf(10, call);
  assert(functions.length > 0);
  return functions;
}

function assertAtMost(most: number, functions: readonly string[]): void {
  assert(functions.length <= most, `${functions.length} functions, ${most} are allowed:\n${functions.join("\n")}`);
}

Deno.test("CallCounter tells which functions were called, and how often", async () => {
  await using instance = createOpero();
  const fn = instance.opero(() => Promise.resolve(1));
  await fn();
  await using counter = await CallCounter.start();
  const three = await counter.count(() => Promise.all([fn(), fn(), fn()]));
  assert(three.functions.includes("engine/wrapper.ts wrapper × 3"), three.functions.join("\n"));
  assertEquals((await counter.count(() => Promise.resolve())).calls, 0);
});

const IN_MEMORY: readonly (readonly [string, OperoOptions, number])[] = [
  ["a plain call", {}, 12],
  ["a call with retries", { retries: 3 }, 12],
  ["a call with a timeout", { timeout: "1m" }, 23],
  ["a call with a timeout and a deadline", { timeout: "1m", deadline: "2m" }, 37],
  ["a call with a rate limit", { rateLimit: 1e9 }, 18],
  ["a call with a circuit breaker", { circuitBreaker: true }, 23],
  ["a call with a limit of attempts at once", { concurrency: 4 }, 19],
  ["a call with an adaptive limit", { concurrency: { max: 4 } }, 26],
  ["a hit in memory", { cache: true }, 12],
  ["a hit in memory of what expires", { cache: true, cacheTtl: "1h" }, 15],
  ["a hit in memory of a function that judges, tags and keeps errors", {
    cache: true,
    cacheIf: () => true,
    cacheTtl: () => "1h",
    cacheTags: () => ["a"],
    cacheErrors: "10s",
  }, 15],
  ["a hit in memory that may refresh ahead", { cache: true, cacheTtl: "1h", cacheRefreshAhead: 1 }, 22],
];

for (const [name, options, most] of IN_MEMORY) {
  Deno.test(`${name} takes at most ${most} functions`, async () => {
    await using instance = createOpero();
    const fn = instance.opero((id: string) => Promise.resolve(id), options as object);
    assertAtMost(most, await wayOf(() => fn("user-1")));
  });
}

Deno.test("a hit in sqlite takes at most 40 functions", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await using instance = createOpero();
    const fn = instance.opero((id: string) => Promise.resolve(id), {
      cache: true,
      cacheId: "way",
      cacheBackend: "sqlite",
      cacheBackendConfig: { path: `${directory}/cache.sqlite` },
    });
    assertAtMost(40, await wayOf(() => fn("user-1")));
    assertEquals(fn.cache.stats().misses, 1);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("an item of a pool, with its run around it, takes at most 121 functions on the caller's side", async () => {
  await using instance = createOpero();
  const fn = instance.opmap((n: number) => n + 1, { mode: "process", workers: 1, progress: false });
  assertAtMost(121, await wayOf(() => fn([1])));
});
