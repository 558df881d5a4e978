import { diskCache } from "../../../src/cache/disk/disk_cache.ts";
import { testCacheBackend } from "../../../testing.ts";

const directory = Deno.makeTempDirSync();
addEventListener("unload", () => Deno.removeSync(directory, { recursive: true }));

testCacheBackend((store) => diskCache({ cacheDir: `${directory}/${store}` }), {
  test: Deno.test,
  name: "diskCache()",
  isPersistent: true,
  keepsEverything: true,
});
