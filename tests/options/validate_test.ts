import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  ConfigurationError,
  createOpero,
  type InstanceOptions,
  memoryCache,
  opero,
  opmap,
  registerCacheBackend,
} from "@opero/core";
import { type OptionRules, validateOptions } from "../../src/options/validate.ts";
import { OPMAP_TABLE } from "../../src/map/opmap_table.ts";
import { OPERO_TABLE } from "../../src/engine/opero_table.ts";

const DURATION = `duration in seconds or with its unit, such as "250ms", "2s", "5m", "1h", "1d"`;
const JITTERS = `one of "full", "equal", "decorrelated", "none" or a function`;
const SCOPES = `one of "per_function", "global", "per_args"`;
const RETRY_ON = "an error class, a predicate, or a non-empty array of both";
const BACKEND = "the name of a backend or an object with 'get', 'set', 'delete' and 'clear'";
const RATE =
  "a positive number of calls per second, { limit, per, burst, cost, strict, store } or a non-empty array of those";

const NO_DURATION: Wrong = [
  [-1, "-1"],
  [NaN, "NaN"],
  ["5", '"5"'],
  ["5 minutes", '"5 minutes"'],
  [null, "null"],
  [true, "true"],
  [5n, "5n"],
  [{}, "an object"],
  [new Date(0), "a Date"],
];
const NO_POSITIVE_DURATION: Wrong = [...NO_DURATION, [0, "0"], ["0s", '"0s"']];
const NO_FUNCTION: Wrong = [[5, "5"], ["f", '"f"'], [null, "null"], [{}, "an object"], [Symbol("s"), "a symbol"]];
const NO_TEXT: Wrong = [["", '""'], [5, "5"], [null, "null"], [["a"], "an array"]];
const NO_FLAG: Wrong = [["yes", '"yes"'], [1, "1"], [0, "0"], [null, "null"], ["true", '"true"']];
/** The kind alone, whatever is in it. */
const SECRETS: Wrong = [["sk-secret", "a string"], [42, "a number"], [null, "null"]];

type Wrong = readonly (readonly [value: unknown, received: string])[];

const TABLE: Record<string, { desired: string; wrong: Wrong }> = {
  retries: {
    desired: "a non-negative integer",
    wrong: [
      [-1, "-1"],
      [1.5, "1.5"],
      [NaN, "NaN"],
      [Infinity, "Infinity"],
      ["3", '"3"'],
      [2 ** 53, "9007199254740992"],
      [null, "null"],
      [[], "an empty array"],
    ],
  },
  backoffFactor: {
    desired: "a finite number of at least 1",
    wrong: [[0, "0"], [0.99, "0.99"], [-0, "-0"], [Infinity, "Infinity"], [NaN, "NaN"], ["2", '"2"']],
  },
  minDelay: { desired: `a non-negative ${DURATION}`, wrong: [...NO_DURATION, [Infinity, "Infinity"]] },
  maxDelay: { desired: `a non-negative ${DURATION}`, wrong: [...NO_DURATION, [Infinity, "Infinity"]] },
  jitter: { desired: JITTERS, wrong: [["Full", '"Full"'], [0.5, "0.5"], [null, "null"], [true, "true"]] },
  retryOn: {
    desired: RETRY_ON,
    wrong: [["Error", '"Error"'], [[], "an empty array"], [[Error, "Error"], "an array"], [/x/, "a RegExp"]],
  },
  circuitBreaker: {
    desired: 'true, false, or an object such as { failureRatio: 0.5, openFor: "30s" }',
    wrong: [["on", '"on"'], [5, "5"], [0, "0"], [null, "null"], [[], "an empty array"], [() => {}, "a function"]],
  },
  concurrency: {
    desired: "a positive integer or an object such as { limit: 10, maxQueue: 100 }",
    wrong: [[0, "0"], [-1, "-1"], [1.5, "1.5"], [Infinity, "Infinity"], ["4", '"4"'], [true, "true"], [
      [],
      "an empty array",
    ]],
  },
  concurrencyKey: { desired: "a function", wrong: NO_FUNCTION },
  hedge: {
    desired: 'an object such as { after: "200ms" } or { after: { quantile: 0.95 } }',
    wrong: [[true, "true"], ["200ms", '"200ms"'], [0.2, "0.2"], [null, "null"], [[], "an empty array"]],
  },
  reraise: { desired: "true or false", wrong: NO_FLAG },
  failOn: { desired: "a function", wrong: NO_FUNCTION },
  respectRetryAfter: { desired: "true or false", wrong: NO_FLAG },
  maxRetryAfter: { desired: `a non-negative ${DURATION}`, wrong: NO_DURATION },
  retryBudget: {
    desired: 'true, false, or an object such as { ratio: 0.2, minPerSecond: 10, window: "10s" }',
    wrong: [["on", '"on"'], [0.2, "0.2"], [0, "0"], [null, "null"], [[], "an empty array"], [() => {}, "a function"]],
  },
  cache: { desired: "true or false", wrong: NO_FLAG },
  cacheTtl: { desired: `a positive ${DURATION} or a function`, wrong: NO_POSITIVE_DURATION },
  cacheIf: { desired: "a function", wrong: NO_FUNCTION },
  cacheErrors: { desired: `a positive ${DURATION}`, wrong: [...NO_POSITIVE_DURATION, [Infinity, "Infinity"]] },
  cacheRefreshAhead: {
    desired: "a positive number",
    wrong: [[0, "0"], [-1, "-1"], [NaN, "NaN"], [Infinity, "Infinity"], ["1", '"1"'], [true, "true"], [null, "null"]],
  },
  cacheLock: {
    desired: 'true, false, or an object such as { lease: "10s", maxWait: "20s" }',
    wrong: [["on", '"on"'], [10, "10"], [null, "null"], [[], "an empty array"], [() => {}, "a function"]],
  },
  waitUntil: { desired: "a function", wrong: NO_FUNCTION },
  cacheTags: { desired: "a function", wrong: [...NO_FUNCTION, [["a"], "an array"]] },
  cacheBackend: {
    desired: BACKEND,
    wrong: [["", '""'], [{ get() {} }, "an object"], [new Set(), "a Set"], [5, "5"], [null, "null"]],
  },
  cacheBackendConfig: { desired: "an object", wrong: [...SECRETS, [["sk-secret"], "an array"]] },
  cacheKey: { desired: "a function", wrong: NO_FUNCTION },
  cacheNamespace: { desired: "a non-empty string", wrong: NO_TEXT },
  cacheId: { desired: "a non-empty string", wrong: NO_TEXT },
  cacheVersion: {
    desired: "a non-empty string or a number",
    wrong: [["", '""'], [NaN, "NaN"], [Infinity, "Infinity"], [true, "true"], [null, "null"], [{}, "an object"]],
  },
  name: { desired: "a non-empty string", wrong: NO_TEXT },
  cacheStale: { desired: `a non-negative ${DURATION}`, wrong: NO_DURATION },
  cacheStaleIfError: { desired: `a non-negative ${DURATION}`, wrong: NO_DURATION },
  connectTimeout: { desired: `a positive ${DURATION}`, wrong: NO_POSITIVE_DURATION },
  cacheTimeout: { desired: `a positive ${DURATION}`, wrong: NO_POSITIVE_DURATION },
  rateLimit: {
    desired: RATE,
    wrong: [[0, "0"], [-1, "-1"], [NaN, "NaN"], [Infinity, "Infinity"], ["10/s", '"10/s"'], [null, "null"]],
  },
  rateLimitScope: { desired: SCOPES, wrong: [["perFunction", '"perFunction"'], ["", '""'], [true, "true"]] },
  rateLimitKey: { desired: "a function", wrong: NO_FUNCTION },
  rateLimitMaxWait: { desired: `a non-negative ${DURATION}`, wrong: NO_DURATION },
  serverPacing: { desired: "true or false", wrong: NO_FLAG },
  argFallback: {
    desired: "the name or the index of a parameter, or an array of them",
    wrong: [["", '""'], [-1, "-1"], [0.5, "0.5"], [null, "null"], [[], "an empty array"], [["id", ""], "an array"]],
  },
  fallbackValues: {
    desired: "a non-empty array",
    wrong: [...SECRETS, [[], "an empty array"], [() => ["sk-secret"], "a function"]],
  },
  fallbackOn: { desired: RETRY_ON, wrong: [["Error", '"Error"'], [[], "an empty array"], [[Error, 5], "an array"]] },
  fallbackDelay: { desired: `a non-negative ${DURATION}`, wrong: NO_DURATION },
  fallbackStrategy: {
    desired: 'one of "ordered", "sticky", "round_robin", "least_latency"',
    wrong: [["roundRobin", '"roundRobin"'], ["", '""'], [true, "true"], [null, "null"], [0, "0"]],
  },
  cooldown: { desired: `a positive ${DURATION}`, wrong: [...NO_POSITIVE_DURATION, [Infinity, "Infinity"]] },
  allowedFails: {
    desired: "a positive integer",
    wrong: [[0, "0"], [-1, "-1"], [1.5, "1.5"], [Infinity, "Infinity"], ["3", '"3"'], [null, "null"]],
  },
  fallbackWindow: { desired: `a positive ${DURATION}`, wrong: [...NO_POSITIVE_DURATION, [Infinity, "Infinity"]] },
  timeout: { desired: `a positive ${DURATION}`, wrong: NO_POSITIVE_DURATION },
  deadline: { desired: `a positive ${DURATION}`, wrong: NO_POSITIVE_DURATION },
  signal: {
    desired: "an AbortSignal",
    wrong: [...SECRETS, [{}, "an object"], [new AbortController(), "an AbortController"]],
  },
  stats: { desired: "true or false", wrong: NO_FLAG },
  layers: {
    desired: "an array of layers, as in [{ name, outside, layer }]",
    wrong: [["audit", '"audit"'], [() => {}, "a function"], [[() => {}], "an array"], [null, "null"]],
  },
  context: { desired: `one of "sync", "async"`, wrong: [["Async", '"Async"'], [true, "true"], [null, "null"]] },
};

function fetchUser(id: string): string {
  return id;
}

function messageOf(action: () => unknown): string {
  return assertThrows(action, ConfigurationError).message;
}

/** What an instance allows, where that is something else. */
const inInstance: Record<string, string> = { name: "left out, as every function has a name of its own" };

for (const [option, { desired, wrong }] of Object.entries(TABLE)) {
  Deno.test(`opero() refuses a wrong '${option}' with the whole message`, () => {
    for (const [value, received] of wrong) {
      const options: object = { [option]: value };
      assertEquals(
        messageOf(() => opero(fetchUser, options)),
        `Cannot wrap "fetchUser" as '${option}' must be ${desired}: received ${received}`,
      );
      assertEquals(
        messageOf(() => createOpero(options as InstanceOptions)),
        `Cannot create an instance as '${option}' must be ${inInstance[option] ?? desired}: received ${received}`,
      );
    }
  });
}

Deno.test("opero() has a test for wrong values of each option, but the one that may be anything", () => {
  assertEquals(Object.keys(OPERO_TABLE.rules).filter((option) => !(option in TABLE)), ["fallback"]);
});

Deno.test("opero() takes an explicit undefined for the default of every option", async () => {
  const all = Object.fromEntries(Object.keys(OPERO_TABLE.rules).map((option) => [option, undefined]));
  const wrapped = opero(fetchUser, all);
  assertEquals(wrapped.options, opero(fetchUser).options);
  assertEquals(await wrapped("a"), "a");
});

Deno.test("opero() takes 0 for 0", () => {
  const { options } = opero(fetchUser, { retries: 0, minDelay: 0, maxDelay: 0, fallbackDelay: 0, rateLimitMaxWait: 0 });
  const { retries, minDelay, maxDelay, fallbackDelay, rateLimitMaxWait } = options;
  assertEquals([retries, minDelay, maxDelay, fallbackDelay, rateLimitMaxWait], [0, 0, 0, 0, 0]);
});

Deno.test("opero() refuses wrong fields of rateLimit, and a rate without a limit", () => {
  const cases: [unknown, string][] = [
    [{ limit: 0 }, "'rateLimit.limit' must be a positive number: received 0"],
    [{}, "'rateLimit.limit' must be a positive number: received undefined"],
    [[], `'rateLimit' must be ${RATE}: received an empty array`],
    [{ limit: 5, per: 0 }, `'rateLimit.per' must be a positive ${DURATION}: received 0`],
    [{ limit: 5, per: Infinity }, `'rateLimit.per' must be a positive ${DURATION}: received Infinity`],
    [{ limit: 5, per: "minute" }, `'rateLimit.per' must be a positive ${DURATION}: received "minute"`],
    [{ limit: 5, burst: 0 }, "'rateLimit.burst' must be a positive integer: received 0"],
    [{ limit: 5, burst: 1.5 }, "'rateLimit.burst' must be a positive integer: received 1.5"],
    [{ limit: 5, cost: 3 }, "'rateLimit.cost' must be a function: received 3"],
    [{ limit: 5, strict: "yes" }, `'rateLimit.strict' must be true or false: received "yes"`],
    [[{ limit: 5 }, { limit: 0 }], "'rateLimit[1].limit' must be a positive number: received 0"],
    [[{ limit: 5 }, {}], "'rateLimit[1].limit' must be a positive number: received undefined"],
    [[{ limit: 5, per: 0 }], `'rateLimit[0].per' must be a positive ${DURATION}: received 0`],
    [[5], "'rateLimit[0]' must be an object: received 5"],
    [
      [{ limit: 5, weight: 1 }],
      "'rateLimit[0].weight' must be a known option: received a number, did you mean 'rateLimit[0].cost'?",
    ],
    [
      { limit: 5, strit: true },
      "'rateLimit.strit' must be a known option: received a boolean, did you mean 'rateLimit.strict'?",
    ],
    [
      { limt: 5 },
      "'rateLimit.limt' must be a known option: received a number, did you mean 'rateLimit.limit'?",
    ],
  ];
  for (const [rateLimit, rest] of cases) {
    assertEquals(
      messageOf(() => opero(fetchUser, { rateLimit: rateLimit as number })),
      `Cannot wrap "fetchUser" as ${rest}`,
    );
  }
});

Deno.test("opero() refuses options that contradict each other", () => {
  assertEquals(
    messageOf(() => opero(fetchUser, { minDelay: "2s", maxDelay: "1s" })),
    `Cannot wrap "fetchUser" as 'minDelay' must be at most 'maxDelay' (1 s): received "2s"`,
  );
  assertEquals(opero(fetchUser, { minDelay: "1m" }).options.maxDelay, 60, "a default gives way");
});

Deno.test("opero() refuses an unknown option with the nearest known name, and shows the kind of its value only", () => {
  const misspelt: [string, string | undefined][] = [
    ["retrys", "retries"],
    ["Retries", "retries"],
    ["max_retries", "retries"],
    ["rate_limit", "rateLimit"],
    ["rate_limit_scope", "rateLimitScope"],
    ["retry_on", "retryOn"],
    ["backoff_factor", "backoffFactor"],
    ["min_delay", "minDelay"],
    ["arg_fallback", "argFallback"],
    ["fallback_values", "fallbackValues"],
    ["allowed_fails", "allowedFails"],
    ["cache_ttl", "cacheTtl"],
    ["cache_backend_config", "cacheBackendConfig"],
    ["timeOut", "timeout"],
    ["ttl", "cacheTtl"],
    ["apiKey", undefined],
    ["constructor", undefined],
    ["__proto__", undefined],
    ["toString", undefined],
    ["x".repeat(10_000), undefined],
  ];
  for (const [name, nearest] of misspelt) {
    const hint = nearest === undefined ? "" : `, did you mean '${nearest}'?`;
    assertEquals(
      messageOf(() => opero(fetchUser, JSON.parse(`{${JSON.stringify(name)}: "sk-secret"}`))),
      `Cannot wrap "fetchUser" as '${name.slice(0, 60)}' must be a known option: received a string${hint}`,
    );
  }
});

Deno.test("opero() names its own option where one has the name that another library gives it", () => {
  const peers: [string, string][] = [
    ["maxAttempts", "'retries' (the attempts after the first, so one less)"],
    ["attempts", "'retries' (the attempts after the first, so one less)"],
    ["maxRetries", "'retries'"],
    ["minTimeout", "'minDelay'"],
    ["maxTimeout", "'maxDelay'"],
    ["factor", "'backoffFactor'"],
    ["randomize", "'jitter'"],
    ["shouldRetry", "'retryOn'"],
    ["maxRetryTime", "'deadline'"],
    ["onRetry", `'.events' (as in fn.events.on("retry", listener))`],
    ["onFailedAttempt", `'.events' (as in fn.events.on("retry", listener))`],
    ["limit", `'rateLimit' (as in { limit: 10, per: "1s" })`],
    ["interval", `'rateLimit' (as in { limit: 10, per: "1s" })`],
    ["maxAge", "'cacheTtl'"],
    ["ttl", "'cacheTtl'"],
    ["cooldown_time", `'cooldown' (in seconds or with its unit, as in "60s")`],
    ["routing_strategy", `'fallbackStrategy' (as in "round_robin" or "least_latency")`],
    ["max", "'cacheBackendConfig' (as in { maxEntries: 1_000 })"],
  ];
  const map = [
    ["njobs", "'workers'"],
    ["n_jobs", "'workers'"],
    ["stopOnError", `'onError' (as in "abort", "throw", "return" or "skip")`],
    ["maxThreads", "'workers'"],
    ["batchSize", "'chunkSize'"],
  ];
  const message = (name: string, hint: string) =>
    `Cannot wrap "fetchUser" as '${name}' must be a known option: received a number, did you mean ${hint}?`;
  for (const [name, hint] of peers) {
    assertEquals(messageOf(() => opero(fetchUser, { [name]: 5 } as object)), message(name, hint));
    assertEquals(messageOf(() => opmap(fetchUser, { [name]: 5 } as object)), message(name, hint));
  }
  for (const [name, hint] of map) {
    assertEquals(messageOf(() => opmap(fetchUser, { [name!]: 5 } as object)), message(name!, hint!));
    const elsewhere = hint!.replace(/^'\w+'/, "$& of opmap()");
    assertEquals(messageOf(() => opero(fetchUser, { [name!]: 5 } as object)), message(name!, elsewhere));
  }
  assertEquals(
    messageOf(() => opero(fetchUser, { rateLimit: { limit: 5, interval: "1s" } as never })),
    `Cannot wrap "fetchUser" as 'rateLimit.interval' must be a known option: received a string, did you mean 'rateLimit.per'?`,
  );
  assertEquals(
    messageOf(() => opero(fetchUser).with({ onRetry: () => {} } as object)),
    `Cannot call "fetchUser" as 'onRetry' must be a known option: received a function, did you mean '.events' ` +
      `(as in fn.events.on("retry", listener))?`,
  );
});

Deno.test("opero() and opmap() refuse null for every option but the fallback, whose value it may be", () => {
  for (const option of Object.keys(OPMAP_TABLE.rules)) {
    if (option === "fallback") continue;
    const options = { mode: "process", cache: true, [option]: null };
    const { message } = assertThrows(() => opmap(fetchUser, options as never), ConfigurationError);
    assertEquals(message.startsWith(`Cannot wrap "fetchUser" as '${option}' must be `), true, message);
    assertEquals(message.endsWith(": received null"), true, message);
  }
  for (const option of ["signal", "progress", "workers", "onError"]) {
    const options = { [option]: null } as object;
    const { message } = assertThrows(() => opmap(fetchUser).stream(["a"], options), ConfigurationError);
    assertEquals(message.startsWith(`Cannot map "fetchUser" as '${option}' must be `), true, message);
  }
  for (const option of ["signal", "deadline", "timeout", "retries", "cache"]) {
    const { message } = assertThrows(() => opero(fetchUser).with({ [option]: null } as object), ConfigurationError);
    assertEquals(message.startsWith(`Cannot call "fetchUser" as '${option}' must be `), true, message);
  }
});

Deno.test("opero() refuses what is no function, and options that are no object", () => {
  const wrapper = opero as unknown as (fn: unknown, options?: unknown) => (fn: unknown) => unknown;
  const desired = "a function, as in opero(fn, options), or options, as in opero(options)(fn)";
  assertEquals(messageOf(() => wrapper("fetchUser")), `Cannot wrap as 'fn' must be ${desired}: received "fetchUser"`);
  assertEquals(messageOf(() => wrapper(null)), `Cannot wrap as 'fn' must be ${desired}: received null`);
  assertEquals(messageOf(() => wrapper({})(5)), "Cannot wrap as 'fn' must be a function: received 5");
  const wrong = [
    ["fast", '"fast"'],
    [5, "5"],
    [null, "null"],
    [[], "an empty array"],
    [new Map([["retries", 1]]), "a Map"],
    [new AbortController().signal, "an AbortSignal"],
    [Promise.resolve({ retries: 1 }), "a Promise"],
    [(function* () {})(), "an object"],
  ];
  for (const [options, received] of wrong) {
    assertEquals(
      messageOf(() => wrapper(fetchUser, options)),
      `Cannot wrap "fetchUser" as 'options' must be an object: received ${received}`,
    );
  }
});

Deno.test("clearCache() refuses what is no name of a namespace", async () => {
  const { clearCache } = createOpero();
  for (const [namespace, received] of [[null, "null"], ["", '""'], [5, "5"]]) {
    const error = await assertRejects(() => clearCache(namespace as string), ConfigurationError);
    assertEquals(
      error.message,
      `Cannot clear the cache as 'namespace' must be a non-empty string: received ${received}`,
    );
  }
});

Deno.test("registerCacheBackend() refuses the names that are built in, and what is no factory", () => {
  const desired = 'a non-empty string, and none of "memory", "disk", "sqlite", "redis", "kv", which are built in';
  for (const name of ["memory", "disk", "sqlite", "redis", "kv", ""]) {
    assertEquals(
      messageOf(() => registerCacheBackend(name, () => memoryCache())),
      `Cannot register a cache backend as 'name' must be ${desired}: received ${JSON.stringify(name)}`,
    );
  }
  assertEquals(
    messageOf(() => registerCacheBackend("mine", {} as never)),
    "Cannot register a cache backend as 'factory' must be a function: received an object",
  );
});

Deno.test("opero() refuses wrong options where it is given them first, once it meets the function", () => {
  assertEquals(
    messageOf(() => opero({ retries: -1 })(fetchUser)),
    `Cannot wrap "fetchUser" as 'retries' must be a non-negative integer: received -1`,
  );
  assertEquals(
    messageOf(() => opero(() => 1, { retries: -1 })),
    "Cannot wrap an anonymous function as 'retries' must be a non-negative integer: received -1",
  );
});

Deno.test("createOpero() refuses what is no clock, logger or source of chance", () => {
  const clock = "a clock with 'now', 'wallNow', 'sleep' and 'setTimer'";
  const logger = "a logger with 'debug', 'info', 'warning' and 'error'";
  const cases: [object, string][] = [
    [{ clock: {} }, `'clock' must be ${clock}: received an object`],
    [{ clock: Date }, `'clock' must be ${clock}: received a function`],
    [{ logger: { debug() {}, info() {}, error() {} } }, `'logger' must be ${logger}: received an object`],
    [{ random: 0.5 }, "'random' must be a function: received 0.5"],
    [{ clok: 1 }, "'clok' must be a known option: received a number, did you mean 'clock'?"],
  ];
  for (const [options, rest] of cases) {
    assertEquals(messageOf(() => createOpero(options as InstanceOptions)), `Cannot create an instance as ${rest}`);
  }
  for (const options of [null, [], "fast"]) assertThrows(() => createOpero(options as never), ConfigurationError);
});

Deno.test("with() refuses wrong options of one call with the whole message", () => {
  const wrapped = opero(fetchUser);
  const cases: [unknown, string][] = [
    [{ timeout: 0 }, `'timeout' must be a positive ${DURATION}: received 0`],
    [{ deadline: "soon" }, `'deadline' must be a positive ${DURATION}: received "soon"`],
    [{ signal: "sk-secret" }, "'signal' must be an AbortSignal: received a string"],
    [{ retries: -1 }, "'retries' must be a non-negative integer: received -1"],
    [{ cache: true }, `'cache' must be one of "refresh", "bypass": received true`],
    [{ jitter: "none" }, "'jitter' must be a known option: received a string"],
    [null, "'options' must be an object: received null"],
    ["1s", `'options' must be an object: received "1s"`],
  ];
  for (const [options, rest] of cases) {
    assertEquals(messageOf(() => wrapped.with(options as never)), `Cannot call "fetchUser" as ${rest}`);
  }
});

Deno.test("validateOptions() names the option that a field is part of", () => {
  const rules: OptionRules = { url: { desired: "a URL", accepts: () => false, isPrivate: true } };
  assertEquals(
    messageOf(() => validateOptions("open it", { url: "redis://:secret@host" }, rules, "cacheBackendConfig.")),
    "Cannot open it as 'cacheBackendConfig.url' must be a URL: received a string",
  );
});
