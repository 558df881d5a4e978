import { BackendResults } from "../cache/backend_results.ts";
import type { CacheBackend } from "../cache/cache_backend.ts";
import { CachedResults } from "../cache/cached_results.ts";
import { type CacheKeyFunction, MemoryResults } from "../cache/memory_results.ts";
import { MemoryStore, type MemoryStoreLimits } from "../cache/memory_store.ts";
import type { ResultStore } from "../cache/result_store.ts";
import { parseDuration } from "../duration.ts";
import { type OptionRules, positiveInteger, validateOptions } from "../internal/validate.ts";
import type { LayerHost } from "../layer_host.ts";
import { DEFAULT_CACHE_TIMEOUT_MS } from "../layers/cache.ts";
import type { OperoOptions } from "./opero_options.ts";
import type { Registry } from "./registry.ts";
import type { AnyFunction } from "./wrapped.ts";

/** What a function's cache is opened for. */
export interface FunctionCacheParts {
  readonly fn: AnyFunction;
  readonly task: string;
  readonly options: OperoOptions;
  readonly registry: Registry;
  readonly host: LayerHost;
  /** The arguments that count for a key. */
  readonly keyArguments: (args: readonly unknown[]) => readonly unknown[];
}

/**
 * Opens the cache that the options ask for.
 *
 * @throws {ConfigurationError} If the configuration of the backend is wrong, or it is not there.
 */
export function openFunctionCache(parts: FunctionCacheParts): CachedResults {
  const { options, registry, host } = parts;
  const { cacheBackend = "memory", cacheNamespace = "opero" } = options;
  const freshness = {
    ttlMs: parseDuration(options.cacheTtl) ?? Infinity,
    staleMs: parseDuration(options.cacheStale) ?? 0,
    staleIfErrorMs: parseDuration(options.cacheStaleIfError) ?? 0,
  };
  // The store reports its troubles to the cache that it is made for.
  const cache: CachedResults = new CachedResults(
    cacheBackend === "memory" ? openMemory(parts) : openBackend(parts, cacheBackend, () => cache),
    freshness,
    host,
  );
  registry.addCache(cacheNamespace, cache);
  return cache;
}

const MEMORY_RULES: OptionRules = {
  maxEntries: { ...positiveInteger, isPrivate: true },
  maxBytes: { ...positiveInteger, isPrivate: true },
};

function openMemory({ task, options, registry, keyArguments }: FunctionCacheParts): ResultStore {
  const { cacheNamespace = "opero", cacheId, cacheBackendConfig = {}, cacheKey } = options;
  validateOptions(task, cacheBackendConfig, MEMORY_RULES, "cacheBackendConfig.");
  const { maxEntries = 10_000, maxBytes } = cacheBackendConfig as Partial<MemoryStoreLimits>;
  const limits = { maxEntries, maxBytes };
  const store = cacheId === undefined ? new MemoryStore(limits) : registry.namedStore(cacheNamespace, cacheId, limits);
  return new MemoryResults(store, registry.clock, cacheKey as CacheKeyFunction | undefined, keyArguments);
}

function openBackend(
  { fn, task, options, registry, host, keyArguments }: FunctionCacheParts,
  cacheBackend: string | CacheBackend,
  cacheOf: () => CachedResults,
): ResultStore {
  const { cacheNamespace = "opero", cacheId, cacheBackendConfig = {}, cacheKey } = options;
  const identity = cacheId === undefined ? `function:${fn.name}:${fn}` : `id:${cacheId}`;
  const backend = registry.backends.use({
    task,
    backend: cacheBackend,
    config: cacheBackendConfig,
    timeoutMs: parseDuration(options.cacheTimeout) ?? DEFAULT_CACHE_TIMEOUT_MS,
    onError: (operation, error) => cacheOf().noteTrouble(operation, error),
    fn,
    functionName: host.functionName,
    identity: JSON.stringify([cacheNamespace, identity]),
    isIdentityChosen: cacheId !== undefined,
  });
  return new BackendResults({
    backend,
    clock: registry.clock,
    namespace: cacheNamespace,
    identity,
    version: options.cacheVersion === undefined ? "" : String(options.cacheVersion),
    cacheKey: cacheKey as CacheKeyFunction | undefined,
    keyArguments,
  });
}
