/** Backends that are made outside of an instance follow its clock and its log once it uses them. */
import { assertEquals } from "@std/assert";
import {
  type CacheBackend,
  createOpero,
  diskCache,
  fromKeyv,
  kvCache,
  memoryCache,
  sqliteCache,
  tiered,
} from "@opero/core";
import { FakeClock } from "@opero/core/testing";
import Keyv from "keyv";

const cacheDir = Deno.makeTempDirSync();
globalThis.addEventListener("unload", () => Deno.removeSync(cacheDir, { recursive: true }));

const BACKENDS: Record<string, () => CacheBackend> = {
  "memoryCache()": () => memoryCache(),
  "sqliteCache()": () => sqliteCache({ path: ":memory:" }),
  "diskCache()": () => diskCache({ cacheDir: `${cacheDir}/${crypto.randomUUID()}` }),
  "fromKeyv()": () => fromKeyv(new Keyv()),
  "tiered()": () => tiered(memoryCache(), diskCache({ cacheDir: `${cacheDir}/${crypto.randomUUID()}` })),
  "tiers of tiers": () => tiered(memoryCache(), tiered(memoryCache(), memoryCache())),
  ...("openKv" in Deno ? { "kvCache()": () => kvCache({ path: ":memory:" }) } : {}),
};

for (const [name, open] of Object.entries(BACKENDS)) {
  Deno.test(`opero() keeps results in ${name} by the instance's clock, in whatever year that is`, async () => {
    for (const year of [1990, 2200]) {
      const cacheBackend = open();
      const clock = new FakeClock(Date.UTC(year, 0, 1));
      const { opero } = createOpero({ clock });
      let runs = 0;
      const tide = opero(() => ++runs, { cache: true, cacheTtl: "10m", cacheBackend, cacheId: "tide" });
      assertEquals([await tide(), await tide()], [1, 1], String(year));
      await clock.tick("10m");
      assertEquals([await tide(), await tide()], [2, 2], String(year));
      await cacheBackend.close?.();
    }
  });
}
