import { SystemClock } from "./time/system_clock.ts";
import { telemetryLog } from "./telemetry/telemetry_log.ts";
import { clearCache as clearCacheOf } from "./engine/clear_cache.ts";
import { closeRegistry } from "./engine/close_registry.ts";
import { FULL_ENGINE } from "./engine/full_engine.ts";
import { invalidateTags as invalidateTagsOf } from "./engine/invalidate_tags.ts";
import { Registry } from "./engine/registry.ts";
import { FULL_MAP } from "./map/full_map.ts";
import { requirePlatform } from "./runtime/require_platform.ts";
import { createWrap, type Opero } from "./opero.ts";
import { createMap, type Opmap } from "./opmap.ts";
import { EventHub } from "./telemetry/events.ts";
import { EVENT_NAMES, type OperoEvents } from "./telemetry/opero_events.ts";

requirePlatform();

// Made when first used: an import has no effect, and who wraps functions alone loads nothing of maps.
let registry: Registry | undefined;
let wrap: Opero | undefined;
let map: Opmap | undefined;

function defaultRegistry(): Registry {
  return registry ??= new Registry({
    defaults: {},
    clock: new SystemClock(),
    events,
    log: telemetryLog(),
    isReopenable: true,
  });
}

/**
 * Makes a function resilient: cache → retry with backoff and jitter → fallback through alternative values of one
 * argument → rate limit → timeout. It always answers with a promise, and keeps its type.
 *
 * @throws {ConfigurationError} If an option is unknown or wrong; it says what is allowed.
 * @example
 * ```ts
 * import { opero } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * let calls = 0;
 * const fetchUser = async (id: string) => {
 *   if (++calls < 3) throw new Error("busy");
 *   return { id, name: "Ada" };
 * };
 * const getUser = opero(fetchUser, { retries: 3, minDelay: "1ms", cache: true, cacheTtl: "5m" });
 *
 * assertEquals(await getUser("ada"), { id: "ada", name: "Ada" });
 * const { meta } = await getUser.withMeta("ada");
 * assertEquals(meta.cache, "hit");
 * ```
 */
export const opero: Opero = ((...args: Parameters<Opero>) => {
  wrap ??= createWrap(defaultRegistry(), FULL_ENGINE);
  return wrap(...args);
}) as Opero;

/**
 * Makes a function of one item a function over many: some at a time, on this thread or in a pool of
 * worker threads, each with the cache, the rate limit, the retries and the fallbacks of {@link opero}.
 *
 * @throws {ConfigurationError} If an option is unknown or wrong; it says what is allowed.
 * @example
 * ```ts
 * import { opmap } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * const lengths = opmap(async (word: string) => word.length, { workers: 2, progress: false });
 * assertEquals(await lengths(["one", "three"]), [3, 5]);
 *
 * const seen: number[] = [];
 * for await (const length of lengths.stream(["a", "bb"])) seen.push(length);
 * assertEquals(seen, [1, 2]);
 * ```
 */
export const opmap: Opmap = ((...args: Parameters<Opmap>) => {
  map ??= createMap(defaultRegistry(), FULL_MAP);
  return map(...args);
}) as Opmap;

/**
 * The events of the default instance.
 *
 * @example
 * ```ts
 * import { events } from "@opero/core";
 *
 * const off = events.on("retry", ({ functionName, retry }) => console.log(`${functionName}: round ${retry}`));
 * off();
 * ```
 */
export const events: EventHub<OperoEvents> = /* @__PURE__ */ new EventHub(EVENT_NAMES);

/**
 * Removes all cached results of the default instance in `namespace` (by default `"opero"`), and in no other.
 *
 * @param namespace The namespace; by default `"opero"`.
 * @returns A promise that resolves when the results are removed.
 *
 * @example
 * ```ts
 * import { clearCache, opero } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * const price = opero((article: string) => article.length, { cache: true, cacheNamespace: "prices" });
 * await price("pen");
 * await clearCache("prices");
 * assertEquals(await price.cache.has("pen"), false);
 * ```
 */
export function clearCache(namespace?: string): Promise<void> {
  return clearCacheOf(defaultRegistry(), namespace);
}

/**
 * Removes all cached results of the default instance that `cacheTags` gave one of these tags, in every namespace and
 * backend that its functions use; of a backend that is shared for all processes. Results of runs under way are not kept
 * if they bear one.
 *
 * @param tags The tags; each a text that is not empty.
 * @returns A promise that resolves when no result with one of the tags is served any more.
 * @throws {ConfigurationError} If one is no tag.
 * @throws {CacheError} If a backend could not do it.
 *
 * @example
 * ```ts
 * import { invalidateTags, opero } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * const load = opero((id: number) => ({ id, owner: "ada" }), {
 *   cache: true,
 *   cacheTags: (document) => [`owner:${document.owner}`],
 * });
 * await load(1);
 * await invalidateTags("owner:ada");
 * assertEquals((await load.withMeta(1)).meta.cache, "miss");
 * ```
 */
export function invalidateTags(...tags: readonly string[]): Promise<void> {
  return invalidateTagsOf(defaultRegistry(), tags);
}

/**
 * Ends what runs over many items, and closes what the default instance opened: connections, files, workers. What is
 * called afterwards opens them again.
 *
 * @returns A promise that resolves when all is closed.
 *
 * @example
 * ```ts
 * import { close } from "@opero/core";
 *
 * await close(); // at the end of a program that used a persistent cache or a pool
 * ```
 */
export function close(): Promise<void> {
  return closeRegistry(defaultRegistry());
}
