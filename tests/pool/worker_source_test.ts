import { assertEquals } from "@std/assert";
import { WORKER_SOURCE } from "../../src/pool/worker_source.ts";
import { buildWorkerSource } from "../../tools/build_worker.ts";

Deno.test("WORKER_SOURCE is what tools/build_worker.ts makes of the sources", async () => {
  const text = await Deno.readTextFile(new URL("../../src/pool/worker_source.ts", import.meta.url));
  assertEquals(text, buildWorkerSource(), "run 'deno task build:worker'");
});

Deno.test("WORKER_SOURCE imports nothing when it starts", () => {
  assertEquals(/^(import|export)\b/m.test(WORKER_SOURCE), false);
});
