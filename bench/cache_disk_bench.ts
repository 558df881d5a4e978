/** A value of 1 KB on disk: the cache, npm's own cacache, and bentocache over its file driver. */
import { diskCache } from "../src/cache/disk/disk_cache.ts";
import { BentoCache, bentostore } from "npm:bentocache@1.6.1";
import { fileDriver } from "npm:bentocache@1.6.1/drivers/file";
import cacache from "npm:cacache@21.0.2";
import { BENCH_KEYS, BENCH_VALUE, entryOf } from "./support/cache_load.ts";

const directory = Deno.makeTempDirSync();
addEventListener("unload", () => Deno.removeSync(directory, { recursive: true }));

const cache = diskCache({ cacheDir: `${directory}/opero` });
const bento = new BentoCache({
  default: "file",
  stores: { file: bentostore().useL2Layer(fileDriver({ directory: `${directory}/bento`, pruneInterval: false })) },
});
const peer = `${directory}/cacache`;
for (const key of BENCH_KEYS) {
  await cache.set(key, entryOf(BENCH_VALUE));
  await cacache.put(peer, key, JSON.stringify(BENCH_VALUE));
  await bento.set({ key, value: BENCH_VALUE });
}

let turn = 0;
const nextKey = () => BENCH_KEYS[turn++ % BENCH_KEYS.length]!;
/** A new value each time: cacache keeps equal ones once. */
const nextValue = () => ({ ...BENCH_VALUE, id: turn });

Deno.bench("diskCache() set", { group: "disk set", baseline: true }, async () => {
  await cache.set(nextKey(), entryOf(nextValue()));
});
Deno.bench("cacache put", { group: "disk set" }, async () => {
  await cacache.put(peer, nextKey(), JSON.stringify(nextValue()));
});
Deno.bench("bentocache set", { group: "disk set" }, async () => {
  await bento.set({ key: nextKey(), value: nextValue() });
});

Deno.bench("diskCache() get", { group: "disk get", baseline: true }, () => void cache.get(nextKey()));
Deno.bench("cacache get", { group: "disk get" }, async () => {
  JSON.parse((await cacache.get(peer, nextKey())).data.toString());
});
Deno.bench("bentocache get", { group: "disk get" }, async () => void await bento.get({ key: nextKey() }));
