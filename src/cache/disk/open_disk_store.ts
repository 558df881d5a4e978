import { openFiles } from "../../runtime/files.ts";
import type { CacheBackend, CacheBackendHost } from "../backend/cache_backend.ts";
import { DiskRoot } from "./disk_root.ts";
import { DiskStore } from "./disk_store.ts";

/** Where a disk cache is, and what it may hold; all of it is validated. */
export interface DiskStoreOptions {
  /** The directory. */
  readonly path: string;
  /** Whether the user named it. */
  readonly isNamed: boolean;
  /** How many bytes the entries take at most. */
  readonly maxBytes: number;
  /** How many bytes one of them takes at most. */
  readonly maxEntryBytes: number;
  /** What cannot be done where there are no files. */
  readonly task: string;
}

/**
 * Opens the disk cache: with the files that it is made of.
 *
 * @param options The directory of the files, and how many bytes an entry may have.
 * @param host The clock and the log of the instance.
 * @returns The backend.
 */
export function openDiskStore(
  { path, isNamed, maxBytes, maxEntryBytes, task }: DiskStoreOptions,
  { clock, warnOnce = () => {} }: Pick<CacheBackendHost, "clock" | "warnOnce">,
): CacheBackend {
  const files = openFiles(task);
  const root = new DiskRoot({ path, isNamed, clock, warnOnce }, files);
  return new DiskStore(root, { maxBytes, maxEntryBytes }, files, clock);
}
