/**
 * Canaries: every secret that a call can be given, every kind of failure, and every place where a secret could
 * show. What the user's own errors say is the user's; nothing else may show one.
 */
import { assert, assertEquals } from "@std/assert";
import {
  AllFailedError,
  type CacheBackend,
  type CacheEntry,
  configureLogging,
  createOpero,
  currentCall,
  type OperoOptions,
  opmap,
} from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { inspect } from "node:util";
import { warningsOf } from "../support/warnings_of.ts";

const CANARY = "canary-7f3a";
const secret = (name: string) => `${CANARY}-${name}`;

const ARGUMENT = { id: secret("id"), nested: [secret("nested")], [secret("field")]: 1 };
const KEYS = [secret("key1"), secret("key2")];

/** How the function fails; none of it holds a secret but the last, whose text is the user's. */
const FAILURES: Record<string, (attempt: number) => unknown> = {
  "by no failure": () => Promise.resolve(secret("result")),
  "by an error": () => Promise.reject(new Error("busy")),
  "by an error with a status": () => Promise.reject(Object.assign(new Error("busy"), { status: 503 })),
  "by a Retry-After": () => Promise.reject(Object.assign(new Error("busy"), { retryAfter: 1 })),
  "by a Retry-After that is too long": () => Promise.reject(Object.assign(new Error("busy"), { retryAfter: 1_000 })),
  "by a hang": () => new Promise(() => {}),
  "by a thrown text": () => Promise.reject(secret("thrown")),
  "by a thrown object": () => Promise.reject({ apiKey: secret("thrown"), constructor: { name: secret("class") } }),
  "by undefined": () => Promise.reject(undefined),
  "by an AbortError": () => Promise.reject(new DOMException("stop", "AbortError")),
  "after a success": (attempt) => attempt > 1 ? Promise.resolve(secret("result")) : Promise.reject(new Error("busy")),
  "with a result that cannot be kept": () => Promise.resolve(() => secret("result")),
  "with a text of its own": () => Promise.reject(new Error(`refused ${secret("own text")}`)),
};

/** A backend that keeps what it is given, or fails with a text that holds a secret. */
class SpyBackend implements CacheBackend {
  readonly keys: string[] = [];
  readonly #entries = new Map<string, CacheEntry>();
  readonly #isBroken: boolean;

  constructor(isBroken: boolean) {
    this.#isBroken = isBroken;
  }

  get(key: string): CacheEntry | undefined {
    this.#note(key);
    return this.#entries.get(key);
  }

  set(key: string, entry: CacheEntry): void {
    this.#note(key);
    this.#entries.set(key, entry);
  }

  delete(key: string): boolean {
    this.#note(key);
    return this.#entries.delete(key);
  }

  clear(prefix: string): void {
    this.#note(prefix);
    this.#entries.clear();
  }

  #note(key: string): void {
    this.keys.push(key);
    if (this.#isBroken) throw new Error(`cannot reach redis://:${secret("password")}@host`);
  }
}

/** What can be asked of a call besides, so that every layer has its say. */
const SETTINGS: Record<string, OperoOptions> = {
  "in memory": { cache: true, cacheTtl: "1s", cacheStaleIfError: "1s" },
  "limited by arguments": { rateLimit: 1, rateLimitScope: "per_args", cache: true, cacheTtl: "1s", cacheStale: "1s" },
  "limited with a short patience": { rateLimit: 0.1, rateLimitMaxWait: "2s" },
  "with a fallback that is a secret": { fallback: secret("fallback") },
  "with values that cool down": { fallbackStrategy: "round_robin", allowedFails: 1, cooldown: "15s" },
  "with a deadline": { deadline: "1500ms" },
  "behind a circuit breaker": { circuitBreaker: { consecutiveFailures: 1, openFor: "3s" } },
  "behind a hasty circuit breaker": { circuitBreaker: { consecutiveFailures: 1 }, maxRetryAfter: 0 },
  "with one slot": { concurrency: { limit: 1, maxQueue: 1 } },
  "with slots by a key that is a secret": {
    concurrency: { limit: 1, maxWait: "1s" },
    concurrencyKey: () => secret("cacheKey"),
  },
  "with a key that is a secret": { cache: true, cacheKey: () => secret("cacheKey") },
};

/** All that an instance lets out about calls that fail in this way. */
async function traceOf(run: (attempt: number) => unknown, settings: OperoOptions, backend?: SpyBackend) {
  const clock = new FakeClock();
  const seen: string[] = [];
  const note = (place: string, value: unknown) => void seen.push(`${place}: ${textOf(value)}`);
  configureLogging({ level: "DEBUG", sink: (line, record) => note("log", [line, record]) });
  const { opero, events } = createOpero({ clock });
  for (
    const name of [
      "success",
      "failure",
      "retry",
      "fallback",
      "fallbackCooldown",
      "cacheHit",
      "cacheMiss",
      "cacheStale",
      "cacheCoalesced",
      "rateLimited",
      "queued",
      "shed",
      "circuitWait",
    ] as const
  ) {
    // The errors are the user's own; what else the events tell is not.
    events.on(name, (event) => note(`event ${name}`, { ...event, error: undefined }));
  }
  for (const name of ["circuitOpened", "circuitHalfOpened", "circuitClosed", "rateLimitPaused"] as const) {
    events.on(name, (event) => note(`event ${name}`, event));
  }
  events.on("cacheError", ({ functionName, operation }) => note("event cacheError", { functionName, operation }));
  const fn = opero((_request: unknown, _apiKeys: string[]) => run(currentCall().attempt), {
    retries: 1,
    argFallback: 1,
    timeout: "1s",
    ...settings,
    ...(backend === undefined ? {} : { cache: true, cacheBackend: backend }),
  } as object) as unknown as (request: unknown, keys: string[]) => Promise<unknown>;
  for (let call = 0; call < 3; call++) {
    const both = [fn(ARGUMENT, KEYS), fn(ARGUMENT, KEYS)].map((each) =>
      each.catch((error) => recordError(error, note))
    );
    // Longer than a server can pause the limit.
    await clock.tick("100s");
    await Promise.all(both);
  }
  for (const key of backend?.keys ?? []) note("stored key", key);
  return seen;
}

function recordError(error: unknown, note: (place: string, value: unknown) => void): void {
  if (!(error instanceof AllFailedError)) return note("message", (error as Error | undefined)?.message);
  const { name, message, reason, attempts } = error;
  note("error", { name, message, reason });
  note("summary", error.summary());
  note("kinds", Object.keys(error.errorsByType()));
  note("attempts", attempts.map((attempt) => ({ ...attempt, error: undefined })));
  const json = error.toJSON() as { attempts: { error: { message?: string } }[]; errors: { message?: string }[] };
  // The texts of the user's own errors are let through; all else of the JSON is ours.
  for (const described of [...json.attempts.map(({ error }) => error), ...json.errors]) delete described.message;
  note("JSON", json);
  note("stack", error.stack?.split("\n", 1));
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : `${JSON.stringify(value)} ${Deno.inspect(value, { depth: 9 })}`;
}

for (const [failure, run] of Object.entries(FAILURES)) {
  Deno.test(`opero() shows no secret where a call ends ${failure}`, async () => {
    const traces = [];
    for (const settings of Object.values(SETTINGS)) traces.push(await traceOf(run, settings));
    for (const isBroken of [false, true]) traces.push(await traceOf(run, {}, new SpyBackend(isBroken)));
    const lines = traces.flat();
    assert(lines.length > 20, `${lines.length} lines`);
    assertEquals(lines.filter((line) => line.includes(CANARY)), []);
  });
}

Deno.test("opero() shows no secret of options that are refused", () => {
  const { opero } = createOpero();
  const refused: [string, unknown][] = [
    ["fallbackValues", secret("values")],
    ["fallbackValues", new Set([secret("values")])],
    ["cacheBackendConfig", secret("url")],
    ["cacheBackendConfig", { pasword: secret("password") }],
    ["cacheBackendConfig", { maxEntries: secret("misplaced") }],
    ["signal", secret("signal")],
    ["apiKey", secret("unknown option")],
    ["api_key", { constructor: { name: secret("class") } }],
  ];
  const lines: string[] = [];
  configureLogging({ level: "DEBUG", sink: (line) => lines.push(line) });
  for (const [option, value] of refused) {
    let message = "";
    try {
      opero((_keys: string[]) => {}, { cache: true, argFallback: 0, [option]: value } as object);
    } catch (error) {
      message = String((error as Error).message);
    }
    assert(message.startsWith("Cannot wrap an anonymous function as "), message);
    assert(!message.includes(CANARY), message);
  }
  assertEquals(lines.filter((line) => line.includes(CANARY)), []);
});

Deno.test("opero() shows no secret of arguments that have no key", async () => {
  const { opero } = createOpero();
  class Vault {
    readonly #secret = secret("private");
    open(): string {
      return this.#secret;
    }
  }
  for (const arg of [() => secret("code"), Symbol(secret("symbol")), new Vault(), { [Symbol(secret("field"))]: 1 }]) {
    const error = await opero((_arg: unknown) => 1, { cache: true })(arg).catch((error) => error);
    assert(!textOf([error.message, error]).replace(/\n {4}at .*/g, "").includes(CANARY));
  }
});

Deno.test("opmap() shows no secret in its error and its progress", async () => {
  const states: unknown[] = [];
  const map = opmap((_item: string) => Promise.reject(new Error("busy")), {
    retries: 0,
    progress: (state) => void states.push(state),
  });
  const error = await map([secret("item1"), secret("item2")]).catch((error) => error);
  assert(states.length > 0);
  assert(!textOf([error.message, error.toJSON(), states]).includes(CANARY));
});

/** All ways in which `value` may be dumped. */
function dumpsOf(value: unknown): string[] {
  const all = { depth: 9, showHidden: true };
  return [
    JSON.stringify(value) ?? "",
    Deno.inspect(value, all),
    inspect(value, all),
    inspect({ value }),
    String(value),
  ];
}

Deno.test("opero() and opmap() show no secret in .options, whatever dumps them", async () => {
  await import("@opero/core/redis");
  const { opero, opmap, close } = createOpero({ cache: true });
  const controller = new AbortController();
  class LeakyBackend extends SpyBackend {
    readonly url = secret("url");
  }
  const configs: [string, Record<string, unknown>][] = [
    ["redis", { url: `redis://:${secret("password")}@127.0.0.1:1` }],
    ["redis", { url: `redis://${secret("user")}:x@127.0.0.1:1` }],
    ["redis", { url: `redis://127.0.0.1:1/0?auth=${secret("token")}` }],
    ["redis", { host: "127.0.0.1", port: 1, username: secret("user"), password: secret("password") }],
    ["redis", { host: "127.0.0.1", port: 1, tls: { key: secret("key") } }],
    ["disk", { cacheDir: `https://${secret("user")}@host/path` }],
    ["sqlite", { path: `file:a.db?key=${secret("key")}` }],
  ];
  const common = {
    argFallback: 1,
    fallbackValues: [secret("key"), { token: secret("token") }],
    fallback: { password: secret("fallback") },
    signal: controller.signal,
  };
  const settings = [
    ...configs.map(([cacheBackend, cacheBackendConfig]) => ({ ...common, cacheBackend, cacheBackendConfig })),
    { ...common, cacheBackend: new LeakyBackend(false) },
  ];
  controller.abort(secret("reason"));
  const dumps = settings.flatMap((options, i) => {
    const load = (id: string, _keys: string[]) => `${i}${id}`;
    const wrapped = [opero(load, options as object), opmap(load as (id: string) => string, options as object)];
    return wrapped.flatMap((
      fn,
    ) => [...dumpsOf(fn.options), ...dumpsOf(fn), ...Object.values(fn.options).flatMap(dumpsOf)]);
  });
  assert(dumps.length > 100);
  assertEquals(dumps.filter((dump) => dump.includes(CANARY)), []);
  await close();
});

Deno.test("errors, warnings and progress of calls and maps show no secret, whatever dumps them", async () => {
  const dumps: string[] = [];
  const { opero, opmap } = createOpero({ retries: 1, minDelay: 0, maxDelay: 0 });
  const warnings = await warningsOf(async () => {
    const fails = opero((_request: unknown, _keys: string[]) => Promise.reject(new Error("busy")), { argFallback: 1 });
    const error = await fails(ARGUMENT, KEYS).catch((error) => error);
    dumps.push(...dumpsOf(error), error.summary());
    const each = opmap((item: string) => item.endsWith("1") ? Promise.reject(new Error("busy")) : item, {
      progress: (state) => void dumps.push(...dumpsOf(state)),
    });
    const mapError = await each([secret("item1"), secret("item2")]).catch((error) => error);
    dumps.push(
      JSON.stringify(mapError),
      mapError.message,
      mapError.summary(),
      Deno.inspect(mapError),
      inspect(mapError),
    );
    opero(fails, { timeout: 5_000 });
    await opero((_id: string) => () => secret("result"), { cache: true, name: "handles" })(secret("id"));
  });
  assert(dumps.length > 15 && warnings.length >= 2, `${dumps.length} dumps, ${warnings.length} warnings`);
  assertEquals([...dumps, ...warnings].filter((dump) => dump.includes(CANARY)), []);
});
