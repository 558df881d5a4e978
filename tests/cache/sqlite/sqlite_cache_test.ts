import { sqliteCache } from "../../../src/cache/sqlite/sqlite_cache.ts";
import { testCacheBackend } from "../../../testing.ts";

const directory = Deno.makeTempDirSync();
addEventListener("unload", () => Deno.removeSync(directory, { recursive: true }));

testCacheBackend((store) => sqliteCache({ path: `${directory}/${store}.sqlite` }), {
  test: Deno.test,
  name: "sqliteCache()",
  isPersistent: true,
  keepsEverything: true,
  hasLocks: true,
});
