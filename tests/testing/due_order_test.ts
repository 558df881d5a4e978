import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Due, DueOrder } from "../../src/testing/due_order.ts";

Deno.test("DueOrder.take() takes what is due, first what comes first, and of the same time what was added first", () => {
  const step = fc.oneof(
    fc.record({ add: fc.integer({ min: 0, max: 20 }) }),
    fc.record({ delete: fc.nat({ max: 50 }) }),
    fc.record({ until: fc.integer({ min: 0, max: 20 }) }),
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
    const order = new DueOrder<Due>();
    const added: Due[] = [];
    let model: Due[] = [];
    for (const each of steps) {
      if ("add" in each) {
        const item = { dueMs: each.add };
        added.push(item);
        model.push(item);
        order.add(item);
      } else if ("delete" in each) {
        const item = added[each.delete];
        if (item === undefined) continue;
        order.delete(item);
        model = model.filter((other) => other !== item);
      } else {
        const expected = model.toSorted((a, b) => a.dueMs - b.dueMs).find(({ dueMs }) => dueMs <= each.until);
        model = model.filter((other) => other !== expected);
        if (order.take(each.until) !== expected) return false;
      }
    }
    return new Set(order.items).size === model.length && model.every((item) => [...order.items].includes(item));
  }));
});

Deno.test("DueOrder keeps nothing of what was deleted once it is empty", () => {
  const order = new DueOrder<Due>();
  const [one, other] = [{ dueMs: 1 }, { dueMs: 2 }];
  for (const item of [one, other]) order.add(item);
  for (const item of [one, other]) order.delete(item);
  assertEquals([order.take(10), [...order.items]], [undefined, []]);
});
