import { assertEquals } from "@std/assert";
import { createOpero, memoryCache, type OperoOptions } from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import { RefreshAhead } from "../../../src/cache/results/refresh_ahead.ts";

const entry = { value: 1, createdAt: 0, expiresAt: 10_000, staleUntil: 10_000, tookMs: 100 };

Deno.test("RefreshAhead.isDue() draws by XFetch: exp(-left / (took × beta)) of the hits", () => {
  let state = 1;
  const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  for (const [leftMs, beta] of [[100, 1], [200, 1], [100, 2], [50, 0.5]] as const) {
    const ahead = new RefreshAhead(beta, random);
    let due = 0;
    for (let n = 0; n < 20_000; n++) if (ahead.isDue(entry, entry.expiresAt - leftMs)) due++;
    const expected = Math.exp(-leftMs / (entry.tookMs * beta));
    assertEquals(Math.abs(due / 20_000 - expected) < 0.02, true, `${due} of 20000, ${expected}`);
  }
});

Deno.test("RefreshAhead.isDue() is never true of what does not expire, or whose run was not timed", () => {
  const ahead = new RefreshAhead(1e9, () => 0.999);
  assertEquals(ahead.isDue(entry, 0), true);
  assertEquals(ahead.isDue({ ...entry, tookMs: undefined }, 9_999), false);
  assertEquals(ahead.isDue({ ...entry, expiresAt: Infinity }, 9_999), false);
  assertEquals(new RefreshAhead(1, () => 0).isDue(entry, 9_999), false);
});

for (const [where, more] of [["in memory", {}], ["in a backend", { cacheId: "f", cacheBackend: true }]] as const) {
  Deno.test(`cacheRefreshAhead refreshes behind a hit, once, ${where}`, async () => {
    const clock = new FakeClock();
    let draw = 0.5;
    const { opero } = createOpero({ clock, random: () => draw });
    let calls = 0;
    const options = { ...more, ..."cacheBackend" in more ? { cacheBackend: memoryCache() } : {} } as OperoOptions;
    const fn = opero(async () => {
      const mine = ++calls;
      await clock.sleep(100);
      return mine;
    }, { cache: true, cacheTtl: "10s", cacheRefreshAhead: 1, ...options });
    const first = fn();
    await clock.tick("100ms");
    assertEquals(await first, 1);
    // Half of the draws refresh 69 ms before the expiry.
    await clock.tick("9900ms");
    assertEquals([await fn(), calls], [1, 1]);
    await clock.tick("40ms");
    assertEquals([await fn(), await fn(), await fn(), calls], [1, 1, 1, 2]);
    assertEquals([fn.cache.stats().hits, fn.cache.stats().coalesced], [4, 0]);
    await clock.tick("100ms");
    assertEquals([await fn(), calls], [2, 2]);
    draw = 0.999_999;
    await clock.tick("9000ms");
    assertEquals([await fn(), calls], [2, 3]);
  });
}

Deno.test("cacheRefreshAhead keeps the value whose refresh failed, and tries again after the backoff", async () => {
  const clock = new FakeClock();
  const { opero } = createOpero({ clock, random: () => 0.999_999, jitter: "none" });
  let calls = 0;
  const fn = opero(async () => {
    await clock.sleep(100);
    if (++calls > 1) throw new Error("down");
    return 1;
  }, { cache: true, cacheTtl: "10s", cacheRefreshAhead: 1_000, retries: 0 });
  const first = fn();
  await clock.tick("100ms");
  await first;
  for (let n = 0; n < 10; n++) {
    assertEquals(await fn(), 1);
    await clock.tick("10ms");
  }
  await clock.tick("100ms");
  assertEquals([await fn(), calls], [1, 2]);
});
