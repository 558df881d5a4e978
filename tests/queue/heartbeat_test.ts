import { assertEquals } from "@std/assert";
import { heartbeatText, readHeartbeat } from "../../src/queue/heartbeat.ts";

Deno.test("readHeartbeat() reads what heartbeatText() wrote", () => {
  const heartbeat = { worker: crypto.randomUUID(), slots: 50 };
  assertEquals(readHeartbeat(heartbeatText(heartbeat)), heartbeat);
});

Deno.test("readHeartbeat() takes nothing else for one", () => {
  const wrong = [
    "",
    "worker",
    " 5",
    "worker -1",
    "worker 1.5",
    "worker x",
    "worker 1 2",
    "worker 1e9",
    `${"w".repeat(65)} 1`,
  ];
  assertEquals(wrong.map(readHeartbeat), wrong.map(() => undefined));
});
