import { assertEquals } from "@std/assert";
import { CircuitOpenError, OverloadError, RateLimitError } from "@opero/core";
import { isWaitedFor, soonestRefusal, soonestWaitMs } from "../../src/attempt/refused_round.ts";
import type { EndedAttempt } from "../../src/call/call_state.ts";

const refused = (error: unknown, isWaitedFor = false): EndedAttempt => {
  return { outcome: "refused", error, canRetry: false, canTryNext: false, isWaitedFor };
};
const failed: EndedAttempt = { ...refused(new Error("busy")), outcome: "failed" };
const open = (seconds?: number) =>
  refused(new CircuitOpenError("open", seconds === undefined ? undefined : seconds * 1_000), true);

Deno.test("soonestRefusal() is the one that may come back first, where nothing ran", () => {
  const [rate, overload] = [refused(new RateLimitError("rate", 2_000)), refused(new OverloadError("full"))];
  assertEquals(soonestRefusal([overload, rate, open(3)]), rate.error);
  assertEquals(soonestRefusal([overload]), overload.error);
  assertEquals(soonestRefusal([rate, failed]), undefined);
});

Deno.test("isWaitedFor() holds where all were refused, and one by what is waited for", () => {
  const overload = refused(new OverloadError("full"));
  const rounds: [EndedAttempt[], boolean][] = [
    [[open(1)], true],
    [[overload, open()], true],
    [[overload], false],
    [[open(1), failed], false],
    [[], false],
  ];
  for (const [round, expected] of rounds) assertEquals(isWaitedFor(round), expected);
});

Deno.test("soonestWaitMs() is the shortest of what is waited for, and unknown where one of them is", () => {
  const rate = refused(new RateLimitError("rate", 1));
  assertEquals(soonestWaitMs([open(5), rate, open(3)]), 3_000);
  assertEquals([soonestWaitMs([open(5), open()]), soonestWaitMs([open(2), refused(new OverloadError("full"))])], [
    undefined,
    2_000,
  ]);
});
