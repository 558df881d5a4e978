/** The whole of a call against a slow and plain model of it, under generated options, faults, times and aborts. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  AllFailedError,
  type CacheBackend,
  type CallMeta,
  createOpero,
  memoryCache,
  type OperoOptions,
  RateLimitError,
  tiered,
} from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { CountedSignal } from "../../support/counted_signal.ts";
import {
  type ModelAction,
  type ModelOptions,
  type ModelResult,
  type ModelStep,
  ReferenceModel,
} from "../../support/reference_model.ts";
import { runs } from "../../support/runs.ts";
import { printSeed } from "../../support/seed.ts";

const STOP = { name: "stop" };
const FINAL = new RangeError("final");
const ABORT = new DOMException("stop", "AbortError");
class Busy extends Error {}

/** Calls are this far apart, so that one is over when the next begins. */
const HOUR_MS = 3_600_000;

// Fractions of their own keep two things from falling on one moment, whose order nobody promises.
const off = <T>(what: fc.Arbitrary<T>, none: T) => fc.oneof(what, fc.constant(none));
const times = (fraction: number, ...ms: number[]) => fc.constantFrom(...ms).map((each) => each + fraction);

const step: fc.Arbitrary<ModelStep> = fc.record({
  kind: fc.constantFrom("ok", "error", "error", "error", "final", "abort_error", "retry_after"),
  tookMs: fc.oneof(fc.constantFrom(0, 1, 50, 400, 2_000), fc.constant(Infinity)),
  askedMs: fc.constantFrom(0, 300, 3_000, 90_000),
});

const options: fc.Arbitrary<ModelOptions> = fc.record({
  retries: fc.nat(4),
  minDelayMs: fc.constantFrom(0, 10, 500),
  maxDelayMs: fc.constantFrom(500, 4_000),
  backoffFactor: fc.constantFrom(1, 1.5, 3),
  jitter: fc.constantFrom("none", "none", "full", "equal", "decorrelated"),
  chance: fc.constantFrom(0, 0.13713, 0.50391, 0.90177),
  maxRetryAfterMs: fc.constantFrom(0, 2_000, 60_000),
  values: fc.constantFrom(0, 0, 1, 2, 3),
  fallbackDelayMs: fc.constantFrom(0, 0, 200),
  intervalMs: fc.constantFrom(0, 0, 20, 1_000),
  burst: fc.constantFrom(1, 1, 3),
  limitedBy: fc.constantFrom("function", "args", "value"),
  maxWaitMs: fc.constantFrom(0, 500.3, 2_000.3, Infinity, Infinity),
  timeoutMs: off(times(0.1237, 10, 300, 1_000), Infinity),
  deadlineMs: off(times(0.25, 5, 700, 5_000), Infinity),
  hasFallback: fc.boolean(),
  isCached: fc.boolean(),
  ttlMs: fc.constantFrom(HOUR_MS / 2, 1.5 * HOUR_MS, Infinity),
  staleMs: fc.constantFrom(0, 0, HOUR_MS),
  staleIfErrorMs: fc.constantFrom(0, 0, HOUR_MS),
  place: fc.constantFrom("memory", "a backend", "tiers"),
});

const action: fc.Arbitrary<ModelAction> = fc.constantFrom(
  "nothing",
  "nothing",
  "nothing",
  "delete",
  "clear",
  "clear the namespace",
  "set",
  "put the clock back",
);

const abortAfterMs = off(times(0.5, -1, 0, 30, 600, 2_500), Infinity);

/** One wrapped function and the calls of it, in the engine. */
class Subject {
  readonly clock = new FakeClock();
  readonly signal = new CountedSignal();
  runs = 0;
  readonly #steps: readonly ModelStep[];
  readonly #fn;
  readonly #list: number[] | undefined;
  readonly #clearCache: () => Promise<void>;

  constructor(model: ModelOptions, steps: readonly ModelStep[]) {
    this.#steps = steps;
    const { opero, clearCache } = createOpero({ clock: this.clock, random: () => model.chance });
    this.#clearCache = clearCache;
    this.#fn = opero((_list?: number[]) => this.#run(), optionsOf(model) as object);
    this.#list = model.values === 0 ? undefined : Array.from({ length: model.values }, (_, index) => index);
  }

  async #run(): Promise<string> {
    const { kind, tookMs, askedMs } = this.#steps[Math.min(this.runs, this.#steps.length - 1)]!;
    const run = ++this.runs;
    if (tookMs === Infinity) return await new Promise(() => {});
    if (tookMs > 0) await this.clock.sleep(tookMs);
    if (kind === "ok") return `value ${run}`;
    throw kind === "final"
      ? FINAL
      : kind === "abort_error"
      ? ABORT
      : Object.assign(new Busy(), kind === "retry_after" ? { retryAfter: askedMs / 1_000 } : {});
  }

  /** Does something to the cache between two calls. */
  async act(action: ModelAction): Promise<void> {
    const { cache, options } = this.#fn;
    if (!options.cache) return;
    if (action === "delete") await cache.delete(this.#list);
    if (action === "clear") await cache.clear();
    if (action === "clear the namespace") await this.#clearCache();
    if (action === "set") await cache.set("set", this.#list);
    if (action === "put the clock back") this.clock.setWallTime(this.clock.wallNow() - 24 * HOUR_MS);
  }

  /** A call that is aborted after `abortMs`; an hour later it is over. */
  async call(abortMs: number): Promise<ModelResult & { settled: number }> {
    const startMs = this.clock.now();
    const signal = new CountedSignal();
    if (abortMs < 0) signal.abort(STOP);
    // `with({ signal })` alone gives no meta: the engine's own account of it is asked for by an event elsewhere.
    let settled = 0;
    let ended: ModelResult | undefined;
    const note = (result: string, meta: Partial<CallMeta>) => {
      settled++;
      ended = {
        result,
        attempts: meta.attempts ?? NaN,
        waitedMs: (meta.waited ?? NaN) * 1_000,
        fallbackIndex: meta.fallbackIndex,
        cache: meta.cache ?? "",
        endMs: this.clock.now() - startMs,
      };
    };
    const promise = abortMs === Infinity
      ? this.#fn.withMeta(this.#list).then(({ value, meta }) => note(String(value), meta))
      : this.#fn.with({ signal: signal.signal })(this.#list).then((value) => note(String(value), {}));
    promise.catch((error: unknown) => note(textOf(error), {}));
    if (abortMs >= 0 && abortMs !== Infinity) {
      await this.clock.tick(abortMs / 1_000);
      signal.abort(STOP);
    }
    await this.clock.tick((HOUR_MS - (this.clock.now() - startMs)) / 1_000);
    assertEquals(signal.listeners, 0);
    return { ...(ended ?? { result: "pending" } as ModelResult), settled };
  }
}

function textOf(error: unknown): string {
  if (error instanceof AllFailedError) return `all failed: ${error.reason}, ${error.attempts.length}`;
  if (error instanceof RateLimitError) return "rate limited";
  return error === STOP ? "aborted" : error === FINAL ? "final" : error === ABORT ? "abort_error" : String(error);
}

function optionsOf(model: ModelOptions): OperoOptions {
  const seconds = (ms: number) => ms === Infinity ? undefined : ms / 1_000;
  const { intervalMs, burst, limitedBy } = model;
  return {
    retries: model.retries,
    minDelay: seconds(model.minDelayMs),
    maxDelay: seconds(model.maxDelayMs),
    backoffFactor: model.backoffFactor,
    jitter: model.jitter,
    maxRetryAfter: seconds(model.maxRetryAfterMs),
    retryOn: (error) => error !== FINAL,
    argFallback: model.values === 0 ? undefined : 0,
    fallbackDelay: model.values === 0 ? undefined : seconds(model.fallbackDelayMs),
    rateLimit: intervalMs === 0 ? undefined : { limit: 1_000 / intervalMs, burst },
    rateLimitScope: intervalMs > 0 && limitedBy !== "function" ? "per_args" : undefined,
    rateLimitKey: intervalMs > 0 && limitedBy === "value" ? (list?: number[]) => list?.[0] ?? 0 : undefined,
    rateLimitMaxWait: intervalMs === 0 ? undefined : seconds(model.maxWaitMs),
    timeout: seconds(model.timeoutMs),
    deadline: seconds(model.deadlineMs),
    fallback: model.hasFallback ? "plan B" : undefined,
    cache: model.isCached,
    cacheTtl: model.ttlMs === Infinity ? undefined : `${model.ttlMs}ms`,
    cacheStaleIfError: model.ttlMs === Infinity ? undefined : `${model.staleIfErrorMs}ms`,
    cacheStale: model.ttlMs === Infinity ? undefined : `${model.staleMs}ms`,
    ...(model.isCached ? { cacheBackend: backendOf(model), cacheId: "model" } : {}),
  };
}

/** What answers in step, and what does so later. */
function backendOf({ place }: ModelOptions): "memory" | CacheBackend {
  if (place === "memory") return place;
  const memory = memoryCache();
  const later: CacheBackend = {
    get: async (key) => (await undefined, await memory.get(key)),
    set: async (key, entry) => (await undefined, await memory.set(key, entry)),
    delete: async (key) => (await undefined, await memory.delete(key)),
    clear: async (prefix) => (await undefined, await memory.clear(prefix)),
  };
  return place === "tiers" ? tiered(memoryCache(), later) : later;
}

/** A run that never ends needs something that ends it. */
function endless(model: ModelOptions, steps: readonly ModelStep[], aborts: readonly number[]): boolean {
  const isAborted = !aborts.includes(Infinity) && !(model.isCached && model.staleMs > 0);
  return steps.some(({ tookMs }) => tookMs === Infinity) && model.timeoutMs === Infinity &&
    model.deadlineMs === Infinity && !isAborted;
}

async function compare(
  model: ModelOptions,
  steps: readonly ModelStep[],
  aborts: readonly number[],
  actions: readonly ModelAction[],
): Promise<void> {
  const reference = new ReferenceModel(model, steps);
  const subject = new Subject(model, steps);
  for (const [i, abortMs] of aborts.entries()) {
    const startMs = i * HOUR_MS;
    reference.act(actions[i]!, startMs);
    await subject.act(actions[i]!);
    const expected = reference.call(startMs, startMs + abortMs);
    const { settled, ...actual } = await subject.call(abortMs);
    assertEquals([actual.result, subject.runs, settled], [expected.result, reference.runs, 1]);
    assertNear(actual.endMs, expected.endMs - startMs);
    // A call that rejects, or that has a signal, gives no meta.
    if (!Number.isNaN(actual.attempts)) {
      const { attempts, fallbackIndex, cache } = expected;
      assertEquals([actual.attempts, actual.fallbackIndex, actual.cache], [attempts, fallbackIndex, cache]);
      assertNear(actual.waitedMs, expected.waitedMs);
    }
    assertEquals(subject.clock.pending, 0);
  }
}

function assertNear(actual: number, expected: number): void {
  assert(Math.abs(actual - expected) < 1e-3, `${actual}, expected ${expected}`);
}

Deno.test("opero() agrees with a slow model of the whole call", async () => {
  const seed = printSeed();
  await fc.assert(
    fc.asyncProperty(
      options,
      fc.array(step, { minLength: 1, maxLength: 12, size: "max" }),
      fc.array(abortAfterMs, { minLength: 1, maxLength: 4, size: "max" }),
      fc.array(action, { minLength: 4, maxLength: 4 }),
      async (model, steps, aborts, actions) => {
        fc.pre(!endless(model, steps, aborts));
        await compare(model, steps, aborts, actions);
      },
    ),
    { seed, numRuns: runs(20_000, 51) },
  );
});
