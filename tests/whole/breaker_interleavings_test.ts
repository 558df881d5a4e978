/** Permits of a circuit breaker: whatever order calls end in, and however, each comes back, and no change is illegal. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { CircuitOpenError, type CircuitState, createOpero, type OperoOptions } from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { outcomeOf } from "../support/outcome.ts";
import { runs } from "../support/runs.ts";

const LEGAL: Readonly<Record<CircuitState, readonly CircuitState[]>> = {
  "closed": ["open", "isolated"],
  "open": ["half-open", "closed", "isolated"],
  "half-open": ["open", "closed", "isolated"],
  "isolated": ["closed"],
};

const EVENTS = {
  "circuitOpened": "open",
  "circuitHalfOpened": "half-open",
  "circuitClosed": "closed",
  "circuitIsolated": "isolated",
} as const;

const ENDINGS = ["value", "value", "error", "error", "error", "uncounted", "throwing", "sync error", "abort"] as const;
const THROWN = new Error("a bug in the predicate");

const options = fc.record({
  circuitBreaker: fc.constantFrom(
    { consecutiveFailures: 2, openFor: "1s", halfOpenCalls: 2 },
    { consecutiveFailures: 1, openFor: "1s", halfOpenCalls: 1, maxOpenFor: "3s" },
    { failureRatio: 0.5, minimumCalls: 3, window: "5s", openFor: "1s", halfOpenCalls: 3 },
    { failureRatio: 0.5, minimumCalls: 3, slowCall: "400ms", openFor: "1s", halfOpenCalls: 2 },
  ),
  retries: fc.constantFrom(0, 1, 3),
  rateLimit: fc.constantFrom(undefined, 5),
  rateLimitMaxWait: fc.constantFrom(undefined, 0),
  timeout: fc.constantFrom(undefined, "700ms"),
  deadline: fc.constantFrom(undefined, "2s"),
  cache: fc.boolean(),
}).map(({ rateLimitMaxWait, ...rest }) => rest.rateLimit === undefined ? rest : { ...rest, rateLimitMaxWait });

const calls = fc.array(
  fc.record({ ending: fc.constantFrom(...ENDINGS), beginMs: fc.nat(4_000), abortMs: fc.nat(1_500) }),
  { minLength: 1, maxLength: 25 },
);

Deno.test("circuitBreaker gets each of its permits back, in whatever order calls end", async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), options, calls, async (scheduler, given, planned) => {
      const clock = new FakeClock();
      const { opero, events } = createOpero({ clock, random: () => 0.5 });
      let state: CircuitState = "closed";
      for (const [name, to] of Object.entries(EVENTS) as [keyof typeof EVENTS, CircuitState][]) {
        events.on(name, () => {
          assert(LEGAL[state].includes(to), `${state} -> ${to}`);
          state = to;
        });
      }
      let inFlight = 0;
      let isOver = false;
      const fn = opero((ending: typeof ENDINGS[number], id: number): Promise<string> => {
        if (isOver) return Promise.resolve("up");
        if (ending === "sync error") throw new Error("sync");
        const end = scheduler.schedule(Promise.resolve(), `${id} ends`);
        inFlight++;
        const left = () => void inFlight--;
        const done = end.then(() => {
          if (ending === "value" || ending === "abort") return "up";
          throw ending === "throwing" ? THROWN : ending;
        });
        done.then(left, left);
        return done;
      }, {
        ...given,
        name: "load",
        circuitBreaker: {
          ...given.circuitBreaker,
          failureOn: (error: unknown) => {
            if (error === THROWN) throw THROWN;
            return error !== "uncounted";
          },
        },
      } as OperoOptions);
      const outcomes = planned.map(async ({ ending, beginMs, abortMs }, id) => {
        await clock.sleep(beginMs);
        const controller = new AbortController();
        if (ending === "abort") clock.setTimer(abortMs, () => controller.abort("stop"));
        return await outcomeOf(fn.with({ signal: controller.signal })(ending, id));
      });
      const settled = Promise.all(outcomes);
      // Time goes on between the ends of attempts, which come in any order.
      for (let moment = 0; moment < 60; moment++) {
        await clock.tick("100ms");
        if (scheduler.count() > 0 && moment % 2 === 0) await scheduler.waitOne();
        assertEquals(fn.breaker!.state, state);
      }
      while (scheduler.count() > 0) await scheduler.waitOne();
      isOver = true;
      await clock.tick();
      // No attempt runs, and none waits for a token: a half-open circuit has a trial left, and not for a lost one's sake.
      const last = fn.breaker!.state;
      const probe = outcomeOf(fn.with({ retries: 0, cache: "bypass" })("value", -1));
      await clock.tick();
      if (given.rateLimit === undefined && last === "half-open") {
        const outcome = await probe;
        assert(!(!outcome.ok && outcome.error instanceof CircuitOpenError), "a permit is lost");
      }
      await clock.tick("10m");
      assertEquals((await settled).length, planned.length);
      assertEquals([clock.pending, inFlight], [0, 0]);
      await clock.tick("1h");
      for (let trial = 0; trial < 3; trial++) {
        await fn.with({ retries: 0, cache: "bypass" })("value", -1);
        await clock.tick("1s");
      }
      assertEquals([fn.breaker!.state, clock.pending], ["closed", 0]);
    }),
    { numRuns: runs(300, 30) },
  );
});
