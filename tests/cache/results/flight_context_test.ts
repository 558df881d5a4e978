/** Functions that ask for their own result while they run: none waits for itself. */
import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { AsyncLocalStorage } from "node:async_hooks";
import { ConfigurationError, createOpero, currentCall, memoryCache, type Opero } from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { Flight } from "../../../src/cache/results/flight.ts";
import { FlightContext } from "../../../src/cache/results/flight_context.ts";
import { FlightWaits } from "../../../src/cache/results/flight_waits.ts";
import { Call } from "../../../src/call/call.ts";

const NOBODY = { end: () => {} };

const LINKS: Record<string, readonly string[]> = { a: ["b", "c"], b: ["c", "a"], c: ["a"] };

for (const cacheBackend of ["memory", memoryCache()] as const) {
  for (const context of ["sync", "async"] as const) {
    const place = typeof cacheBackend === "string" ? cacheBackend : "a backend";
    Deno.test(`opero() walks a graph with cycles in ${place} with context: "${context}"`, async () => {
      const { opero } = createOpero({ retries: 0 });
      const seen = new Set<string>();
      const walk: (node: string) => Promise<string[]> = opero(async (node: string): Promise<string[]> => {
        if (context === "async") await undefined;
        if (seen.has(node)) return [];
        seen.add(node);
        return [node, ...(await Promise.all(LINKS[node]!.map((next) => walk(next)))).flat()];
      }, { cache: true, cacheBackend, cacheId: `walk ${context}`, context });
      assertEquals(new Set(await walk("a")), new Set(["a", "b", "c"]));
    });
  }
}

Deno.test("opero() lets two functions ask each other for what both of them run", async () => {
  const { opero } = createOpero({ retries: 0 });
  let asked = 0;
  const even: (n: number) => Promise<boolean> = opero(async (n: number) => {
    await undefined;
    return ++asked > 4 ? true : await odd(n);
  }, { cache: true, context: "async" });
  const odd: (n: number) => Promise<boolean> = opero(async (n: number) => {
    await undefined;
    return await even(n);
  }, { cache: true, context: "async" });
  assertEquals(await Promise.all([even(1), odd(1)]), [true, true]);
});

Deno.test("opero() ends a recursion without an end in a ConfigurationError", async () => {
  const { opero } = createOpero();
  const fn: () => Promise<number> = opero(async (): Promise<number> => {
    await undefined;
    return await fn();
  }, { cache: true, context: "async" });
  const error = await assertRejects(() => fn(), ConfigurationError);
  assertEquals(
    error.message,
    "Cannot call the function as it asks for its own result while it runs, 100 times over: a recursion must end",
  );
});

Deno.test("opero() answers a wait for itself that it cannot know of by another run after 30 s, or ends it with the deadline", async () => {
  for (const deadline of [undefined, "2m"] as const) {
    const clock = new FakeClock();
    const { opero } = createOpero({ clock, retries: 0 });
    let runs = 0;
    const fn: (id: number) => Promise<number> = opero(async function load(id: number): Promise<number> {
      if (++runs > 4) return runs;
      await clock.sleep(1);
      return await fn(id);
    }, { cache: true, deadline });
    let endedMs = 0;
    const sinceMs = clock.now();
    const outcome = fn(1).catch((error) => error).finally(() => endedMs = clock.now() - sinceMs);
    await clock.tick("3m");
    if (deadline !== undefined) {
      const error = await outcome;
      assertEquals([error.name, error.reason, endedMs], ["AllFailedError", "deadline", 120_000]);
      continue;
    }
    assertEquals([await outcome, endedMs], [5, 30_004]);
    runs = 0;
    const again = fn(2);
    await clock.tick("1s");
    assertEquals(await again, 5);
  }
});

/** What a recursion without an end comes to, and when; the name says which function calls which. */
const ENDLESS = {
  "itself": (opero: Opero, clock: FakeClock) => {
    const fn: (id: number) => Promise<number> = opero(async (id: number): Promise<number> => {
      await clock.sleep(1);
      return await fn(id);
    }, { cache: true });
    return fn;
  },
  "itself by way of another": (opero: Opero, clock: FakeClock) => {
    const fn: (id: number) => Promise<number> = opero(async (id: number): Promise<number> => {
      await clock.sleep(1);
      return await other(id);
    }, { cache: true });
    const other = opero(async (id: number) => {
      await clock.sleep(1);
      return await fn(id);
    }, { cache: true });
    return fn;
  },
};

for (const [name, make] of Object.entries(ENDLESS)) {
  Deno.test(`opero() ends an untracked recursion without an end in an error, of a function that calls ${name}`, async () => {
    const clock = new FakeClock();
    const { opero } = createOpero({ clock, retries: 0 });
    const fn = make(opero, clock);
    const failed = Promise.all([1, 1, 2].map((id) => fn(id).catch((error) => error)));
    await clock.tick("3m");
    for (const error of await failed) {
      assertInstanceOf(error, ConfigurationError);
      assertEquals(
        error.message,
        "Cannot call the function as it asks for its own result while it runs, 100 times over: a recursion must end",
      );
    }
    assertEquals(clock.pending, 0);
  });
}

for (const cacheBackend of ["memory", memoryCache()] as const) {
  const place = typeof cacheBackend === "string" ? cacheBackend : "a backend";
  Deno.test(`opero() serves all who wait for a slow first run in ${place}, at most by one more run`, async () => {
    const clock = new FakeClock();
    const { opero } = createOpero({ clock, retries: 0 });
    let runs = 0;
    const fn = opero(async (id: number) => {
      const run = ++runs;
      await clock.sleep(run === 1 ? 50_000 : 100_000);
      return `${id} of run ${run}`;
    }, { cache: true, cacheBackend, cacheId: "slow" });
    const first = fn(1);
    await clock.tick("1ms");
    const others = [fn.withMeta(1), fn.withMeta(1), fn.withMeta(1)];
    await clock.tick("1m");
    assertEquals(await first, "1 of run 1");
    for (const { value, meta } of await Promise.all(others)) {
      assertEquals([value, meta.cache, meta.attempts], ["1 of run 1", "coalesced", 1]);
    }
    assertEquals([await fn(1), runs], ["1 of run 1", 2]);
    // That of the run that nobody waits for any more.
    assertEquals(clock.pending, 1);
  });
}

Deno.test("opero() serves who waits for a first run that hangs by the run that ends, in the waiter's own context", async () => {
  const clock = new FakeClock();
  const { opero } = createOpero({ clock, retries: 0 });
  const storage = new AsyncLocalStorage<string>();
  let runs = 0;
  const fn = opero(async () => {
    if (++runs === 1) await clock.sleep(3_600_000);
    await clock.sleep(1_000);
    return storage.getStore();
  }, { cache: true });
  const first = storage.run("first", () => fn());
  await clock.tick("1ms");
  const second = storage.run("second", () => fn.withMeta());
  await clock.tick("31s");
  const { value, meta } = await second;
  assertEquals([value, meta.cache, meta.attempts, runs], ["second", "coalesced", 1, 2]);
  await clock.tick("1h");
  assertEquals(await first, "first");
});

Deno.test("opero() aborts the other run once all have left who waited for a slow first one, and not before", async () => {
  const clock = new FakeClock();
  const { opero } = createOpero({ clock, retries: 0 });
  const signals: AbortSignal[] = [];
  const fn = opero(async () => {
    const { signal } = currentCall();
    signals.push(signal);
    await clock.sleep(60_000, signal);
    return "done";
  }, { cache: true });
  const first = fn();
  await clock.tick("1ms");
  const callers = [1, 2].map(() => new AbortController());
  const waits = callers.map(({ signal }) => fn.with({ signal })().catch((error) => error.message));
  await clock.tick("40s");
  const seen: boolean[][] = [];
  for (const caller of callers) {
    caller.abort(new Error("left"));
    await clock.tick("1ms");
    seen.push(signals.map(({ aborted }) => aborted));
  }
  assertEquals(seen, [[false, false], [false, true]]);
  await clock.tick("1m");
  assertEquals([await first, ...await Promise.all(waits), clock.pending], ["done", "left", "left", 0]);
});

Deno.test("opero() serves who waits for a slow first run with the old value where the other run fails", async () => {
  const clock = new FakeClock();
  const { opero } = createOpero({ clock, retries: 0 });
  let runs = 0;
  const fn = opero(async () => {
    const run = ++runs;
    if (run === 2) await clock.sleep(60_000);
    if (run === 3) throw new Error("down");
    return run;
  }, { cache: true, cacheTtl: "1s", cacheStaleIfError: "1h" });
  await fn();
  await clock.tick("2s");
  const first = fn();
  await clock.tick("1ms");
  const second = fn();
  await clock.tick("31s");
  assertEquals([await second, runs], [1, 3]);
  await clock.tick("1m");
  assertEquals(await first, 2);
});

Deno.test("opero() shares a single-use result among those who still wait for it, not with who was served by another run", async () => {
  const clock = new FakeClock();
  const { opero } = createOpero({ clock, retries: 0 });
  const cancelled: string[] = [];
  let runs = 0;
  const fn = opero(async () => {
    const run = `run ${++runs}`;
    await clock.sleep(runs === 1 ? 60_000 : 1_000);
    return new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode(run)),
        cancel: () => void cancelled.push(run),
      }),
    );
  }, { cache: true });
  const first = fn();
  await clock.tick("1ms");
  const others = [fn(), fn()];
  await clock.tick("40s");
  const served = await Promise.all(others);
  await clock.tick("40s");
  for (const response of [...served, await first]) {
    const chunk = await response.body!.getReader().read();
    assertEquals(
      new TextDecoder().decode(chunk.value),
      response === served[0] || response === served[1] ? "run 2" : "run 1",
    );
  }
  assertEquals([runs, cancelled], [2, []]);
});

Deno.test("opero() lets callers wait for a slow run as long as it takes, once it can tell them from the run itself", async () => {
  const clock = new FakeClock();
  const { opero } = createOpero({ clock });
  let tookMs = 10;
  const fn = opero(async (id: number) => {
    await clock.sleep(tookMs);
    return id;
  }, { cache: true });
  const first = [fn(1), fn(1)];
  await clock.tick("10ms");
  await Promise.all(first);
  tookMs = 600_000;
  const slow = [fn(2), fn(2), fn(2)];
  await clock.tick("10m");
  assertEquals(await Promise.all(slow), [2, 2, 2]);
});

/** Waits where the platform cannot follow a run, and a function that asks for itself until `isEnough` of its runs. */
function untracked(clock: FakeClock, isEnough: (runs: number) => boolean) {
  const context = new FlightContext(() => undefined);
  const waits = new FlightWaits({ clock } as never, { isTracked: true, isBounded: false }, context);
  const flight = new Flight(NOBODY, new Call(undefined, []), "key");
  let runs = 0;
  const rerun = () => Promise.resolve("rerun");
  const join = (): Promise<unknown> => waits.join(flight, new Call(undefined, []), rerun, next);
  const next = async () => {
    if (isEnough(++runs)) return runs;
    await clock.sleep(1);
    return await join();
  };
  return { start: () => flight.start(waits.run(flight, next)), join, runs: () => runs };
}

Deno.test("FlightWaits answers each wait in turn where the platform cannot follow a run", async () => {
  const clock = new FakeClock();
  const { start, join, runs } = untracked(clock, (runs) => runs === 4);
  const { call } = start();
  const joined = [join(), join()];
  await clock.tick("3m");
  assertEquals([await Promise.all(joined), call.attemptNumber, runs(), clock.pending], [[4, 4], 0, 4, 0]);
});

Deno.test("FlightWaits ends a recursion without an end where the platform cannot follow a run", async () => {
  const clock = new FakeClock();
  const { start, join, runs } = untracked(clock, () => false);
  start();
  const joined = join().catch((error) => error.name);
  await clock.tick("2h");
  assertEquals([await joined, runs(), clock.pending], ["ConfigurationError", 101, 0]);
});

Deno.test("FlightWaits lets a run wait no longer for what ran within it, once that has ended in whatever way", async () => {
  const context = new FlightContext();
  const waits = new FlightWaits({} as never, { isTracked: true, isBounded: false }, context);
  const outer = new Flight(NOBODY, new Call(undefined, []), "key");
  const other = new Flight(NOBODY, new Call(undefined, []), "key");
  for (const end of [() => Promise.resolve(), () => Promise.reject(new Error("down"))]) {
    const result = context.run(outer, true, () => waits.runWithin(new Call(undefined, []), other, end));
    assertEquals(outer.links?.waitsFor.size, 1);
    await result.catch(() => {});
    assertEquals(outer.links?.waitsFor.size, 0);
  }
});
