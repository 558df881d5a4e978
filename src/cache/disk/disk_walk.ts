import type { Files } from "../../runtime/files.ts";
import type { Slices } from "../../time/slices.ts";
import { isEntryName, isGroupName, isShardName, OTHER_KEYS } from "./disk_place.ts";

/** What to go through a cache of files with. */
export interface DiskWalk {
  readonly root: string;
  readonly files: Files;
  readonly slices: Slices;
}

/** The names in `path` that the cache makes, of directories that are no links. */
async function* directoriesIn(
  { files, slices }: DiskWalk,
  path: string,
  isName: (name: string) => boolean,
): AsyncGenerator<string> {
  for (const name of await files.list(path)) {
    if (isName(name) && files.facts(`${path}/${name}`)?.kind === "directory") yield name;
    await slices.step();
  }
}

/**
 * The directories of namespaces whose names `mayHold` allows, and of functions in them, by their full paths.
 *
 * @param walk The directory of the cache, and the files of the runtime.
 * @param mayHold Whether to look into the directories with these names.
 * @returns The full paths.
 */
export async function* groupsOf(
  walk: DiskWalk,
  mayHold: (...parts: string[]) => boolean = () => true,
): AsyncGenerator<string> {
  for await (const namespace of directoriesIn(walk, walk.root, isGroupName)) {
    if (!mayHold(namespace)) continue;
    const path = `${walk.root}/${namespace}`;
    for await (const group of directoriesIn(walk, path, isGroupName)) {
      if (mayHold(namespace, group)) yield `${path}/${group}`;
    }
  }
}

/**
 * The directories with entries in `group`, the group's own last, where version 0.1 kept them; then they may be empty.
 *
 * @param walk The directory of the cache, and the files of the runtime.
 * @param group The full path of the directory of a function.
 * @returns The full paths.
 */
export async function* shardsOf(walk: DiskWalk, group: string): AsyncGenerator<string> {
  for await (const shard of directoriesIn(walk, group, isShardName)) yield `${group}/${shard}`;
  yield group;
}

/**
 * The directory of the entries under keys that are not the engine's, unless it is a link.
 *
 * @param diskWalk The directory of the cache, and the files of the runtime.
 * @returns The full path, or nothing.
 */
export async function* otherGroup({ root, files }: DiskWalk): AsyncGenerator<string> {
  if (files.facts(`${root}/${OTHER_KEYS}`)?.kind === "directory") yield `${root}/${OTHER_KEYS}`;
}

/**
 * The files in `shard` that have an entry's name: no links, pipes or anything else.
 *
 * @param diskWalk The directory of the cache, and the files of the runtime.
 * @param shard The full path of a directory.
 * @returns The names of the files.
 */
export async function* entriesIn({ files, slices }: DiskWalk, shard: string): AsyncGenerator<string> {
  for (const name of await files.list(shard)) {
    const path = `${shard}/${name}`;
    if (isEntryName(name) && files.facts(path)?.kind === "file") yield path;
    await slices.step();
  }
}

/**
 * Removes `path` and the directory that it is in, if they are empty.
 *
 * @param files The files of the runtime.
 * @param path The full path of a directory.
 */
export function removeEmpty(files: Files, path: string): void {
  files.removeDirectory(path);
  files.removeDirectory(path.slice(0, path.lastIndexOf("/")));
}
