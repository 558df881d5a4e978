import fc from "fast-check";
import { CircuitBreaker, type Permit } from "../../src/breaker/circuit_breaker.ts";
import { FakeClock } from "@opero/core/testing";
import { assert, assertEquals } from "@std/assert";

function breaker(maxFailures = 3) {
  const clock = new FakeClock();
  return { clock, circuit: new CircuitBreaker({ clock, maxFailures, openMs: 1_000, maxOpenMs: 4_000 }) };
}

function failTimes(circuit: CircuitBreaker, times: number): void {
  for (let failure = 0; failure < times; failure++) circuit.tryAcquire()!.fail();
}

Deno.test("CircuitBreaker opens after so many failures in a row, and not where one succeeds between them", () => {
  const { circuit } = breaker();
  failTimes(circuit, 2);
  assertEquals([circuit.state, circuit.isUntroubled], ["closed", false]);
  circuit.tryAcquire()!.succeed();
  assertEquals([circuit.state, circuit.isUntroubled], ["closed", true]);
  failTimes(circuit, 2);
  assertEquals(circuit.state, "closed");
  failTimes(circuit, 1);
  assertEquals([circuit.state, circuit.tryAcquire()], ["open", undefined]);
});

Deno.test("CircuitBreaker lets one probe through once its time is over, and closes where that succeeds", async () => {
  const { clock, circuit } = breaker();
  failTimes(circuit, 3);
  await clock.tick("999ms");
  assertEquals(circuit.tryAcquire(), undefined);
  await clock.tick("1ms");
  const probe = circuit.tryAcquire()!;
  assertEquals([circuit.state, circuit.tryAcquire()], ["half-open", undefined]);
  probe.succeed();
  assertEquals([circuit.state, circuit.isUntroubled], ["closed", true]);
});

Deno.test("CircuitBreaker stays open twice as long after each probe that fails, up to its longest time", async () => {
  const { clock, circuit } = breaker();
  failTimes(circuit, 3);
  for (const openMs of [1_000, 2_000, 4_000, 4_000]) {
    await clock.tick(`${openMs - 1}ms`);
    assertEquals(circuit.tryAcquire(), undefined);
    await clock.tick("1ms");
    circuit.tryAcquire()!.fail();
    assertEquals(circuit.state, "open");
  }
  await clock.tick("4s");
  circuit.tryAcquire()!.succeed();
  failTimes(circuit, 3);
  await clock.tick("1s");
  assert(circuit.tryAcquire() !== undefined, "it begins anew once it was closed");
});

Deno.test("CircuitBreaker is not kept open for longer by what was begun before and fails late", async () => {
  const { clock, circuit } = breaker();
  const late = [circuit.tryAcquire()!, circuit.tryAcquire()!];
  failTimes(circuit, 3);
  await clock.tick("999ms");
  late[0]!.fail();
  circuit.recordFailure();
  await clock.tick("1ms");
  const probe = circuit.tryAcquire()!;
  late[1]!.fail();
  assertEquals(circuit.state, "half-open");
  probe.succeed();
  probe.fail();
  assertEquals(circuit.isUntroubled, true);
});

Deno.test("CircuitBreaker is closed by what succeeds late or without a permit", () => {
  const { circuit } = breaker();
  const late = circuit.tryAcquire()!;
  failTimes(circuit, 3);
  late.succeed();
  assertEquals(circuit.state, "closed");
  failTimes(circuit, 3);
  circuit.recordSuccess();
  assertEquals(circuit.state, "closed");
});

Deno.test("CircuitBreaker lets another probe through at once where one was released", async () => {
  const { clock, circuit } = breaker();
  failTimes(circuit, 3);
  await clock.tick("1s");
  circuit.tryAcquire()!.release();
  const probe = circuit.tryAcquire()!;
  assertEquals(circuit.state, "half-open");
  probe.fail();
  await clock.tick("1999ms");
  assertEquals(circuit.tryAcquire(), undefined, "the time that it was open for counts on");
});

Deno.test("CircuitBreaker does as a count of failures in a row says, whatever comes in whatever order", async () => {
  const step = fc.oneof(fc.constant("fail" as const), fc.constant("succeed" as const), fc.constant("release" as const));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(step, fc.nat(3_000)), { maxLength: 60 }), async (steps) => {
      const { clock, circuit } = breaker();
      let [failures, opensAtMs, openMs] = [0, -Infinity, 1_000];
      for (const [end, waitMs] of steps) {
        const isOpen = failures >= 3;
        const permit: Permit | undefined = circuit.tryAcquire();
        assertEquals(permit !== undefined, !isOpen || clock.now() >= opensAtMs);
        permit?.[end]();
        if (permit !== undefined && end === "succeed") [failures, openMs] = [0, 1_000];
        if (permit !== undefined && end === "fail") {
          if (isOpen) openMs = Math.min(4_000, openMs * 2);
          if (++failures >= 3) opensAtMs = clock.now() + openMs;
        }
        await clock.tick(`${waitMs}ms`);
      }
    }),
    { numRuns: 100 },
  );
});
