/** Races in every order that a scheduler can think of: what is joined, queued and aborted settles once, and right. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { createOpero, currentCall } from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { CountedSignal } from "../../support/counted_signal.ts";
import { runs } from "../../support/runs.ts";

const BUSY = new Error("busy");
const STOP = { name: "stop" };

/** What may happen to a call; `abort` is the one of its own signal. */
const plannedCall = fc.record({ key: fc.constantFrom("a", "b"), aborts: fc.boolean(), fails: fc.boolean() });
const removal = fc.constantFrom("delete a", "delete b", "clear", "none", "none");

interface Run {
  readonly key: string;
  readonly begun: number;
  readonly value: string;
}

/** Counts moments, so that what came first can be told. */
class Moments {
  #last = 0;

  next(): number {
    return ++this.#last;
  }
}

Deno.test("calls that are joined settle once, with a value of their key that no removal made old", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(plannedCall, { minLength: 1, maxLength: 8, size: "max" }),
      fc.array(removal, { maxLength: 3 }),
      async (scheduler, planned, removals) => {
        const moments = new Moments();
        const { opero } = createOpero({ retries: 0, clock: new FakeClock() });
        const ran: Run[] = [];
        const failing = planned.map(({ fails }) => fails);
        const fn = opero(async (key: string): Promise<string> => {
          const run = { key, begun: moments.next(), value: `${key} ${ran.length}` };
          const isFailing = failing[ran.length % failing.length];
          ran.push(run);
          await scheduler.schedule(Promise.resolve(), `run ${run.value}`);
          if (isFailing) throw BUSY;
          return run.value;
        }, { cache: true });

        const removedAt = new Map([["a", 0], ["b", 0]]);
        const settled = planned.map(() => 0);
        const signals = planned.map(() => new CountedSignal());
        const calls = planned.map(async ({ key, aborts }, i) => {
          await scheduler.schedule(Promise.resolve(), `call ${i}`);
          const begunAt = moments.next();
          const removedBefore = removedAt.get(key)!;
          const promise = aborts ? fn.with({ signal: signals[i]!.signal })(key) : fn(key);
          await promise.then((value) => {
            settled[i]!++;
            const run = ran.find((each) => each.value === value)!;
            assertEquals(run.key, key);
            // What is returned was begun after the last removal that was over when the call began.
            assert(run.begun > removedBefore || removedBefore > begunAt, `${value} is older than its removal`);
          }, (error) => {
            settled[i]!++;
            assert(error === STOP || error.cause === BUSY, String(error));
            assert(error !== STOP || aborts);
          });
        });
        const others = [
          ...removals.map(async (what) => {
            await scheduler.schedule(Promise.resolve(), what);
            if (what === "clear") {
              await fn.cache.clear();
              removedAt.set("a", moments.next()).set("b", moments.next());
            } else if (what !== "none") {
              await fn.cache.delete(what.slice(-1));
              removedAt.set(what.slice(-1), moments.next());
            }
          }),
          ...planned.map(async ({ aborts }, i) => {
            if (!aborts) return;
            await scheduler.schedule(Promise.resolve(), `abort ${i}`);
            signals[i]!.abort(STOP);
          }),
        ];
        await scheduler.waitAll();
        await Promise.all([...calls, ...others]);
        assertEquals(settled, planned.map(() => 1));
        assertEquals(signals.map(({ listeners }) => listeners), planned.map(() => 0));
      },
    ),
    { numRuns: runs(8_000, 50) },
  );
});

Deno.test("calls that are joined run once where nothing fails, aborts or is removed", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 10, size: "max" }),
      async (scheduler, keys) => {
        const { opero } = createOpero({ retries: 0, clock: new FakeClock() });
        let ran = 0;
        const fn = opero(async (key: string) => {
          ran++;
          await scheduler.schedule(Promise.resolve(), `run ${key}`);
          return key;
        }, { cache: true });
        const calls = keys.map(async (key, i) => {
          await scheduler.schedule(Promise.resolve(), `call ${i}`);
          assertEquals(await fn(key), key);
        });
        await scheduler.waitAll();
        await Promise.all(calls);
        assertEquals(ran, new Set(keys).size);
        const { hits, misses, coalesced } = fn.cache.stats();
        assertEquals([misses, hits + coalesced], [ran, keys.length - ran]);
      },
    ),
    { numRuns: runs(4_000, 50) },
  );
});

const INTERVAL_MS = 100;

Deno.test("calls that wait for the rate limit start in order, spaced, whoever leaves the queue", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 10, size: "max" }),
      fc.array(fc.constantFrom(0, 30, 100, 250), { maxLength: 6 }),
      async (scheduler, aborting, ticksMs) => {
        const clock = new FakeClock();
        const { opero } = createOpero({ clock, retries: 0 });
        const started: { call: number; atMs: number }[] = [];
        const fn = opero((call: number) => {
          started.push({ call, atMs: clock.now() });
          return Promise.resolve(call);
        }, { rateLimit: 1_000 / INTERVAL_MS });
        const arrived: number[] = [];
        const outcomes = new Map<number, string>();
        const signals = aborting.map(() => new CountedSignal());
        const calls = aborting.map(async (_, i) => {
          await scheduler.schedule(Promise.resolve(), `call ${i}`);
          arrived.push(i);
          await fn.with({ signal: signals[i]!.signal })(i).then(
            () => outcomes.set(i, "done"),
            (error) => outcomes.set(i, error === STOP ? "aborted" : String(error)),
          );
        });
        const others = [
          ...aborting.map(async (isAborting, i) => {
            if (!isAborting) return;
            await scheduler.schedule(Promise.resolve(), `abort ${i}`);
            signals[i]!.abort(STOP);
          }),
          ...ticksMs.map(async (ms) => {
            await scheduler.schedule(Promise.resolve(), `${ms} ms`);
            await clock.tick(ms / 1_000);
          }),
        ];
        await scheduler.waitAll();
        await clock.tick("1h");
        await Promise.all([...calls, ...others]);
        started.slice(1).forEach(({ atMs }, i) => assert(atMs - started[i]!.atMs >= INTERVAL_MS - 1e-6));
        assertEquals(
          started.map(({ call }) => call),
          arrived.filter((call) => started.some((each) => each.call === call)),
        );
        for (const [i, isAborting] of aborting.entries()) {
          assert(outcomes.get(i) === "done" || (isAborting && outcomes.get(i) === "aborted"), outcomes.get(i));
        }
        assertEquals(started.length >= [...outcomes.values()].filter((outcome) => outcome === "done").length, true);
        assertEquals([clock.pending, ...signals.map(({ listeners }) => listeners)], [0, ...aborting.map(() => 0)]);
      },
    ),
    { numRuns: runs(4_000, 50) },
  );
});

Deno.test("an abort, a timeout, a deadline and an answer at one moment settle a call once, and no attempt follows the abort", async () => {
  const race = fc.record({
    fails: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
    ticksMs: fc.array(fc.constantFrom(0, 50, 100), { maxLength: 8, size: "max" }),
    timeout: fc.constantFrom(undefined, 0.1),
    deadline: fc.constantFrom(undefined, 0.2),
    isCached: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), race, async (scheduler, { fails, ticksMs, timeout, deadline, isCached }) => {
      const clock = new FakeClock();
      const { opero } = createOpero({ clock, retries: 2, minDelay: 0.1, maxDelay: 0.1, cache: isCached });
      const signal = new CountedSignal();
      const attempts: { signal: AbortSignal; isDone: boolean }[] = [];
      let abortedAfter = Infinity;
      const fn = opero(async () => {
        const attempt = { signal: currentCall().signal, isDone: false };
        const isFailing = fails[attempts.length % fails.length];
        attempts.push(attempt);
        await scheduler.schedule(Promise.resolve(), `run ${attempts.length}`);
        attempt.isDone = true;
        if (isFailing) throw BUSY;
        return "value";
      }, { timeout, deadline });
      const outcomes: string[] = [];
      const call = fn.with({ signal: signal.signal })().then(
        (value) => outcomes.push(value),
        (error) => outcomes.push(error === STOP ? "aborted" : error.name),
      );
      const others = [
        scheduler.schedule(Promise.resolve(), "abort").then(() => {
          abortedAfter = attempts.length;
          signal.abort(STOP);
        }),
        ...ticksMs.map((ms) => scheduler.schedule(Promise.resolve(), `${ms} ms`).then(() => clock.tick(ms / 1_000))),
      ];
      await scheduler.waitAll();
      await clock.tick("1h");
      await scheduler.waitAll();
      await Promise.all([call, ...others]);
      assertEquals(outcomes.length, 1);
      assert(["value", "aborted", "AllFailedError"].includes(outcomes[0]!), outcomes[0]);
      assert(attempts.length <= abortedAfter, "an attempt after the abort");
      assertEquals([clock.pending, signal.listeners], [0, 0]);
    }),
    { numRuns: runs(4_000, 50) },
  );
});
