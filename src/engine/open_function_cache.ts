import { BackendResults } from "../cache/results/backend_results.ts";
import type { CacheBackend } from "../cache/backend/cache_backend.ts";
import { CachedResults } from "../cache/results/cached_results.ts";
import { type CacheKeyFunction, MemoryResults } from "../cache/results/memory_results.ts";
import type { Flights } from "../cache/results/flights.ts";
import type { MemoryStoreLimits } from "../cache/memory/memory_store.ts";
import { RefreshPace } from "../cache/results/refresh_pace.ts";
import type { ResultStore } from "../cache/results/result_store.ts";
import { parseDuration } from "../time/duration.ts";
import { type OptionRules, positiveInteger, validateOptions } from "../options/validate.ts";
import type { LayerHost } from "../attempt/layer_host.ts";
import { resolveRetry } from "../layers/retry.ts";
import { functionIdentity, receiverFinder } from "./function_identity.ts";
import type { FilledOptions } from "./opero_options.ts";
import type { Registry } from "./registry.ts";
import type { AnyFunction } from "./wrapped.ts";

/** What a function's cache is opened for. */
export interface FunctionCacheParts {
  readonly fn: AnyFunction;
  readonly task: string;
  readonly options: FilledOptions;
  readonly registry: Registry;
  readonly host: LayerHost;
  /** The arguments that count for a key. */
  readonly keyArguments: (args: readonly unknown[]) => readonly unknown[];
}

/**
 * Opens the cache that the options ask for.
 *
 * @param parts The function, its options and the instance's backends.
 * @returns The results that the cache keeps for the function.
 * @throws {ConfigurationError} If the configuration of the backend is wrong, or it is not there.
 */
export function openFunctionCache(parts: FunctionCacheParts): CachedResults {
  const { options, registry, host } = parts;
  const { cacheBackend, cacheNamespace } = options;
  const freshness = {
    ttlMs: parseDuration(options.cacheTtl) ?? Infinity,
    staleMs: parseDuration(options.cacheStale) ?? 0,
    staleIfErrorMs: parseDuration(options.cacheStaleIfError) ?? 0,
  };
  const pace = new RefreshPace(resolveRetry(parts.task, options), freshness.ttlMs, registry.clock, host.random);
  // The store reports its troubles to the cache that it is made for.
  const place: Place = cacheBackend === "memory" ? openMemory(parts) : openBackend(parts, cacheBackend, () => cache);
  const cache: CachedResults = new CachedResults({ ...place, freshness, pace, host });
  registry.addCache(cacheNamespace, cache);
  return cache;
}

/** Where results are kept, and the runs of all functions that keep theirs in the same place. */
interface Place {
  readonly store: ResultStore;
  readonly flights: Flights;
}

const MEMORY_RULES: OptionRules = {
  maxEntries: { ...positiveInteger, isPrivate: true },
  maxBytes: { ...positiveInteger, isPrivate: true },
};

function openMemory({ fn, task, options, registry, host, keyArguments }: FunctionCacheParts): Place {
  const { cacheNamespace, cacheId, cacheBackendConfig = {}, cacheKey } = options;
  validateOptions(task, cacheBackendConfig, MEMORY_RULES, "cacheBackendConfig.");
  const { maxEntries = 10_000, maxBytes } = cacheBackendConfig as Partial<MemoryStoreLimits>;
  const limits = { maxEntries, maxBytes };
  const store = cacheId === undefined
    ? registry.newStore(limits)
    : registry.namedStore(cacheNamespace, cacheId, limits);
  const keyOf = cacheKey as CacheKeyFunction | undefined;
  return {
    store: new MemoryResults(store, registry.clock, keyOf, keyArguments, receiverFinder(fn, host)),
    flights: registry.flightsOf(store),
  };
}

function openBackend(
  { fn, task, options, registry, host, keyArguments }: FunctionCacheParts,
  cacheBackend: string | CacheBackend,
  cacheOf: () => CachedResults,
): Place {
  const { cacheNamespace, cacheId, cacheBackendConfig = {}, cacheKey } = options;
  const identity = functionIdentity(fn, task, host.functionName, options);
  const { cache: backend, flights } = registry.backends.use({
    task,
    backend: cacheBackend,
    config: cacheBackendConfig,
    timeoutMs: parseDuration(options.cacheTimeout)!,
    connectTimeoutMs: parseDuration(options.connectTimeout)!,
    onError: (operation, error) => cacheOf().account.noteTrouble(operation, error),
    fn,
    functionName: host.functionName,
    identity: JSON.stringify([cacheNamespace, identity]),
    isIdentityChosen: cacheId !== undefined,
  });
  const store = new BackendResults({
    backend,
    clock: registry.clock,
    namespace: cacheNamespace,
    identity,
    version: options.cacheVersion === undefined ? "" : String(options.cacheVersion),
    cacheKey: cacheKey as CacheKeyFunction | undefined,
    keyArguments,
    receiverOf: receiverFinder(fn, host),
  });
  return { store, flights };
}
