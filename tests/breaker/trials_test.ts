import { assertEquals } from "@std/assert";
import { Trials } from "../../src/breaker/trials.ts";

const trials = (calls: number, failureRatio: number, slowCallRatio = Infinity) => {
  return new Trials({ calls, failureRatio, slowCallRatio });
};

Deno.test("Trials.tryTake() gives out as many as there are, those that came to nothing again", () => {
  const two = trials(2, 0.5);
  assertEquals([two.tryTake(), two.tryTake(), two.tryTake()], [true, true, false]);
  two.giveBack();
  assertEquals([two.tryTake(), two.tryTake()], [true, false]);
  two.giveUpWaiting();
  two.giveBack();
  assertEquals([two.tryTake(), two.tryTake(), two.tryTake()], [true, true, false]);
});

Deno.test("Trials.record() decides as soon as the rest cannot change it", () => {
  const verdicts = (calls: number, failureRatio: number, ends: string) => {
    const all = trials(calls, failureRatio);
    return [...ends].map((end) => {
      all.tryTake();
      return all.record(end === "f", false);
    });
  };
  assertEquals(verdicts(1, 0.5, "s"), ["passed"]);
  assertEquals(verdicts(1, 1, "f"), ["failed"]);
  assertEquals(verdicts(4, 0.5, "sss"), [undefined, undefined, "passed"]);
  assertEquals(verdicts(4, 0.5, "sff"), [undefined, undefined, "failed"]);
  assertEquals(verdicts(3, Number.MIN_VALUE, "ssf"), [undefined, undefined, "failed"]);
  assertEquals(verdicts(3, Number.MIN_VALUE, "sss"), [undefined, undefined, "passed"]);
});

Deno.test("Trials.record() fails for slow calls, too, and takes more than it asked for", () => {
  const slow = trials(2, 1, 0.5);
  slow.tryTake();
  assertEquals(slow.record(false, true), "failed");
  const lost = trials(1, 0.5);
  lost.tryTake();
  lost.giveUpWaiting();
  lost.tryTake();
  assertEquals([lost.record(false, false), lost.record(false, false)], ["passed", "passed"]);
});
