import { assertEquals, assertMatch } from "@std/assert";
import { createOpero, isTransient } from "@opero/core";
import { warningsOf } from "../support/warnings_of.ts";

/** An instance as users have it, and with options that no type allows. */
function instance() {
  const { opero, opmap } = createOpero({ minDelay: "1ms" });
  // deno-lint-ignore no-explicit-any -- mistakes that the types do not let pass
  return { opero: opero as any, opmap: opmap as any };
}

type Work = (made: ReturnType<typeof instance>) => unknown;

const fetchUser = (id: string, apiKey = ["key"]): string => id + apiKey[0];

/** What new users write, by what the library answers. */
const REFUSED: readonly (readonly [mistake: string, message: string, work: Work])[] = [
  [
    "the items first",
    "Cannot wrap as 'fn' must be a function, as in opmap(fn, options), or options, as in opmap(options)(fn); the items " +
    "come later, as in opmap(fn, options)(items): received an array",
    ({ opmap }) => opmap([1, 2], fetchUser),
  ],
  [
    "a function that was called",
    "Cannot wrap as 'fn' must be a function, as in opero(fn, options), or options, as in opero(options)(fn): received a " +
    "Promise",
    ({ opero }) => opero(Promise.resolve("user")),
  ],
  [
    "the options first",
    "Cannot wrap as 'fn' must be a function, as in opero(fn, options), or options, as in opero(options)(fn): received an " +
    "object",
    ({ opero }) => opero({ retries: 3 }, fetchUser),
  ],
  [
    "a closure in a pool",
    'Cannot wrap "double" as the function of a pool must refer to nothing outside of itself, or be found with \'module: ' +
    "import.meta.url': received one that refers to 'fetchUser'",
    ({ opmap }) => {
      const double = (id: string) => fetchUser(id) + fetchUser(id);
      return opmap(double, { mode: "process" });
    },
  ],
  [
    "a sync function in async mode",
    'Cannot wrap "fetchUser" as \'mode\' must be "thread" for a function that is not written as async: received "async"',
    ({ opmap }) => opmap(fetchUser, { mode: "async" }),
  ],
  [
    "a misspelt option",
    "Cannot wrap \"fetchUser\" as 'retrys' must be a known option: received a number, did you mean 'retries'?",
    ({ opero }) => opero(fetchUser, { retrys: 3 }),
  ],
  [
    "a rate by another name",
    "Cannot wrap \"fetchUser\" as 'rate' must be a known option: received a number, did you mean 'rateLimit'?",
    ({ opero }) => opero(fetchUser, { rate: 10 }),
  ],
  [
    "a key by another name",
    "Cannot wrap \"fetchUser\" as 'key' must be a known option: received a function, did you mean 'cacheKey'?",
    ({ opero }) => opero(fetchUser, { cache: true, key: () => "key" }),
  ],
  [
    "a journal by another name",
    "Cannot wrap \"fetchUser\" as 'journal.file' must be a known option: received a string, did you mean 'journal.path'?",
    ({ opmap }) => opmap(fetchUser, { journal: { file: "run.jsonl" } }),
  ],
  [
    "a time to live without a cache",
    "Cannot wrap \"fetchUser\" as 'cacheTtl' must be given together with 'cache: true', without which it does nothing: " +
    'received "5m"',
    ({ opero }) => opero(fetchUser, { cacheTtl: "5m" }),
  ],
  [
    "options of the cache within it",
    "Cannot wrap \"fetchUser\" as 'cache' must be true or false: received an object",
    ({ opero }) => opero(fetchUser, { cache: { ttl: 5 } }),
  ],
  [
    "redis without its import",
    'Cannot wrap "fetchUser" as \'cacheBackend\' must be one of "memory", "disk", "sqlite", "kv" ("redis" after import ' +
    '"@opero/core/redis") or a backend: received "redis"',
    ({ opero }) => opero(fetchUser, { cache: true, cacheBackend: "redis" }),
  ],
  [
    "a duration with a space",
    'Cannot wrap "fetchUser" as \'timeout\' must be a positive duration in seconds or with its unit, such as "250ms", ' +
    '"2s", "5m", "1h", "1d": received "5 s"',
    ({ opero }) => opero(fetchUser, { timeout: "5 s" }),
  ],
  [
    "the controller in place of its signal",
    "Cannot wrap \"fetchUser\" as 'signal' must be an AbortSignal: received an AbortController",
    ({ opero }) => opero(fetchUser, { signal: new AbortController() }),
  ],
  [
    "a parameter that is not there",
    'Cannot wrap "fetchUser" as \'argFallback\' must be the index of a parameter or one of "id", "apiKey": received ' +
    '"apikey"',
    ({ opero }) => opero(fetchUser, { argFallback: "apikey" }),
  ],
  [
    "an item in place of a list",
    "Cannot map \"fetchUser\" as 'items' must be an iterable or an async iterable: received 5",
    ({ opmap }) => opmap(fetchUser)(5),
  ],
  [
    "a predicate that is async",
    "Cannot call \"down\" as 'retryOn' must be a function that answers true or false at once: received a Promise",
    ({ opero }) => {
      const down = () => Promise.reject(new Error("down"));
      return opero(down, { retryOn: () => Promise.resolve(true) })();
    },
  ],
  [
    "a jitter that is async",
    "Cannot call \"down\" as 'jitter' must be a function that answers a number at once: received a Promise",
    ({ opero }) => {
      const down = () => Promise.reject(new Error("down"));
      return opero(down, { jitter: () => Promise.resolve(1) })();
    },
  ],
];

for (const [mistake, message, work] of REFUSED) {
  Deno.test(`a first mistake: ${mistake}`, async () => {
    const error = await Promise.resolve().then(() => work(instance())).catch((error: unknown) => error);
    assertEquals(String(error), `ConfigurationError: ${message}`);
  });
}

/** What works, and yet not as it was meant. */
const WARNED: readonly (readonly [mistake: string, line: RegExp, work: Work])[] = [
  [
    "milliseconds",
    /'timeout: 5000' is 5000 seconds \(83\.33 min\): .* write "5s" for milliseconds/,
    ({ opero }) => opero(fetchUser, { timeout: 5_000 }),
  ],
  [
    "a function that is wrapped twice",
    /"fetchUser" is wrapped twice: a call may run it 16 times/,
    ({ opero }) => opero(opero(fetchUser)),
  ],
  [
    "a Response in the cache",
    /a result of "load" is not cached: it can be read only once, .* return what you read from it, its json\(\) say/,
    ({ opero }) => opero(() => new Response("page"), { name: "load", cache: true })(),
  ],
  [
    "a fetch whose failures are not seen",
    /fetch succeeds with a 503, too, so that is not retried: give 'failOn: isFailedResponse', or 'failOn: \(\) => false'/,
    ({ opero }) => opero(fetch, { retryOn: isTransient }),
  ],
  [
    "the same for many items",
    /fetch succeeds with a 503, too, so that is not retried: give 'failOn: isFailedResponse', or 'failOn: \(\) => false'/,
    ({ opmap }) => opmap(fetch),
  ],
  [
    "the place of an item as a second parameter",
    /"row" has a parameter 'i', and is given the item alone: its place is currentCall\(\)\.index/,
    ({ opmap }) => {
      const row = (text: string, i: number) => `${i} ${text}`;
      return opmap(row)(["a", "b"]);
    },
  ],
  [
    "the name of a file as the items",
    /"fetchUser" is given a string as its items, and so maps its characters: give a list, or \[\.\.\.text\]/,
    ({ opmap }) => opmap(fetchUser)("users.csv"),
  ],
  [
    "a generator function",
    /"pages" is a generator function, whose body runs after the call has ended: nothing in it is retried/,
    ({ opero }) =>
      opero(function* pages() {
        yield 1;
      }),
  ],
  [
    "an async generator function over many items",
    /"pages" is a generator function, whose body runs after the call has ended: nothing in it is retried/,
    ({ opmap }) =>
      opmap(async function* pages(url: string) {
        yield await Promise.resolve(url);
      }),
  ],
  [
    "wrapping at each call",
    /"load" is wrapped for the 100th time, each time with a cache or a limit of its own, .* give each a 'name'/,
    async ({ opero }) => {
      for (let i = 0; i < 200; i++) {
        const load = (id: number) => id + i;
        await opero(load, { rateLimit: 1_000, cache: true })(1);
      }
    },
  ],
];

for (const [mistake, line, work] of WARNED) {
  Deno.test(`a first mistake that is warned of: ${mistake}`, async () => {
    const lines = await warningsOf(() => work(instance()));
    assertEquals(lines.length, 1, lines.join("\n"));
    assertMatch(lines[0]!, line);
  });
}

Deno.test("opero(fetch) warns of nothing where failures are seen, or none is to be retried", async () => {
  const lines = await warningsOf(() => {
    const { opero } = instance();
    opero(fetch, { failOn: () => false });
    opero(fetch, { retries: 0 });
    opero((url: string) => fetch(url));
    createOpero({ failOn: () => false }).opero(fetch);
  });
  assertEquals(lines, []);
});

Deno.test("opmap() warns of no second parameter that is not given the place of the item", async () => {
  const lines = await warningsOf(async () => {
    const { opmap } = instance();
    await opmap(parseInt)(["1"]);
    await opmap((text: string, index = 0) => text + index)(["a"]);
    await opmap(({ i }: { readonly i: number }) => i)([{ i: 1 }]);
    await opmap((text: string, options: unknown) => [text, options])(["a"]);
    await opmap((letter: string) => letter)([..."text"]);
  });
  assertEquals(lines, []);
});

Deno.test("opero() does not warn of many wraps that share what they keep, have none of it, or have names of their own", async () => {
  const lines = await warningsOf(() => {
    const { opero } = instance();
    for (let i = 0; i < 200; i++) {
      opero(fetchUser, { retries: 2, timeout: "1s" });
      opero(fetchUser, { rateLimit: 5, rateLimitScope: "global" });
      opero(fetchUser, { cache: true, cacheId: "user" });
      opero(fetchUser, { rateLimit: 5, cache: true, name: `tenant ${i}` });
    }
  });
  assertEquals(lines, []);
});
