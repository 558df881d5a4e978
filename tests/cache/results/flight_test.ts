import { assertEquals } from "@std/assert";
import { type CacheBackend, configureLogging, createOpero } from "@opero/core";
import { FakeClock } from "@opero/core/testing";

Deno.test("a run waits for its write for as much of cacheTimeout as its look has left, and no less", async () => {
  const restore = configureLogging({ level: "OFF" });
  for (const [checkMs, leftMs] of [[0, 250], [100, 150]] as const) {
    const clock = new FakeClock();
    const cacheBackend: CacheBackend = {
      get: async () => (await clock.sleep(checkMs), undefined),
      set: () => new Promise<void>(() => {}),
      delete: () => false,
      clear: () => {},
    };
    const fn = createOpero({ clock }).opero(() => "value", { cache: true, cacheBackend });
    let settled: string | undefined;
    const call = (checkMs === 0 ? fn.with({ cache: "refresh" })() : fn()).then((value) => settled = value);
    await clock.tick(`${checkMs}ms`);
    await clock.tick(`${leftMs - 1}ms`);
    assertEquals(settled, undefined);
    await clock.tick("1ms");
    assertEquals([settled, await call], ["value", "value"]);
  }
  restore();
});
