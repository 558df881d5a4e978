import { type AskResult, KeepRules } from "../cache/results/keep_rules.ts";
import { KeptErrors } from "../cache/results/kept_errors.ts";
import { NotedResults } from "../cache/results/noted_results.ts";
import { RefreshAhead } from "../cache/results/refresh_ahead.ts";
import type { Freshness } from "../cache/results/freshness.ts";
import type { FilledOptions } from "./opero_options.ts";
import { Behind } from "../cache/results/behind.ts";
import { BackendResults } from "../cache/results/backend_results.ts";
import { CachedResults } from "../cache/results/cached_results.ts";
import { MemoryResults } from "../cache/results/memory_results.ts";
import type { Flights } from "../cache/results/flights.ts";
import type { MemoryStoreLimits } from "../cache/memory/memory_store.ts";
import { RefreshPace } from "../cache/results/refresh_pace.ts";
import type { ResultStore } from "../cache/results/result_store.ts";
import { parseDuration } from "../time/duration.ts";
import { resolveRetry } from "../layers/retry.ts";
import type { OpenBackend } from "./backend_list.ts";
import { cachePlace, type FunctionCacheParts } from "./cache_place.ts";
import { InstanceCaches } from "./instance_caches.ts";
import { receiverFinder } from "./receiver_finder.ts";
import { runLockOf } from "./run_lock_of.ts";

/**
 * Opens the cache that the options ask for, which have been checked.
 *
 * @param parts The function, its options and its instance.
 * @returns The results that the cache keeps for the function.
 * @throws {ConfigurationError} If the configuration of the backend is wrong, or it is not there.
 */
export function openFunctionCache(parts: FunctionCacheParts): CachedResults {
  const { options, registry, host } = parts;
  const caches = registry.caches ??= new InstanceCaches(registry.clock, registry.telemetry);
  const place = cachePlace(parts, caches.list);
  const freshness = {
    ttlMs: parseDuration(options.cacheTtl) ?? Infinity,
    staleMs: parseDuration(options.cacheStale) ?? 0,
    staleIfErrorMs: parseDuration(options.cacheStaleIfError) ?? 0,
  };
  const pace = new RefreshPace(
    resolveRetry({ ...host, task: parts.task }, options),
    freshness.ttlMs,
    registry.clock,
    host.random,
  );
  // The store reports its troubles to the cache that it is made for.
  const kept: Kept = "limits" in place
    ? openMemory(parts, place.limits, caches)
    : openBackend(parts, place, caches, () => cache);
  const cache: CachedResults = new CachedResults({
    ...kept,
    freshness,
    rules: keepRules(parts, freshness),
    errors: keptErrors(parts, caches),
    ahead: options.cacheRefreshAhead === undefined
      ? undefined
      : new RefreshAhead(options.cacheRefreshAhead, host.random),
    pace,
    behind: new Behind(options.waitUntil, host),
    lock: runLockOf(parts, place, kept.store),
    host,
  });
  caches.addCache(options.cacheNamespace, cache);
  return cache;
}

/** Whether more is remembered of a result than its value. */
function isNoted({ cacheTags, cacheRefreshAhead }: FilledOptions): boolean {
  return cacheTags !== undefined || cacheRefreshAhead !== undefined;
}

function keepRules({ options, host }: FunctionCacheParts, freshness: Freshness): KeepRules {
  const { cacheIf, cacheTtl, cacheTags } = options;
  return new KeepRules({
    functionName: host.functionName,
    freshness,
    cacheIf: cacheIf as AskResult | undefined,
    cacheTtl: typeof cacheTtl === "function" ? cacheTtl as AskResult : undefined,
    cacheTags: cacheTags as AskResult | undefined,
    isTimed: isNoted(options),
  });
}

function keptErrors(
  { options: { cacheErrors }, registry }: FunctionCacheParts,
  caches: InstanceCaches,
): KeptErrors | undefined {
  if (cacheErrors === undefined) return undefined;
  return new KeptErrors(caches.newStore({}), parseDuration(cacheErrors)!, registry.clock);
}

/** What keeps results, and the runs of all functions that keep theirs in the same place. */
interface Kept {
  readonly store: ResultStore;
  readonly flights: Flights;
}

function openMemory(
  { fn, options, registry, host, keyArguments }: FunctionCacheParts,
  limits: MemoryStoreLimits,
  caches: InstanceCaches,
): Kept {
  const { cacheNamespace, cacheId, cacheKey } = options;
  const store = cacheId === undefined ? caches.newStore(limits) : caches.namedStore(cacheNamespace, cacheId, limits);
  return {
    store: new MemoryResults(store, registry.clock, cacheKey, keyArguments, receiverFinder(fn, host)),
    flights: caches.flightsOf(store),
  };
}

function openBackend(
  { fn, options, registry, host, keyArguments }: FunctionCacheParts,
  { open, identity }: { readonly open: OpenBackend; readonly identity: string },
  caches: InstanceCaches,
  cacheOf: () => CachedResults,
): Kept {
  const { cacheNamespace, cacheId, cacheKey } = options;
  const { cache: backend, flights, tags } = caches.backends.use({
    open,
    namespace: cacheNamespace,
    timeoutMs: parseDuration(options.cacheTimeout)!,
    connectTimeoutMs: parseDuration(options.connectTimeout)!,
    onError: (operation, error) => cacheOf().account.recordTrouble(operation, error),
    fn,
    functionName: host.functionName,
    identity: JSON.stringify([cacheNamespace, identity]),
    isIdentityChosen: cacheId !== undefined,
  });
  const results = new BackendResults({
    backend,
    isNoted: isNoted(options),
    clock: registry.clock,
    namespace: cacheNamespace,
    identity,
    version: options.cacheVersion === undefined ? "" : String(options.cacheVersion),
    cacheKey,
    keyArguments,
    receiverOf: receiverFinder(fn, host),
  });
  return { store: isNoted(options) ? new NotedResults(results, tags(host.random)) : results, flights };
}
