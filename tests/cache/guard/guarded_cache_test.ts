/** What a guard makes of a backend that does as it likes, and what counts as a failure of it. */
import { assert, assertEquals } from "@std/assert";
import { type CacheBackend, type CacheEntry, configureLogging, createOpero, SerializationError } from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { AbortScope } from "../../../src/call/abort_scope.ts";
import { Flight } from "../../../src/cache/results/flight.ts";
import { runnerFor } from "../../../src/cache/results/runner_call.ts";
import { BackendHealth } from "../../../src/cache/guard/backend_health.ts";
import { Call, stateOf } from "../../../src/call/call.ts";

function spied(answers: Partial<CacheBackend>): { backend: CacheBackend; asked: string[]; entries: CacheEntry[] } {
  const asked: string[] = [];
  const entries: CacheEntry[] = [];
  const backend: CacheBackend = {
    get: (key) => (asked.push("get"), answers.get?.(key)),
    set: (key, entry) => (asked.push("set"), entries.push(entry), answers.set?.(key, entry)),
    delete: (key) => (asked.push("delete"), answers.delete?.(key) ?? false),
    clear: (prefix) => (asked.push("clear"), answers.clear?.(prefix)),
  };
  return { backend, asked, entries };
}

function silently() {
  const restore = configureLogging({ level: "OFF" });
  return { [Symbol.dispose]: restore };
}

Deno.test("opero() asks a backend on that refuses values it cannot keep, which is no failure of it", async () => {
  using _ = silently();
  const { backend, asked } = spied({
    set: () => {
      throw new SerializationError("a function");
    },
  });
  const fn = createOpero({ clock: new FakeClock() }).opero((id: number) => id, { cache: true, cacheBackend: backend });
  for (let id = 0; id < 20; id++) await fn(id);
  assertEquals([asked.length, fn.cache.stats().errors, fn.cache.stats().writes], [40, 20, 0]);
});

Deno.test("BackendHealth lets one ask after its rest, and all others wait for what that one finds", async () => {
  const clock = new FakeClock();
  const health = new BackendHealth(clock, { onUseless() {}, onOutage() {}, onRecovery() {} });
  const context = { functionName: "fn", isFirst: false, isNamed: false, permits: [] };
  const mayAsk = (operation: "get" | "set") => health.tryAcquire(operation) !== undefined;
  for (let call = 0; call < 4; call++) health.recordFailure("get", new Error(), context);
  assert(mayAsk("get"));
  // Those that were asked before come in late, and don't make the rest longer.
  for (let call = 0; call < 50; call++) health.recordFailure("get", new Error(), context);
  await clock.tick("999ms");
  assert(!mayAsk("get"));
  await clock.tick("1ms");
  assertEquals([mayAsk("get"), mayAsk("get"), mayAsk("set")], [true, false, false]);
  health.recordSuccess("get");
  assertEquals([mayAsk("get"), mayAsk("set")], [true, true]);
});

Deno.test("opero() keeps an entry as long as it may be served, be it stale or where every attempt failed", async () => {
  for (
    const [options, staleMs] of [
      [{}, 0],
      [{ cacheStale: "2s" }, 2_000],
      [{ cacheStaleIfError: "3s" }, 3_000],
      [{ cacheStale: "2s", cacheStaleIfError: "3s" }, 3_000],
      [{ cacheStale: "3s", cacheStaleIfError: "2s" }, 3_000],
    ] as const
  ) {
    const { backend, entries } = spied({});
    const clock = new FakeClock();
    await createOpero({ clock }).opero(() => 1, { cache: true, cacheTtl: "1s", cacheBackend: backend, ...options })();
    const createdAt = clock.wallNow();
    assertEquals(entries, [{
      value: 1,
      createdAt,
      expiresAt: createdAt + 1_000,
      staleUntil: createdAt + 1_000 + staleMs,
    }]);
  }
});

Deno.test("Flight may not store once all who waited for it have left, unless it runs behind a stale value", () => {
  for (const stale of [undefined, { value: 1, createdAt: 0, expiresAt: 0, staleUntil: 1 }]) {
    let abandoned = 0;
    const owner = { end: () => void abandoned++ };
    const flight = new Flight(owner, runnerFor(new Call(undefined, []), undefined), "key", stale);
    flight.start(new Promise(() => {}));
    const scopes = [new AbortScope(), new AbortScope()];
    for (const scope of scopes) {
      const call = new Call(undefined, []);
      stateOf(call).scope = scope;
      flight.join(call, () => Promise.resolve()).catch(() => {});
    }
    scopes[0]!.abort("first");
    assertEquals([flight.isStorable, abandoned, flight.call.state!.scope!.isAborted], [true, 0, false]);
    scopes[1]!.abort("second");
    const isOver = stale === undefined;
    assertEquals([flight.isStorable, abandoned, flight.call.state!.scope!.isAborted], [
      !isOver,
      isOver ? 1 : 0,
      isOver,
    ]);
  }
});

/** Answers that are no promise of this realm, or none at all. */
const AWKWARD: Record<string, () => unknown> = {
  "a thenable": () => ({ then: (resolve: (value: unknown) => void) => resolve(undefined) }),
  "a thenable that answers twice": () => ({
    then(resolve: (value: unknown) => void, reject: (error: unknown) => void) {
      resolve(undefined);
      reject(new Error("secret"));
      resolve({});
    },
  }),
  "a thenable that is a function": () =>
    Object.assign(() => {}, { then: (resolve: (value: unknown) => void) => resolve(undefined) }),
  "a thenable that throws": () => ({
    then() {
      throw new Error("secret");
    },
  }),
  "a then that throws when it is read": () =>
    Object.defineProperty({}, "then", {
      get() {
        throw new Error("secret");
      },
    }),
  "an entry whose value throws": () => ({
    get value() {
      throw new Error("secret");
    },
    createdAt: 0,
    expiresAt: Infinity,
    staleUntil: Infinity,
  }),
  "an entry without its times": () => ({ value: "wrong" }),
  "an entry that is never": () => ({ value: "wrong", createdAt: NaN, expiresAt: Infinity, staleUntil: Infinity }),
  "null": () => null,
};

for (const [name, answer] of Object.entries(AWKWARD)) {
  Deno.test(`opero() gives every call its result where a backend answers ${name}`, async () => {
    using _ = silently();
    const { backend } = spied({ get: answer as never, set: answer as never, delete: answer as never });
    const clock = new FakeClock();
    const fn = createOpero({ clock }).opero((id: number) => id, { cache: true, cacheBackend: backend });
    for (let id = 0; id < 12; id++) assertEquals(await fn(id), id);
    assertEquals([await fn.cache.get(1), clock.pending], [undefined, 0]);
  });
}
