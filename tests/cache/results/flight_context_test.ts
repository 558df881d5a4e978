/** Functions that ask for their own result while they run: none waits for itself. */
import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { ConfigurationError, createOpero, memoryCache } from "@opero/core";
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

Deno.test("opero() ends a wait for itself that it cannot know of after 30 s, or with the deadline, and knows the next", async () => {
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
    const failed = fn(1).catch((error) => {
      endedMs = clock.now() - sinceMs;
      return error;
    });
    await clock.tick("3m");
    const error = await failed;
    if (deadline !== undefined) {
      assertEquals([error.name, error.reason, endedMs], ["AllFailedError", "deadline", 120_000]);
      continue;
    }
    const cause = error.cause ?? error;
    assertInstanceOf(cause, ConfigurationError);
    assertEquals([(cause as Error).message, endedMs], [
      'Cannot wait any longer for a run of "load" that is under way as it may be waiting for this very call, and has not ' +
      'ended in 30 s: where "load" asks for its own result while it runs, give it the option context: "async"; where it ' +
      "is merely slow, a 'deadline'",
      30_001,
    ]);
    const again = fn(1);
    await clock.tick("1s");
    assertEquals(await again, 5);
  }
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

Deno.test("FlightWaits bounds each wait where the platform cannot follow a run", async () => {
  const clock = new FakeClock();
  const waits = new FlightWaits(
    { clock, functionName: "load" } as never,
    { isTracked: true, isBounded: false },
    new FlightContext(() => undefined),
  );
  const call = new Call(undefined, []);
  const flight = new Flight(NOBODY, call, "key");
  flight.start(waits.run(flight, () => new Promise(() => {})));
  const joined = waits.join(flight, new Call(undefined, []), () => Promise.resolve()).catch((error) => error.name);
  await clock.tick("30s");
  assertEquals([await joined, clock.pending], ["ConfigurationError", 0]);
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
