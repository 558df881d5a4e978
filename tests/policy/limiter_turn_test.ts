import { assertEquals, assertInstanceOf } from "@std/assert";
import { RateLimitError } from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { AbortScope } from "../../src/call/abort_scope.ts";
import { Call, stateOf } from "../../src/call/call.ts";
import { makeLimiter } from "../../src/limiter/make_limiter.ts";
import { endTurn, type Turn, turnIn } from "../../src/policy/limiter_turn.ts";
import { rejectionOf } from "../support/lab.ts";

const EVERY_10_S = { limit: 1, perMs: 10_000, burst: 1, isStrict: false, isWeighted: false };

/** A limiter whose only token is taken, and what calls wait for it with. */
function taken() {
  const clock = new FakeClock();
  const limiter = makeLimiter([EVERY_10_S], clock);
  limiter.tryStart();
  const host = { clock, functionName: "load", failures: { refuse() {} }, telemetry: { recordWait() {} } } as never;
  const nowMs = clock.now();
  const turn = (call: Call, maxWaitMs?: number): Turn => {
    return { limiter, costs: undefined, call, sinceMs: nowMs, waitMs: 10_000, maxWaitMs };
  };
  const shown = (call: Call) => {
    const { waitUntilMs, waitReason } = stateOf(call);
    return waitUntilMs === 0 ? "runs" : `${waitReason} for ${(waitUntilMs - nowMs) / 1_000} s`;
  };
  return { clock, limiter, host, turn, shown };
}

Deno.test("turnIn() shows until when its call waits, also once a pause begins, until endTurn()", async () => {
  const { clock, limiter, host, turn, shown } = taken();
  const call = new Call(undefined, []);
  const waiting = turnIn(turn(call), host);
  assertEquals(shown(call), "rate limit for 10 s");
  limiter.pause(5_000);
  assertEquals(shown(call), "rate limit for 10 s");
  limiter.pause(25_000, "Retry-After");
  assertEquals(shown(call), "Retry-After for 25 s");
  await clock.tick("25s");
  endTurn(turn(call), await waiting, host);
  assertEquals([shown(call), stateOf(call).waitedMs], ["runs", 25_000]);
});

Deno.test("turnIn() shows no wait any more of a call that is aborted, or refused as a pause is too long", async () => {
  const { limiter, host, turn, shown } = taken();
  const [refused, aborted] = [new Call(undefined, []), new Call(undefined, [])];
  const scope = stateOf(aborted).scope = new AbortScope();
  const both = [rejectionOf(turnIn(turn(refused, 30_000), host)), rejectionOf(turnIn(turn(aborted), host))];
  limiter.pause(60_000);
  scope.abort("stop");
  const [refusal, reason] = await Promise.all(both);
  assertInstanceOf(refusal, RateLimitError);
  assertEquals([reason, shown(refused), shown(aborted), limiter.waiting], ["stop", "runs", "runs", 0]);
});

Deno.test("turnIn() says what each in a line waits for: the end of a pause, or its turn after it", async () => {
  const { clock, limiter, host, turn, shown } = taken();
  const [before, behind, later] = [new Call(undefined, []), new Call(undefined, []), new Call(undefined, [])];
  const waiting = [turnIn(turn(before), host), turnIn(turn(behind), host)];
  limiter.pause(42_000, "quota used up");
  assertEquals([shown(before), shown(behind)], ["quota used up for 42 s", "rate limit for 52 s"]);
  waiting.push(turnIn({ ...turn(later), waitMs: limiter.waitMs() }, host));
  assertEquals(shown(later), "rate limit for 62 s");
  await clock.tick("62s");
  await Promise.all(waiting);
});

Deno.test("turnIn() of a call that comes in a pause says so", async () => {
  const { clock, limiter, host, turn, shown } = taken();
  limiter.pause(42_000);
  const call = new Call(undefined, []);
  const waiting = turnIn({ ...turn(call), waitMs: limiter.waitMs() }, host);
  assertEquals(shown(call), "paused for 42 s");
  await clock.tick("42s");
  await waiting;
});

Deno.test("turnIn() of a hedge shows no wait, as its call runs", async () => {
  const { clock, limiter, host, turn, shown } = taken();
  const call = new Call(undefined, []);
  const fork = call.fork();
  const waiting = turnIn(turn(fork), host);
  assertEquals(shown(call), "runs");
  limiter.pause(25_000);
  assertEquals(shown(call), "runs");
  await clock.tick("25s");
  endTurn(turn(fork), await waiting, host);
  assertEquals(shown(call), "runs");
});
