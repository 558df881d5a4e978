import { CacheError } from "../../errors/cache_error.ts";
import { isPromise, type MaybePromise, whenReady } from "../../call/maybe_promise.ts";
import type { Clock } from "../../time/clock.ts";
import type { CacheEntry } from "../backend/cache_backend.ts";
import { type FunctionKey, functionKey, storedKey } from "../backend/engine_key.ts";
import { UNREADABLE_ENTRY } from "../backend/read_entry.ts";
import { allReady, type SeenTags } from "./seen_tags.ts";

/** How long the version of a tag is kept, in milliseconds: 30 days. Results whose tag has none are not served. */
const LIFE_MS = 30 * 86_400_000;

/** So far the times of day of two machines may be apart. */
const MAX_SKEW_MS = 5_000;

/** What a version begins with that was made by an invalidation; others are made where a tag has none yet. */
const INVALIDATION = "i";
const CREATION = "c";

/** Stands for no version. */
const NONE = "";

/** What this process has made, which tells versions apart that are made in one millisecond. */
let made = 0;

/** A tag as a result bears it: what tells its key, and the version that it had. */
export type TagStamp = readonly [digits: string, version: string];

/** A result that is to bear tags. */
export interface TaggedRun {
  readonly tags: readonly string[];
  /** When its run began, as {@link TagVersions.mark} counts; none where it has no run, but is set by name. */
  readonly since: number | undefined;
  /** The same as time of day, in milliseconds. */
  readonly startedAt: number;
}

/** Where versions are kept; nothing of it fails but `store`. */
export interface TagBackend {
  get(key: string): MaybePromise<CacheEntry | undefined>;
  set(key: string, entry: CacheEntry): MaybePromise<boolean>;
  store(key: string, entry: CacheEntry): MaybePromise<boolean>;
}

/** What the versions of tags are made with. */
export interface TagVersionsOptions {
  readonly backend: TagBackend;
  readonly namespace: string;
  /** What this process has seen in the same backend and namespace. */
  readonly seen: SeenTags;
  readonly clock: Pick<Clock, "wallNow">;
  readonly random: () => number;
}

/**
 * The versions of the tags of one namespace, in the backend that keeps the results: an entry beside theirs for each tag.
 * A result bears the versions that its tags had, and is served only while they are the same, so that to invalidate a tag
 * is to give it another version; no list of results is kept. A tag without a version, as its entry has expired or the
 * store has dropped it, makes its results misses, and gets a new one with the next result.
 *
 * A result whose run began before an invalidation must not bear the version that came of it. This process knows by
 * {@link SeenTags} which versions it saw before the run. Of others it knows the time of day, and trusts it by 5 s.
 */
export class TagVersions {
  readonly #options: TagVersionsOptions;
  #keyOnceMade: MaybePromise<FunctionKey> | undefined;

  /** Those of one namespace in one backend. */
  constructor(options: TagVersionsOptions) {
    this.#options = options;
  }

  /** The moment, for {@link TaggedRun.since}. */
  mark(): number {
    return this.#options.seen.mark();
  }

  /** Whether the tags have the versions still that a result bears; `undefined` where the backend can not be asked. */
  areCurrent(stamps: readonly TagStamp[]): MaybePromise<boolean | undefined> {
    return whenReady(this.#key, (key) => {
      const versions = stamps.map(([digits]) => this.#read(key.prefix + digits, digits));
      return whenReady(allReady(versions), (versions) => {
        if (versions.includes(undefined)) return undefined;
        return versions.every((version, i) => version === stamps[i]![1]);
      });
    });
  }

  /** What a result is to bear, or `undefined` where it must not be kept. */
  stamp(run: TaggedRun): MaybePromise<readonly TagStamp[] | undefined> {
    return whenReady(this.#digitsOf(run.tags), (tags) => {
      const versions = tags.map(([key, digits]) => this.#versionFor(key, digits, run));
      return whenReady(allReady(versions), (versions) => {
        const stamps = tags.flatMap(([, digits], i): TagStamp[] => {
          const version = versions[i];
          return version === undefined ? [] : [[digits, version]];
        });
        return stamps.length === tags.length ? stamps : undefined;
      });
    });
  }

  /**
   * Gives the tags new versions.
   *
   * @throws {CacheError} If the backend did not take one.
   */
  async invalidate(tags: readonly string[]): Promise<void> {
    const keys = await this.#digitsOf(tags);
    await Promise.all(keys.map(([key, digits]) => this.#invalidateOne(key, digits)));
  }

  async #invalidateOne(key: string, digits: string): Promise<void> {
    await this.#storeNew(key, digits);
    // A process that has found no version a moment ago may have put its own over it.
    const version = await this.#read(key, digits);
    if (version !== undefined && !isInvalidation(version)) await this.#storeNew(key, digits);
  }

  async #storeNew(key: string, digits: string): Promise<void> {
    const version = this.#newVersion(INVALIDATION);
    this.#options.seen.record(digits, version);
    if (!await this.#options.backend.store(key, this.#entryOf(version))) {
      throw new CacheError("Cannot keep the version of a tag as the backend did not take it");
    }
  }

  /** The version that a result of `run` may bear. */
  #versionFor(key: string, digits: string, run: TaggedRun): MaybePromise<string | undefined> {
    const { seen } = this.#options;
    const creating = seen.creating.get(digits);
    const found = creating ?? this.#findOrCreate(key, digits);
    if (creating === undefined && isPromise(found)) {
      seen.creating.set(digits, found);
      found.finally(() => seen.creating.delete(digits));
    }
    return whenReady(found, (found) => found !== undefined && this.#isOlder(digits, found, run) ? found : undefined);
  }

  #findOrCreate(key: string, digits: string): MaybePromise<string | undefined> {
    const { seen, backend } = this.#options;
    const mark = seen.mark();
    return whenReady(this.#read(key, digits), (version) => {
      if (version !== NONE) return version;
      // It was invalidated while nothing was found.
      if (seen.since(digits, mark) !== undefined) return undefined;
      const created = this.#newVersion(CREATION);
      seen.record(digits, created);
      return whenReady(backend.set(key, this.#entryOf(created)), (isKept) => isKept ? created : undefined);
    });
  }

  /** Whether no invalidation has come since the run began, as far as `version` and this process know. */
  #isOlder(digits: string, version: string, { since, startedAt }: TaggedRun): boolean {
    const { seen } = this.#options;
    if (since === undefined) return true;
    const latest = seen.since(digits, since);
    if (latest === undefined) return true;
    if (latest !== version && isInvalidation(latest)) return false;
    return !isInvalidation(version) || madeAt(version) < startedAt - MAX_SKEW_MS;
  }

  /** The version under `key`, {@link NONE}, or `undefined` where the backend can not be asked. */
  #read(key: string, digits: string): MaybePromise<string | undefined> {
    const { backend, seen, clock } = this.#options;
    return whenReady(backend.get(key), (entry) => {
      if (entry === UNREADABLE_ENTRY) return undefined;
      const version = entry?.value;
      if (typeof version !== "string" || entry!.expiresAt <= clock.wallNow()) return NONE;
      seen.record(digits, version);
      return version;
    });
  }

  #newVersion(mark: string): string {
    return `${mark}${this.#options.clock.wallNow()}-${++made}-${this.#options.random()}`;
  }

  #entryOf(version: string): CacheEntry {
    const nowMs = this.#options.clock.wallNow();
    return { value: version, createdAt: nowMs, expiresAt: nowMs + LIFE_MS, staleUntil: nowMs + LIFE_MS };
  }

  #digitsOf(tags: readonly string[]): MaybePromise<readonly (readonly [key: string, digits: string])[]> {
    return whenReady(this.#key, (fn) => {
      const keys = allReady(tags.map((tag) => storedKey(fn, tag)));
      return whenReady(keys, (keys) => keys.map((key) => [key, key.slice(fn.prefix.length)] as const));
    });
  }

  /** Not below the prefix of the namespace, so that a clear forgets no invalidation. */
  get #key(): MaybePromise<FunctionKey> {
    return this.#keyOnceMade ??= functionKey("opero:tags", this.#options.namespace, "");
  }
}

function isInvalidation(version: string): boolean {
  return version.startsWith(INVALIDATION);
}

/** The time of day at which a version was made, in milliseconds; 0 for one that is none. */
function madeAt(version: string): number {
  return Number(version.slice(1).split("-", 1)[0]) || 0;
}
