import { assertEquals } from "@std/assert";
import { workerHealth } from "../../src/cli/worker_health.ts";
import type { ServedTask, WorkerState } from "../../src/queue/worker/served_task.ts";

const served = (state: WorkerState) =>
  ({
    state,
    address: { task: "thumbs", version: "2" },
    name: "box:7",
    slots: 50,
    counts: { running: 3, done: 12 },
  }) as ServedTask;

Deno.test("workerHealth() is ready while items are taken, and live until it has stopped", () => {
  const statuses = (worker: ServedTask | undefined) =>
    ["/live", "/ready"].map((path) => workerHealth(worker, path).status);
  assertEquals(statuses(undefined), [200, 503]);
  assertEquals(statuses(served("serves")), [200, 200]);
  assertEquals(statuses(served("away")), [200, 503]);
  assertEquals(statuses(served("stops")), [200, 503]);
  assertEquals(statuses(served("stopped")), [503, 503]);
});

Deno.test("workerHealth() says what the worker does, and which paths there are", () => {
  assertEquals(workerHealth(served("serves"), "/ready").body, {
    state: "serves",
    task: "thumbs",
    version: "2",
    name: "box:7",
    slots: 50,
    running: 3,
    done: 12,
  });
  assertEquals(workerHealth(undefined, "/healthz"), { status: 404, body: { error: "there are /live and /ready" } });
});
