import { assertEquals, assertStrictEquals } from "@std/assert";
import { FakeClock } from "@opero/core/testing";
import { CircuitBreaker } from "../../src/breaker/circuit_breaker.ts";
import { BreakerGroup } from "../../src/policy/breaker_group.ts";

function group() {
  const clock = new FakeClock();
  const settings = { openMs: 1_000, maxOpenMs: 1_000, halfOpenCalls: 1, slowCallMs: Infinity, slowCallRatio: 1 };
  return {
    clock,
    breakers: new BreakerGroup(() => new CircuitBreaker({ trip: { consecutiveFailures: 1 }, ...settings }, clock)),
  };
}

const fail = (breaker: CircuitBreaker) => breaker.fail(breaker.tryAcquire()!);

Deno.test("BreakerGroup has the state of the breaker that lets most through", async () => {
  const { breakers, clock } = group();
  assertEquals(breakers.state, "closed");
  fail(breakers.of("a"));
  assertEquals([breakers.state, breakers.metrics().failures], ["open", 1]);
  fail(breakers.of(undefined));
  assertEquals([breakers.state, breakers.metrics().failures], ["open", 2]);
  assertStrictEquals(breakers.of(undefined), breakers.common);
  await clock.tick("1s");
  breakers.of("a").tryAcquire();
  assertEquals(breakers.state, "half-open");
  breakers.of("b").tryAcquire();
  assertEquals(breakers.state, "closed");
});

Deno.test("BreakerGroup.isolate() and reset() mean all breakers, those to come too", () => {
  const { breakers } = group();
  breakers.isolate();
  assertEquals([breakers.state, breakers.of("a").state, breakers.common.state], ["isolated", "isolated", "isolated"]);
  breakers.isolate();
  breakers.reset();
  assertEquals([breakers.state, breakers.of("a").state, breakers.of("b").state], ["closed", "closed", "closed"]);
});

Deno.test("BreakerGroup.takeChange() is one change for all of them, once", () => {
  const { breakers } = group();
  for (const key of ["a", "b"]) breakers.of(key);
  assertEquals(breakers.takeChange(), undefined);
  breakers.isolate();
  assertEquals([breakers.takeChange()?.state, breakers.takeChange()], ["isolated", undefined]);
});

Deno.test("BreakerGroup forgets breakers of values that nobody uses any more", async () => {
  const { breakers, clock } = group();
  for (let key = 0; key < 2_000; key++) {
    fail(breakers.of(key));
    await clock.tick("1m");
  }
  assertEquals(breakers.metrics().failures < 300, true, `${breakers.metrics().failures} breakers`);
});
