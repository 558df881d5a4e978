import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { WaitingLine } from "../../src/call/waiting_line.ts";
import { runs } from "../support/runs.ts";

type Start = () => void;

/** Takes the first out, again and again. */
function emptied(line: WaitingLine<Start>): Start[] {
  const starts: Start[] = [];
  for (let start = line.take(); start !== undefined; start = line.take()) starts.push(start);
  return starts;
}

Deno.test("WaitingLine agrees with an array, whoever comes and leaves", () => {
  const step = fc.oneof(fc.constant("come" as const), fc.nat(30));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const line = new WaitingLine<Start>();
      const came: { readonly start: Start; readonly leave: () => void }[] = [];
      let waiting: Start[] = [];
      for (const step of steps) {
        if (step === "come") {
          const start = () => {};
          came.push({ start, leave: line.add(start) });
          waiting.push(start);
        } else if (step < came.length) {
          const leaver = came[step]!;
          leaver.leave();
          waiting = waiting.filter((each) => each !== leaver.start);
        } else if (step === 29) {
          assertEquals(line.take() === waiting.shift(), true);
        }
        assertEquals(line.length, waiting.length);
      }
      const order = emptied(line);
      const place = (start: Start) => came.findIndex((each) => each.start === start);
      assertEquals(order.map(place), waiting.map(place));
      assertEquals(line.length, 0);
    }),
    { numRuns: runs(300) },
  );
});
