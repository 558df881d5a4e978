import { assertEquals } from "@std/assert";
import { type DeliveryFacts, judgeDelivery } from "../../../src/queue/worker/judge_delivery.ts";

const judge = (facts: Partial<DeliveryFacts>) =>
  judgeDelivery({ lane: "open", deliveries: 1, losses: 0, maxCrashes: 2, count: 5, ...facts });

Deno.test("judgeDelivery() runs what was not lost, and a single item that was lost once", () => {
  assertEquals(judge({}), { kind: "run" });
  assertEquals(judge({ losses: 1, count: 1 }), { kind: "run" });
  assertEquals(judge({ deliveries: 2, count: 1 }), { kind: "run" });
  assertEquals(judge({ lane: "alone", losses: 2, count: 1 }), { kind: "run" });
});

Deno.test("judgeDelivery() separates items after the first loss, and isolates them after the second", () => {
  assertEquals(judge({ deliveries: 2 }), { kind: "split", losses: 1, lane: "open" });
  assertEquals(judge({ deliveries: 2, losses: 1, count: 1 }), { kind: "split", losses: 2, lane: "alone" });
  assertEquals(judge({ deliveries: 3 }), { kind: "split", losses: 2, lane: "alone" });
});

Deno.test("judgeDelivery() charges an item in the lane alone only, however often it was handed out", () => {
  assertEquals(judge({ deliveries: 9, count: 1 }), { kind: "split", losses: 2, lane: "alone" });
  assertEquals(judge({ lane: "alone", deliveries: 2, losses: 2, count: 1 }), { kind: "fail", crashes: 3 });
  assertEquals(judge({ lane: "alone", deliveries: 4, losses: 2, count: 1 }), { kind: "fail", crashes: 5 });
});

Deno.test("judgeDelivery() isolates items at once where one loss is all that is allowed", () => {
  assertEquals(judge({ deliveries: 2, maxCrashes: 1 }), { kind: "split", losses: 1, lane: "alone" });
  assertEquals(judge({ lane: "alone", deliveries: 2, losses: 1, maxCrashes: 1 }), { kind: "fail", crashes: 2 });
});
