import { SystemClock } from "../../src/time/system_clock.ts";
import { assertEquals, assertRejects } from "@std/assert";
import { Registry } from "../../src/engine/registry.ts";

Deno.test("Registry.close() closes all once, also where one fails, and tells the failure", async () => {
  const registry = new Registry({ defaults: {}, clock: new SystemClock() });
  const closed: string[] = [];
  registry.closeLater({ close: () => void closed.push("first") });
  registry.closeLater({ close: () => Promise.reject(new Error("stuck")) });
  registry.closeLater({ close: async () => void closed.push(await Promise.resolve("last")) });
  await assertRejects(() => registry.close(), Error, "stuck");
  await registry.close();
  assertEquals(closed, ["first", "last"]);
});
