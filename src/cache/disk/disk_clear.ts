import { plainKey } from "../backend/plain_key.ts";
import { type DiskWalk, entriesIn, groupsOf, otherGroup, removeEmpty, shardsOf } from "./disk_walk.ts";

/** How many parts an engine's key has. */
const PARTS = 3;

/**
 * Removes every entry whose key begins with `prefix`, but nothing that the cache has not made.
 *
 * @param walk The directory of the cache.
 * @param prefix The beginning of the keys; empty for all.
 * @param maxBytes The largest size of a file that is read to find its key, in bytes.
 * @returns A promise that resolves when the entries are removed.
 */
export async function clearDisk(walk: DiskWalk, prefix: string, maxBytes: number): Promise<void> {
  const isUnder = (...parts: string[]) => {
    const key = parts.join(".") + (parts.length < PARTS ? "." : "");
    return key.startsWith(prefix) || (parts.length < PARTS && prefix.startsWith(key));
  };
  for await (const group of groupsOf(walk, isUnder)) {
    const parts = group.split("/").slice(-2);
    for await (const shard of shardsOf(walk, group)) {
      for await (const path of entriesIn(walk, shard)) {
        if (isUnder(...parts, path.slice(path.lastIndexOf("/") + 1))) walk.files.remove(path);
      }
      removeEmpty(walk.files, shard);
    }
  }
  await clearOtherKeys(walk, plainKey(prefix), maxBytes);
}

/** Such a file ends with its key, on a line of its own. */
async function clearOtherKeys(walk: DiskWalk, plainPrefix: string, maxBytes: number): Promise<void> {
  const { files } = walk;
  for await (const group of otherGroup(walk)) {
    for await (const shard of shardsOf(walk, group)) {
      for await (const path of entriesIn(walk, shard)) {
        const text = plainPrefix === "" ? "" : await files.read(path, maxBytes);
        const isUnder = plainPrefix === "" || text?.startsWith(`\n${plainPrefix}`, text.indexOf("\n"));
        if (isUnder) files.remove(path);
      }
      files.removeDirectory(shard);
    }
  }
}
