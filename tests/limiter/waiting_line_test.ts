import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Waiter, WaitingLine } from "../../src/limiter/waiting_line.ts";
import { runs } from "../support/runs.ts";

/** Takes the first out, again and again. */
function emptied(line: WaitingLine): Waiter[] {
  const waiters: Waiter[] = [];
  for (let first = line.first; first !== undefined; first = line.first) {
    waiters.push(first);
    line.remove(first);
  }
  return waiters;
}

Deno.test("WaitingLine agrees with an array, whoever comes and leaves", () => {
  const step = fc.oneof(fc.constant("come" as const), fc.nat(30));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const line = new WaitingLine();
      const came: Waiter[] = [];
      let waiting: Waiter[] = [];
      for (const step of steps) {
        if (step === "come") {
          const waiter = new Waiter(() => {});
          came.push(waiter);
          waiting.push(waiter);
          line.add(waiter);
        } else if (step < came.length) {
          const leaver = came[step]!;
          line.remove(leaver);
          waiting = waiting.filter((each) => each !== leaver);
        }
        assertEquals([line.length, line.first === waiting[0]], [waiting.length, true]);
      }
      const order = emptied(line);
      assertEquals(order.map((each) => came.indexOf(each)), waiting.map((each) => came.indexOf(each)));
      assertEquals(line.length, 0);
    }),
    { numRuns: runs(300) },
  );
});
