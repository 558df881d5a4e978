import { assertEquals, assertRejects } from "@std/assert";
import { type CacheBackend, configureLogging, createOpero, memoryCache } from "@opero/core";
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

for (const name of ["cacheMiss", "cacheCoalesced"] as const) {
  for (const cacheBackend of ["memory", memoryCache()]) {
    const place = typeof cacheBackend === "string" ? cacheBackend : "a backend";
    Deno.test(`a call that a listener to ${name} aborts is aborted, and no other, in ${place}`, async () => {
      const clock = new FakeClock();
      const { opero, events } = createOpero({ clock, retries: 0 });
      const fn = opero(async (id: number) => {
        await clock.sleep(10);
        return id;
      }, { cache: true, cacheBackend, cacheId: name });
      const caller = new AbortController();
      const other = name === "cacheCoalesced" ? fn(1) : undefined;
      await clock.tick("1ms");
      const off = events.on(name, () => caller.abort(new Error("left")));
      await assertRejects(() => fn.with({ signal: caller.signal })(1), Error, "left");
      off();
      const next = fn(1);
      await clock.tick("20ms");
      assertEquals([await next, await other], [1, other && 1]);
    });
  }
}
