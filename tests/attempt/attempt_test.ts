import { assertEquals, assertStrictEquals } from "@std/assert";
import { currentCall } from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { Attempt, beginAttempt, openAttempt } from "../../src/attempt/attempt.ts";
import { attemptHandler } from "../../src/attempt/current_call.ts";
import { OutcomeWatch } from "../../src/attempt/outcome_watch.ts";
import type { LayerHost } from "../../src/attempt/layer_host.ts";
import { RefusalLog } from "../../src/attempt/refusal_log.ts";
import { AbortScope } from "../../src/call/abort_scope.ts";
import { Call, stateOf } from "../../src/call/call.ts";
import { compose, type Layer } from "../../src/call/layer.ts";
import { timeoutLayer } from "../../src/layers/timeout.ts";
import { Telemetry } from "../../src/telemetry/telemetry.ts";

function hostOf(clock: FakeClock, isRetried = true): LayerHost {
  const random = () => 0.5;
  const telemetry = new Telemetry({ random });
  const failures = new RefusalLog({
    functionName: "fn",
    clock,
    random,
    telemetry,
    retryOn: () => isRetried,
    isRetryOnGiven: true,
    retries: 1,
    fallbackOn: () => true,
    reraise: false,
  });
  return {
    functionName: "fn",
    clock,
    random,
    telemetry,
    failures,
    outcomes: new OutcomeWatch(),
  };
}

Deno.test("beginAttempt() counts, whether the call has a state yet or not", () => {
  const call = new Call(undefined, []);
  assertEquals(call.attemptNumber, 0);
  beginAttempt(call, 5);
  assertEquals([call.attemptNumber, call.startedMs, stateOf(call).attemptCount], [1, 5, 1]);
  beginAttempt(call, 7);
  assertEquals([call.attemptNumber, call.startedMs, stateOf(call).attemptCount], [2, 7, 2]);
});

Deno.test("openAttempt() is what has begun and not ended", () => {
  const call = new Call(undefined, []);
  assertEquals(openAttempt(call), undefined);
  beginAttempt(call, 5);
  const first = openAttempt(call)!;
  assertEquals([first.number, first.retry, first.fallbackIndex, first.startedMs], [1, 0, undefined, 5]);
  call.attempt = first;
  assertStrictEquals(openAttempt(call), first);
  first.end("failed", "thrown");
  assertEquals(openAttempt(call), undefined);
  stateOf(call).retry = 1;
  stateOf(call).fallbackIndex = 2;
  beginAttempt(call, 6);
  const second = openAttempt(call)!;
  assertEquals([second.number, second.retry, second.fallbackIndex, second.startedMs], [2, 1, 2, 6]);
});

Deno.test("Attempt.abort() aborts the signal with the reason, asked for before or after, and never after the end", () => {
  const call = new Call(undefined, []);
  for (const isAskedFirst of [true, false]) {
    const attempt = new Attempt(call);
    if (isAskedFirst) assertEquals(attempt.signal.aborted, false);
    attempt.abort("stop");
    assertEquals([attempt.signal.aborted, attempt.signal.reason], [true, "stop"]);
  }
  const ended = new Attempt(call);
  ended.end("failed", "thrown");
  ended.abort("stop");
  assertEquals([ended.outcome, ended.error, ended.signal.aborted], ["failed", "thrown", false]);
});

Deno.test("FailureLog.record() notes an attempt once, however many layers tell of it", () => {
  const { failures } = hostOf(new FakeClock());
  const call = new Call(undefined, []);
  beginAttempt(call, 0);
  failures.record(call, "thrown");
  failures.record(call, "thrown");
  assertEquals(stateOf(call).attempts.map(({ error, number }) => [error, number]), [["thrown", 1]]);
});

Deno.test("FailureLog.canRetry() and .canTryNext() change nothing", () => {
  const { failures } = hostOf(new FakeClock());
  const call = new Call(undefined, []);
  stateOf(call).hasNextValue = true;
  beginAttempt(call, 0);
  failures.record(call, "thrown");
  const before = structuredClone({ ...stateOf(call), round: stateOf(call).round.length });
  for (let n = 0; n < 2; n++) assertEquals([failures.canRetry(call), failures.canTryNext(call)], [true, true]);
  assertEquals(structuredClone({ ...stateOf(call), round: stateOf(call).round.length }), before);
});

Deno.test("RefusalLog.refuse() lets the next value be tried, counts no attempt, and asks for no other round", () => {
  const { failures } = hostOf(new FakeClock());
  const call = new Call(undefined, []);
  stateOf(call).hasNextValue = true;
  const later = new Error("later");
  failures.refuse(call, later);
  assertEquals([failures.canTryNext(call), failures.canRetry(call), call.state?.round.at(-1)?.outcome], [
    true,
    false,
    "refused",
  ]);
  stateOf(call).hasNextValue = false;
  failures.refuse(call, later);
  assertEquals([failures.canTryNext(call), failures.roundErrors(call)], [false, []]);
  assertEquals([stateOf(call).attemptCount, stateOf(call).attempts], [0, []]);
});

Deno.test("FailureLog.record() takes what a layer throws before the function runs for an attempt that failed", () => {
  const { failures } = hostOf(new FakeClock());
  const call = new Call(undefined, []);
  for (const error of ["first", "second", "second"]) failures.record(call, error);
  assertEquals(stateOf(call).attempts.map(({ number, error }) => [number, error]), [[1, "first"], [2, "second"]]);
  assertEquals([failures.canRetry(call), failures.canTryNext(call)], [true, false]);
});

Deno.test("FailureLog.record() takes the reason of an abort for no attempt where none runs", () => {
  const { failures } = hostOf(new FakeClock());
  const scope = new AbortScope();
  const call = new Call(undefined, [], 0, scope);
  scope.abort("stop");
  failures.record(call, "stop");
  assertEquals([stateOf(call).attemptCount, failures.canRetry(call), failures.end(call, "stop")], [0, false, "stop"]);
});

/** Begins a second attempt beside the first, as a hedge would; the first that has a value wins. */
const twoAtOnce = ({ failures }: LayerHost): Layer => (next) => (call) =>
  Promise.any([call.fork(), call.fork()].map((fork) =>
    next(fork).catch((error) => {
      failures.record(fork, error);
      throw error;
    })
  )).catch(({ errors }: AggregateError) => {
    throw errors.at(-1);
  });

Deno.test("two attempts of one call run at once, each with a number and a signal of its own", async () => {
  const clock = new FakeClock();
  const host = hostOf(clock);
  const signals: AbortSignal[] = [];
  const numbers: number[] = [];
  const run = async (): Promise<number> => {
    const { attempt, signal } = currentCall();
    numbers.push(attempt);
    signals.push(signal);
    // The first is slower than its limit, the second is not.
    await clock.sleep(attempt === 1 ? 500 : 50);
    return attempt;
  };
  const handler = compose([twoAtOnce(host), timeoutLayer(100, host)], attemptHandler(run, host));
  const call = new Call(undefined, []);
  const result = handler(call);
  await clock.tick("1s");
  assertEquals([await result, numbers, stateOf(call).attemptCount], [2, [1, 2], 2]);
  assertEquals(signals.map(({ aborted }) => aborted), [true, false]);
  assertEquals(stateOf(call).attempts.map(({ number, duration }) => [number, duration]), [[1, 0.1]]);
});

Deno.test("two attempts of one call that fail at once are both in its record, and a round may follow", async () => {
  const clock = new FakeClock();
  const host = hostOf(clock);
  const run = () => Promise.reject(new Error(`attempt ${currentCall().attempt}`));
  const call = new Call(undefined, []);
  const handler = compose([twoAtOnce(host)], attemptHandler(run, host));
  const failed = await handler(call).catch((error) => error);
  assertEquals((failed as Error).message, "attempt 2");
  host.failures.record(call, failed);
  assertEquals(stateOf(call).attempts.map(({ error }) => (error as Error).message), ["attempt 1", "attempt 2"]);
  assertEquals([host.failures.canRetry(call), host.failures.roundErrors(call).length], [true, 2]);
});
