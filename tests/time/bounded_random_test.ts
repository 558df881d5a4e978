import { assert, assertEquals } from "@std/assert";
import type { AllFailedError } from "@opero/core";
import { boundedRandom } from "../../src/time/bounded_random.ts";
import { lab, rejectionOf } from "../support/lab.ts";

const ODD = [-1, 2, 1, NaN, Infinity, -Infinity, undefined, "half"] as number[];

Deno.test("boundedRandom() hands over what is within the bounds, and brings in what is not", () => {
  const drawn = (value: number) => boundedRandom(() => value)();
  assertEquals([0, 0.5, 0.999].map(drawn), [0, 0.5, 0.999]);
  assertEquals(ODD.map((value) => drawn(value) >= 0 && drawn(value) < 1), ODD.map(() => true));
});

Deno.test("every delay lies within its bounds and ends, whatever the instance's random draws", async () => {
  for (const value of ODD) {
    for (const jitter of ["full", "equal", "decorrelated"] as const) {
      const { opero, clock } = lab({ random: () => value });
      const starts: number[] = [];
      const failing = opero(() => {
        starts.push(clock.now());
        throw new Error("busy");
      }, { jitter, retries: 3, minDelay: "1s", maxDelay: "4s", backoffFactor: 3 });
      const rejected = rejectionOf(failing());
      await clock.tick("1m");
      assertEquals(starts.length, 4, `${value}, ${jitter}`);
      assertEquals((await rejected as AllFailedError).attempts.length, 4);
      for (const [i, start] of starts.slice(1).entries()) {
        const delayMs = start - starts[i]!;
        assert(delayMs >= 1_000 && delayMs <= 4_000, `${value}, ${jitter}: ${delayMs}`);
      }
    }
  }
});
