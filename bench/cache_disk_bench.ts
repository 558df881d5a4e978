import { diskCache } from "../src/cache/disk/disk_cache.ts";
import { BentoCache, bentostore } from "npm:bentocache@1.6.1";
import { fileDriver } from "npm:bentocache@1.6.1/drivers/file";
import cacache from "npm:cacache@21.0.2";
import { BENCH_KEYS, BENCH_VALUE, entryOf } from "./support/cache_load.ts";
import { registerRows } from "./support/register_rows.ts";
import { callRow, type Row } from "./support/row.ts";

const CALLS = 50;

const directory = Deno.makeTempDirSync();
addEventListener("unload", () => Deno.removeSync(directory, { recursive: true }));

const cache = diskCache({ cacheDir: `${directory}/opero` });
const bento = new BentoCache({
  default: "file",
  stores: { file: bentostore().useL2Layer(fileDriver({ directory: `${directory}/bento`, pruneInterval: false })) },
});
const peer = `${directory}/cacache`;
const keys = BENCH_KEYS.slice(0, 200);
for (const key of keys) {
  await cache.set(key, entryOf(BENCH_VALUE));
  await cacache.put(peer, key, JSON.stringify(BENCH_VALUE));
  await bento.set({ key, value: BENCH_VALUE });
}

const keyAt = (turn: number): string => keys[turn % keys.length]!;
let written = 0;
/** A new value each time: cacache keeps equal ones once. */
const nextValue = () => ({ ...BENCH_VALUE, id: written++ });

/** A value of 1 KB on disk: the cache, npm's own cacache, and bentocache over its file driver. */
export const rows: readonly Row[] = [
  callRow("disk set of 1 KB", [
    { name: "diskCache()", call: (turn) => cache.set(keyAt(turn), entryOf(nextValue())) },
    { name: "cacache put", call: (turn) => cacache.put(peer, keyAt(turn), JSON.stringify(nextValue())) },
    { name: "bentocache set", call: (turn) => bento.set({ key: keyAt(turn), value: nextValue() }) },
  ], CALLS),
  callRow("disk get of 1 KB", [
    { name: "diskCache()", call: (turn) => cache.get(keyAt(turn)) },
    {
      name: "cacache get",
      call: async (turn) => JSON.parse((await cacache.get(peer, keyAt(turn))).data.toString()),
    },
    { name: "bentocache get", call: (turn) => bento.get({ key: keyAt(turn) }) },
  ], CALLS),
];

registerRows(rows);
