import { assertEquals } from "@std/assert";
import { HEARTBEAT_MS, WorkerSlots } from "../../src/queue/worker_slots.ts";

Deno.test("WorkerSlots sums up the workers that were heard of in the last 3 heartbeats", () => {
  const workers = new WorkerSlots();
  assertEquals(workers.total(0), 0);
  workers.receive("a", 3, 0);
  workers.receive("b", 5, HEARTBEAT_MS);
  workers.receive("a", 4, HEARTBEAT_MS);
  assertEquals(workers.total(HEARTBEAT_MS), 9);
  workers.receive("b", 5, 2 * HEARTBEAT_MS);
  assertEquals(workers.total(4 * HEARTBEAT_MS), 9);
  assertEquals(workers.total(4 * HEARTBEAT_MS + 1), 5);
  workers.receive("b", 0, 4 * HEARTBEAT_MS);
  assertEquals(workers.total(4 * HEARTBEAT_MS), 0);
});
