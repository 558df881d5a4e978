import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { FakeClock } from "@opero/core/testing";
import { Slots } from "../../src/concurrency/slots.ts";
import { runs } from "../support/runs.ts";

Deno.test("Slots.tryAcquire() takes a slot while one is free", () => {
  const slots = new Slots(2, new FakeClock());
  assertEquals([slots.tryAcquire(), slots.tryAcquire(), slots.tryAcquire()], [true, true, false]);
  assertEquals([slots.limit, slots.inFlight, slots.waiting, slots.isIdle], [2, 2, 0, false]);
  slots.release();
  assertEquals([slots.inFlight, slots.tryAcquire()], [1, true]);
});

Deno.test("Slots.release() hands the slot to the first who waits, and not to who comes later", () => {
  const slots = new Slots(1, new FakeClock());
  slots.tryAcquire();
  const turns: string[] = [];
  const leaveA = slots.enqueue(() => turns.push("a"));
  slots.enqueue(() => turns.push("b"));
  leaveA();
  leaveA();
  slots.release();
  assertEquals([turns, slots.tryAcquire(), slots.inFlight, slots.waiting], [["b"], false, 1, 0]);
  slots.release();
  assertEquals([slots.inFlight, slots.isIdle], [0, true]);
});

Deno.test("Slots.settle() and fail() give the slot back, and pass on what they are given", () => {
  const slots = new Slots(2, new FakeClock());
  slots.tryAcquire();
  slots.tryAcquire();
  const { settle, fail } = slots;
  assertEquals([settle("value"), slots.inFlight], ["value", 1]);
  let thrown: unknown;
  try {
    fail("error");
  } catch (error) {
    thrown = error;
  }
  assertEquals([thrown, slots.inFlight], ["error", 0]);
});

Deno.test("Slots.limit lets more begin at once where it rises, and hands nothing on where it has fallen", () => {
  const slots = new Slots(2, new FakeClock());
  slots.tryAcquire();
  slots.tryAcquire();
  const turns: number[] = [];
  for (const n of [1, 2, 3]) slots.enqueue(() => turns.push(n));
  slots.limit = 4;
  assertEquals([turns, slots.inFlight, slots.waiting], [[1, 2], 4, 1]);
  slots.limit = 2;
  slots.release();
  slots.release();
  assertEquals([turns, slots.inFlight], [[1, 2], 2]);
  slots.release();
  assertEquals([turns, slots.inFlight, slots.limit], [[1, 2, 3], 2, 2]);
});

Deno.test("Slots.expectedWaitMs is known after two turns in a row, and grows with the queue", async () => {
  const clock = new FakeClock();
  const slots = new Slots(1, clock);
  slots.tryAcquire();
  const leave = [1, 2, 3, 4].map(() => slots.enqueue(() => {}));
  slots.release();
  assertEquals(slots.expectedWaitMs, undefined);
  await clock.tick("100ms");
  slots.release();
  assertEquals(slots.expectedWaitMs, 300);
  await clock.tick("200ms");
  slots.release();
  // The average moves a fifth of the way, to 120 ms.
  assertEquals(slots.expectedWaitMs, 240);
  leave[3]!();
  assertEquals(slots.expectedWaitMs, 120);
});

Deno.test("Slots.expectedWaitMs does not count the time in which nobody waited", async () => {
  const clock = new FakeClock();
  const slots = new Slots(1, clock);
  slots.tryAcquire();
  for (let turn = 0; turn < 2; turn++) {
    slots.enqueue(() => {});
    slots.release();
    await clock.tick("1h");
  }
  assertEquals(slots.expectedWaitMs, undefined);
});

Deno.test("Slots agrees with a model, whatever comes, leaves, ends and changes", () => {
  const step = fc.oneof(
    fc.constant("come" as const),
    fc.constant("end" as const),
    fc.record({ leave: fc.nat(20) }),
    fc.record({ limit: fc.integer({ min: 1, max: 4 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const slots = new Slots(2, new FakeClock());
      const turns: number[] = [];
      const waiters: { readonly id: number; readonly leave: () => void }[] = [];
      let [limit, held, queue, next] = [2, 0, [] as number[], 0];
      const expected: number[] = [];
      for (const step of steps) {
        if (step === "come") {
          const id = next++;
          assertEquals(slots.tryAcquire(), held < limit);
          if (held < limit) held++;
          else {
            queue.push(id);
            waiters.push({ id, leave: slots.enqueue(() => turns.push(id)) });
          }
        } else if (step === "end") {
          if (held === 0) continue;
          slots.release();
          held--;
        } else if ("leave" in step) {
          const waiter = waiters[step.leave];
          waiter?.leave();
          queue = queue.filter((id) => id !== waiter?.id);
        } else {
          slots.limit = limit = step.limit;
        }
        while (held < limit && queue.length > 0) {
          held++;
          expected.push(queue.shift()!);
        }
        assertEquals([slots.inFlight, slots.waiting, turns], [held, queue.length, expected]);
        assert(slots.waiting === 0 || slots.inFlight >= slots.limit);
      }
    }),
    { numRuns: runs(500) },
  );
});
