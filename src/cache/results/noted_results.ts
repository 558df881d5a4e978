import { type MaybePromise, whenReady } from "../../call/maybe_promise.ts";
import type { CacheEntry } from "../backend/cache_backend.ts";
import { type KeptEntry, NO_TAGS } from "../backend/kept_entry.ts";
import { UNREADABLE_ENTRY } from "../backend/read_entry.ts";
import type { TagStamp, TagVersions } from "../tags/tag_versions.ts";
import type { BackendResults } from "./backend_results.ts";
import type { AskLock, ResultStore } from "./result_store.ts";

/** A result, and what is remembered of it, as one value: so every backend keeps it. */
interface Noted {
  readonly value: unknown;
  readonly tookMs: number;
  readonly tags: readonly TagStamp[];
}

/**
 * Results of a function in a backend, with what else is remembered of them: how long they took, and the versions of their
 * tags. They are kept under keys of their own, so that no function takes such an entry for a result.
 */
export class NotedResults implements ResultStore {
  readonly isInMemory = false;
  readonly #results: BackendResults;
  readonly #tags: TagVersions;

  /** Notes with `results`, whose keys tell them from others. */
  constructor(results: BackendResults, tags: TagVersions) {
    this.#results = results;
    this.#tags = tags;
  }

  get limitMs(): number {
    return this.#results.limitMs;
  }

  nowMs(): number {
    return this.#results.nowMs();
  }

  mark(): number {
    return this.#tags.mark();
  }

  isFresh(entry: CacheEntry): boolean {
    return this.#results.isFresh(entry);
  }

  keyOf(self: unknown, args: readonly unknown[]): string {
    return this.#results.keyOf(self, args);
  }

  /** What was invalidated by a tag is not there, fresh or stale; where the tags cannot be read, that is unknown. */
  read(key: string): MaybePromise<KeptEntry | undefined> {
    return whenReady(this.#results.read(key), (entry) => {
      return entry === undefined || entry === UNREADABLE_ENTRY ? entry : this.judge(entry);
    });
  }

  judge(entry: CacheEntry): MaybePromise<KeptEntry | undefined> {
    const noted = notedOf(entry.value);
    if (noted === undefined) return undefined;
    const { value, tookMs, tags } = noted;
    const { createdAt, expiresAt, staleUntil } = entry;
    const kept: KeptEntry = { value, createdAt, expiresAt, staleUntil, tookMs };
    if (tags.length === 0) return kept;
    return whenReady(this.#tags.areCurrent(tags), (areCurrent) => {
      if (areCurrent === undefined) return UNREADABLE_ENTRY;
      return areCurrent ? kept : undefined;
    });
  }

  askLocks<R>(key: string, ask: AskLock<R>): MaybePromise<R | undefined> {
    return this.#results.askLocks(key, ask);
  }

  write(key: string, entry: KeptEntry, isWanted: () => boolean, token?: string): MaybePromise<boolean> {
    return this.#noted(entry, (noted) => this.#results.write(key, noted, isWanted, token));
  }

  put(key: string, entry: KeptEntry): MaybePromise<boolean> {
    return this.#noted(entry, (noted) => this.#results.put(key, noted));
  }

  delete(key: string): MaybePromise<boolean> {
    return this.#results.delete(key);
  }

  clear(): MaybePromise<unknown> {
    return this.#results.clear();
  }

  /** Nothing: what bears them is judged when it is read. */
  removeTagged(): void {}

  #noted(entry: KeptEntry, keep: (noted: CacheEntry) => MaybePromise<boolean>): MaybePromise<boolean> {
    const { value, tookMs = 0, tags = NO_TAGS, since, createdAt, expiresAt, staleUntil } = entry;
    const stamps = tags.length === 0 ? [] : this.#tags.stamp({ tags, since, startedAt: createdAt - tookMs });
    return whenReady(stamps, (stamps) => {
      if (stamps === undefined) return false;
      const noted: Noted = { value, tookMs, tags: stamps };
      return keep({ value: noted, createdAt, expiresAt, staleUntil });
    });
  }
}

/** What this class has written, or `undefined`: a backend may answer anything, also what throws when it is read. */
function notedOf(answer: unknown): Noted | undefined {
  try {
    if (typeof answer !== "object" || answer === null || !("value" in answer)) return undefined;
    const { value, tookMs, tags }: Partial<Record<keyof Noted, unknown>> = answer;
    const isNoted = typeof tookMs === "number" && Array.isArray(tags) && tags.every(isStamp);
    return isNoted ? { value, tookMs, tags } : undefined;
  } catch {
    return undefined;
  }
}

function isStamp(stamp: unknown): stamp is TagStamp {
  return Array.isArray(stamp) && typeof stamp[0] === "string" && typeof stamp[1] === "string";
}
