import type { CacheEntry } from "./cache_backend.ts";

/** An entry, and what else the library remembers of its result where an option asks for it. */
export interface KeptEntry extends CacheEntry {
  /** How long the run took, in milliseconds. */
  readonly tookMs?: number | undefined;
  /** What it can be invalidated by. */
  readonly tags?: readonly string[] | undefined;
  /** When its run began, as `ResultStore.mark()` counts; a value that is set by name has none. */
  readonly since?: number | undefined;
}

/** What none is tagged with. */
export const NO_TAGS: readonly string[] = [];
