import { assertEquals, assertRejects } from "@std/assert";
import { closedError } from "../../src/engine/closed_error.ts";
import { closeRegistry } from "../../src/engine/close_registry.ts";
import { InstanceCaches } from "../../src/engine/instance_caches.ts";
import { Registry } from "../../src/engine/registry.ts";
import { SystemClock } from "../../src/time/system_clock.ts";

function instance(isReopenable: boolean): Registry {
  const registry = new Registry({ defaults: {}, clock: new SystemClock(), isReopenable });
  registry.caches = new InstanceCaches(registry.clock, registry.telemetry);
  return registry;
}

Deno.test("closeRegistry() ends runs, then closes the backends; also where one fails, and tells the failure", async () => {
  const registry = instance(false);
  const closed: string[] = [];
  registry.runs.add({ fail: async () => void closed.push(await Promise.resolve("run")) });
  Object.assign(registry.caches!.list, {
    close: () => {
      closed.push("backends");
      return Promise.reject(new Error("stuck"));
    },
  });
  await assertRejects(() => closeRegistry(registry), Error, "stuck");
  assertEquals(closed, ["run", "backends"]);
  assertEquals(closedError(registry, "map")?.message, "Cannot map as its instance is closed");
});

Deno.test("closeRegistry() leaves the default instance open for what comes later", async () => {
  const registry = instance(true);
  await closeRegistry(registry);
  assertEquals(closedError(registry, "map"), undefined);
});
