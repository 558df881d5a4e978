import fc from "fast-check";
import { type BreakerSettings, CircuitBreaker, type Permit } from "../../src/breaker/circuit_breaker.ts";
import type { CircuitState } from "../../src/breaker/breaker_handle.ts";
import { FakeClock } from "@opero/core/testing";
import { assert, assertEquals } from "@std/assert";
import { runs } from "../support/runs.ts";

const ROW: BreakerSettings = {
  trip: { consecutiveFailures: 3 },
  openMs: 1_000,
  maxOpenMs: 4_000,
  halfOpenCalls: 1,
  slowCallMs: Infinity,
  slowCallRatio: 1,
};

const RATIO: BreakerSettings = {
  ...ROW,
  trip: { failureRatio: 0.5, minimumCalls: 4, windowMs: 10_000 },
  halfOpenCalls: 3,
};

function breaker(settings: Partial<BreakerSettings> = {}) {
  const clock = new FakeClock();
  return { clock, circuit: new CircuitBreaker({ ...ROW, ...settings }, clock) };
}

function failTimes(circuit: CircuitBreaker, times: number): void {
  for (let failure = 0; failure < times; failure++) circuit.fail(circuit.tryAcquire()!);
}

/** A circuit that is half-open, with its first permit. */
async function halfOpen(settings: Partial<BreakerSettings> = {}) {
  const tools = breaker(settings);
  failTimes(tools.circuit, 4);
  await tools.clock.tick("1s");
  return { ...tools, first: tools.circuit.tryAcquire()! };
}

Deno.test("CircuitBreaker opens after so many failures in a row, and not where one succeeds between them", () => {
  const { circuit } = breaker();
  failTimes(circuit, 2);
  assertEquals([circuit.state, circuit.isUntroubled], ["closed", false]);
  circuit.succeed(circuit.tryAcquire()!);
  assertEquals([circuit.state, circuit.isUntroubled], ["closed", true]);
  failTimes(circuit, 2);
  assertEquals(circuit.state, "closed");
  failTimes(circuit, 1);
  assertEquals([circuit.state, circuit.tryAcquire()], ["open", undefined]);
});

Deno.test("CircuitBreaker opens where a share of the attempts in its window failed, and enough were made", async () => {
  const { circuit, clock } = breaker(RATIO);
  failTimes(circuit, 3);
  assertEquals([circuit.state, circuit.metrics().calls], ["closed", 3]);
  failTimes(circuit, 1);
  assertEquals([circuit.state, circuit.metrics().failureRatio], ["open", 1]);

  const other = breaker(RATIO);
  for (let n = 0; n < 4; n++) other.circuit.succeed(other.circuit.tryAcquire()!);
  failTimes(other.circuit, 3);
  assertEquals([other.circuit.state, other.circuit.metrics().failureRatio], ["closed", 3 / 7]);
  await other.clock.tick("10s");
  failTimes(other.circuit, 3);
  assertEquals(other.circuit.state, "closed", "the first are out of the window");
  failTimes(other.circuit, 1);
  assertEquals([other.circuit.state, clock.pending, other.clock.pending], ["open", 0, 0]);
});

Deno.test("CircuitBreaker opens for slow calls, which succeed, and counts them as failures in a row", () => {
  const slow = { slowCallMs: 100, slowCallRatio: 0.5 };
  const { circuit } = breaker({ ...RATIO, ...slow });
  for (const tookMs of [100, 101, 100]) circuit.succeed(circuit.tryAcquire()!, tookMs);
  assertEquals([circuit.state, circuit.metrics().slowCalls], ["closed", 1]);
  circuit.succeed(circuit.tryAcquire()!, 5_000);
  assertEquals([circuit.state, circuit.metrics()], ["open", { calls: 4, failures: 0, slowCalls: 2, failureRatio: 0 }]);
  const row = breaker(slow).circuit;
  for (let n = 0; n < 3; n++) row.succeed(row.tryAcquire()!, 101);
  assertEquals(row.state, "open");
});

Deno.test("CircuitBreaker lets one probe through once its time is over, and closes where that succeeds", async () => {
  const { clock, circuit } = breaker();
  failTimes(circuit, 3);
  await clock.tick("999ms");
  assertEquals([circuit.tryAcquire(), circuit.retryAfterMs], [undefined, 1]);
  await clock.tick("1ms");
  assertEquals([circuit.state, circuit.retryAfterMs], ["open", 0]);
  const probe = circuit.tryAcquire()!;
  assertEquals([circuit.state, circuit.tryAcquire(), circuit.retryAfterMs], ["half-open", undefined, undefined]);
  circuit.succeed(probe);
  assertEquals([circuit.state, circuit.isUntroubled], ["closed", true]);
});

Deno.test("CircuitBreaker stays open twice as long after each probe that fails, up to its longest time", async () => {
  const { clock, circuit } = breaker();
  failTimes(circuit, 3);
  for (const openMs of [1_000, 2_000, 4_000, 4_000]) {
    await clock.tick(`${openMs - 1}ms`);
    assertEquals(circuit.tryAcquire(), undefined);
    await clock.tick("1ms");
    circuit.fail(circuit.tryAcquire()!);
    assertEquals(circuit.state, "open");
  }
  await clock.tick("4s");
  circuit.succeed(circuit.tryAcquire()!);
  failTimes(circuit, 3);
  await clock.tick("1s");
  assert(circuit.tryAcquire() !== undefined, "it begins anew once it was closed");
});

Deno.test("CircuitBreaker decides by its trials as soon as the rest cannot change it", async () => {
  for (
    const [ends, state] of [
      ["s", "half-open"],
      ["ss", "closed"],
      ["sf", "half-open"],
      ["sfs", "closed"],
      ["ff", "open"],
      ["sff", "open"],
    ]
  ) {
    const { circuit, first } = await halfOpen(RATIO);
    const permits = [first, circuit.tryAcquire()!, circuit.tryAcquire()!];
    assertEquals(circuit.tryAcquire(), undefined);
    for (const [i, end] of [...ends!].entries()) circuit[end === "s" ? "succeed" : "fail"](permits[i]!);
    assertEquals(circuit.state, state as CircuitState, ends);
  }
});

Deno.test("CircuitBreaker is not kept open for longer by what was begun before and ends late", async () => {
  const { clock, circuit } = breaker();
  const late = [circuit.tryAcquire()!, circuit.tryAcquire()!, circuit.tryAcquire()!];
  failTimes(circuit, 3);
  await clock.tick("999ms");
  circuit.fail(late[0]!);
  circuit.succeed(late[1]!);
  assertEquals(circuit.state, "open");
  await clock.tick("1ms");
  const probe = circuit.tryAcquire()!;
  circuit.fail(late[1]!);
  circuit.succeed(late[2]!);
  circuit.release(late[2]!);
  assertEquals([circuit.state, circuit.tryAcquire()], ["half-open", undefined]);
  circuit.succeed(probe);
  circuit.fail(probe);
  assertEquals(circuit.isUntroubled, true);
});

Deno.test("CircuitBreaker lets another probe through at once where one was released", async () => {
  const { clock, circuit } = breaker();
  failTimes(circuit, 3);
  await clock.tick("1s");
  circuit.release(circuit.tryAcquire()!);
  const probe = circuit.tryAcquire()!;
  assertEquals(circuit.state, "half-open");
  circuit.fail(probe);
  await clock.tick("1999ms");
  assertEquals(circuit.tryAcquire(), undefined, "the time that it was open for counts on");
});

Deno.test("CircuitBreaker lets others through where its trials hang, and counts them should they end", async () => {
  const { clock, circuit, first } = await halfOpen();
  await clock.tick("999ms");
  assertEquals(circuit.tryAcquire(), undefined);
  await clock.tick("1ms");
  const second = circuit.tryAcquire()!;
  assertEquals([circuit.state, circuit.tryAcquire()], ["half-open", undefined]);
  circuit.succeed(first);
  assertEquals(circuit.state, "closed");
  circuit.fail(second);
  assertEquals(circuit.isUntroubled, true);
});

Deno.test("CircuitBreaker.isolate() lets nothing through until reset(), which forgets all", async () => {
  const { circuit, clock } = breaker();
  failTimes(circuit, 2);
  const before = circuit.tryAcquire()!;
  circuit.isolate();
  circuit.succeed(before);
  await clock.tick("1h");
  assertEquals([circuit.state, circuit.tryAcquire(), circuit.retryAfterMs], ["isolated", undefined, undefined]);
  circuit.reset();
  assertEquals([circuit.state, circuit.isUntroubled], ["closed", true]);
  const old = circuit.tryAcquire()!;
  circuit.reset();
  circuit.fail(old);
  assertEquals(circuit.isUntroubled, true, "what began before a reset changes nothing");
});

Deno.test("CircuitBreaker.takeChange() tells each change once, with what was counted", async () => {
  const { circuit, clock } = breaker();
  failTimes(circuit, 3);
  const metrics = { calls: 3, failures: 3, slowCalls: 0, failureRatio: 1 };
  assertEquals(circuit.hasChanged, true);
  assertEquals(circuit.takeChange(), { state: "open", metrics, openMs: 1_000 });
  assertEquals([circuit.hasChanged, circuit.takeChange()], [false, undefined]);
  await clock.tick("1s");
  const probe = circuit.tryAcquire()!;
  assertEquals(circuit.takeChange(), { state: "half-open", metrics, openMs: undefined });
  circuit.succeed(probe);
  assertEquals(circuit.takeChange(), { state: "closed", metrics, openMs: undefined });
  circuit.reset();
  assertEquals(circuit.hasChanged, false);
  circuit.isolate();
  circuit.isolate();
  assertEquals(circuit.takeChange()?.state, "isolated");
});

Deno.test("CircuitBreaker.isIdle where a new one would do the same", async () => {
  const { circuit, clock } = breaker();
  assertEquals(circuit.isIdle, true);
  failTimes(circuit, 1);
  assertEquals(circuit.isIdle, false);
  await clock.tick("10m");
  assertEquals(circuit.isIdle, true, "an old row");
  failTimes(circuit, 3);
  await clock.tick("10m");
  assertEquals(circuit.isIdle, false);
  await clock.tick("1s");
  assertEquals(circuit.isIdle, true, "open, and nobody came");
  circuit.isolate();
  await clock.tick("1d");
  assertEquals(circuit.isIdle, false);
  const window = breaker(RATIO);
  window.circuit.succeed(window.circuit.tryAcquire()!);
  await window.clock.tick("8s");
  assertEquals(window.circuit.isIdle, false);
  await window.clock.tick("2s");
  assertEquals(window.circuit.isIdle, true);
});

Deno.test("CircuitBreaker does as a count of failures in a row says, whatever comes in whatever order", async () => {
  const step = fc.constantFrom("fail" as const, "succeed" as const, "release" as const);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(step, fc.nat(3_000)), { maxLength: 60 }), async (steps) => {
      const { clock, circuit } = breaker();
      let [failures, opensAtMs, openMs] = [0, -Infinity, 1_000];
      for (const [end, waitMs] of steps) {
        const isOpen = failures >= 3;
        const permit: Permit | undefined = circuit.tryAcquire();
        assertEquals(permit !== undefined, !isOpen || clock.now() >= opensAtMs);
        if (permit !== undefined) circuit[end](permit);
        if (permit !== undefined && end === "succeed") [failures, openMs] = [0, 1_000];
        if (permit !== undefined && end === "fail") {
          if (isOpen) openMs = Math.min(4_000, openMs * 2);
          if (++failures >= 3) opensAtMs = clock.now() + openMs;
        }
        await clock.tick(`${waitMs}ms`);
      }
    }),
    { numRuns: runs(100) },
  );
});

const LEGAL: Readonly<Record<CircuitState, readonly CircuitState[]>> = {
  "closed": ["open", "isolated"],
  "open": ["half-open", "isolated", "closed"],
  "half-open": ["open", "closed", "isolated"],
  "isolated": ["closed"],
};

Deno.test("CircuitBreaker makes legal changes alone, and never has too many trials, whatever overlaps", async () => {
  const acts = fc.constantFrom("take", "succeed", "fail", "release", "wait", "wait", "isolate", "reset");
  const settings = fc.constantFrom<Partial<BreakerSettings>>(RATIO, ROW, { ...RATIO, halfOpenCalls: 2 }, {
    ...RATIO,
    slowCallMs: 500,
    slowCallRatio: 0.5,
  });
  await fc.assert(
    fc.asyncProperty(settings, fc.array(fc.tuple(acts, fc.nat(1_500)), { maxLength: 200 }), async (given, steps) => {
      const { clock, circuit } = breaker(given);
      const most = { ...ROW, ...given }.halfOpenCalls;
      const held: { permit: Permit; sinceMs: number }[] = [];
      let [state, halfOpenMs] = [circuit.state, 0];
      for (const [act, number] of steps) {
        const taken = held.length > 0 ? number % held.length : 0;
        if (act === "wait") await clock.tick(number / 1_000);
        else if (act === "isolate" || act === "reset") {
          // By hand, and so now and then.
          if (number % 10 === 0) circuit[act]();
        } else if (act === "take") {
          const permit = circuit.tryAcquire();
          if (permit !== undefined) held.push({ permit, sinceMs: clock.now() });
        } else if (held.length > 0) {
          const [{ permit, sinceMs }] = held.splice(taken, 1) as [{ permit: Permit; sinceMs: number }];
          if (act === "release") circuit.release(permit);
          else circuit[act as "succeed" | "fail"](permit, clock.now() - sinceMs);
        }
        const isReset = act === "reset" && state === "closed";
        if (circuit.state !== state && !isReset) {
          // One act is one change, but for a trial of one call, which ends with the act that made it.
          assert(LEGAL[state].includes(circuit.state), `${state} -> ${circuit.state}`);
          if (circuit.state === "half-open") halfOpenMs = clock.now();
          if (state === "open" && circuit.state === "closed") assertEquals(act, "reset");
          state = circuit.state;
        }
        if (state === "half-open" && clock.now() - halfOpenMs < 1_000) {
          const permits = held.filter(({ sinceMs }) => sinceMs >= halfOpenMs);
          assert(permits.length <= most, `${permits.length} trials at once`);
        }
        if (state === "open" || state === "isolated") {
          const isOver = state === "open" && circuit.retryAfterMs === 0;
          if (!isOver) assertEquals(circuit.tryAcquire(), undefined);
        }
        const { calls, failures, slowCalls } = circuit.metrics();
        assert(calls >= failures && calls >= slowCalls && failures >= 0 && slowCalls >= 0);
      }
      // All are given back: it comes to let something through, by time alone, or by a reset.
      for (const { permit } of held) circuit.release(permit);
      if (state === "half-open") {
        const permit = circuit.tryAcquire();
        assert(permit !== undefined, "a trial is lost");
        circuit.release(permit!);
      }
      if (state === "isolated") circuit.reset();
      await clock.tick("4s");
      assert(circuit.tryAcquire() !== undefined);
    }),
    { numRuns: runs(5_000, 10) },
  );
});
