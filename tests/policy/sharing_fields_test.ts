import { assertEquals, assertThrows } from "@std/assert";
import { ConfigurationError, createOpero, opero, RateLimitError } from "@opero/core";
import { FakeClock, memoryLimits } from "@opero/core/testing";

const store = memoryLimits();

function refused(rateLimit: unknown, message: string, more: object = {}): void {
  const wrap = () => opero(function send(_to: string) {}, { rateLimit, ...more } as object);
  assertThrows(wrap, ConfigurationError, message);
}

Deno.test("opero() refuses what has to do with a store without one", () => {
  const message = (field: string, value: string) =>
    `Cannot wrap "send" as 'rateLimit.${field}' must be given together with 'store', without which it does nothing: received ${value}`;
  refused({ limit: 1, key: "api" }, message("key", `"api"`));
  refused({ limit: 1, onStoreFailure: "open" }, message("onStoreFailure", `"open"`));
});

Deno.test("opero() refuses what is no store, no key and no answer to a failure", () => {
  refused(
    { limit: 1, store: new Map([[1, 2]]) },
    `Cannot wrap "send" as 'rateLimit.store' must be a store of limits, such as redisLimits() or sqliteLimits(): received a Map`,
  );
  refused({ limit: 1, store, key: "" }, `'rateLimit.key' must be a non-empty string: received ""`);
  refused(
    { limit: 1, store, onStoreFailure: "x" },
    `'rateLimit.onStoreFailure' must be one of "share", "fail", "open"`,
  );
});

Deno.test("opero() refuses what a store does not keep", () => {
  refused({ limit: 1, store, strict: true }, `'rateLimit.strict' must be left out where 'store' is given`);
  refused(
    { limit: 1, store },
    `'rateLimit.store' must be left out with 'fallbackStrategy' or 'cooldown'`,
    { argFallback: "_to", fallbackStrategy: "sticky" },
  );
});

Deno.test("opero() refuses limits of one array that are shared in several ways", () => {
  const first = { limit: 1, store, key: "api" };
  const name = (field: string) => `'rateLimit[1].${field}' must be the same in all limits of the array`;
  refused([first, { limit: 1 }], name("store"));
  refused([first, { limit: 1, store: memoryLimits(), key: "api" }], name("store"));
  refused([first, { limit: 1, store, key: "other" }], name("key"));
  refused([first, { limit: 1, store, key: "api", onStoreFailure: "fail" }], name("onStoreFailure"));
});

Deno.test("opero() refuses a store where nothing names the limit", () => {
  const message = "'rateLimit.key' must be given with a 'store', as all processes must know the limit by one name";
  assertThrows(() => opero(() => {}, { rateLimit: { limit: 1, store } }), ConfigurationError, message);
  refused({ limit: 1, store }, message, { rateLimitScope: "global" });
});

Deno.test("opero() refuses functions of one global limit with several stores", () => {
  const { opero } = createOpero({ rateLimitScope: "global" });
  opero(() => 1, { rateLimit: { limit: 1, store, key: "api" } });
  const wrap = (rateLimit: object) => () => opero(() => 2, { rateLimit } as object);
  const message = (field: string) => `'rateLimit.${field}' must be the same for all functions of the scope "global"`;
  assertThrows(wrap({ limit: 1 }), ConfigurationError, message("store"));
  assertThrows(wrap({ limit: 1, store, key: "other" }), ConfigurationError, message("key"));
});

Deno.test(".options hide the store of a limit", () => {
  const { options } = opero(() => {}, { rateLimit: { limit: 1, store, key: "api" } });
  assertEquals(JSON.stringify(options.rateLimit), '{"limit":1,"store":"[MemoryLimits]","key":"api"}');
});

Deno.test("limits with one key share a bucket, whatever instance and function they belong to", async () => {
  const clock = new FakeClock();
  const shared = memoryLimits({ clock });
  const limits = (key: string) => ({ rateLimitMaxWait: 0, rateLimit: { limit: 1, store: shared, key } });
  const [one, other] = [createOpero({ clock }), createOpero({ clock })];
  const outcomes = Promise.allSettled([
    one.opero(() => "a", limits("api"))(),
    other.opero(() => "b", limits("api"))(),
    other.opero(() => "c", limits("elsewhere"))(),
  ]);
  await clock.tick();
  const [a, b, c] = await outcomes;
  assertEquals([a!.status, b!.status, c!.status], ["fulfilled", "rejected", "fulfilled"]);
  assertEquals((b as PromiseRejectedResult).reason instanceof RateLimitError, true);
});

Deno.test("rateLimitKey is what the key of a store ends with, and is not in it", async () => {
  const clock = new FakeClock();
  const keys = new Set<string>();
  const store = memoryLimits({ clock });
  const book = store.book.bind(store);
  store.book = (bookings, options) => {
    keys.add(bookings[0]!.key);
    return book(bookings, options);
  };
  const options = { rateLimitScope: "per_args", rateLimit: { limit: 1, store, key: "api" } } as const;
  const one = createOpero({ clock }).opero((id: string) => id, { ...options, rateLimitKey: (id: string) => id });
  const other = createOpero({ clock }).opero((id: string) => id, { ...options, rateLimitKey: (id: string) => id });
  const calls = [one("secret"), one("else"), other("secret")];
  await clock.tick("5s");
  await Promise.all(calls);
  assertEquals(keys.size, 2);
  for (const key of keys) assertEquals(/^api:[0-9a-f]{32}#0$/.test(key), true, key);
});
