import { MemoryResults } from "./cache/memory_results.ts";
import { MemoryStore, type MemoryStoreLimits } from "./cache/memory_store.ts";
import { parseDuration } from "./duration.ts";
import { type OptionRules, positiveInteger, validateOptions } from "./internal/validate.ts";
import type { LayerHost } from "./layer_host.ts";
import { CachedResults } from "./layers/cache.ts";
import type { OperoOptions } from "./opero_options.ts";
import type { Registry } from "./registry.ts";
import type { AnyFunction } from "./wrapped.ts";

const MEMORY_RULES: OptionRules = { maxEntries: positiveInteger, maxBytes: positiveInteger };

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
export function openCache({ options, task, registry, host, keyArguments }: FunctionCacheParts): CachedResults {
  const { cacheNamespace = "opero", cacheId, cacheBackendConfig = {} } = options;
  validateOptions(task, cacheBackendConfig, MEMORY_RULES, "cacheBackendConfig.");
  const limits = { maxEntries: 10_000, ...cacheBackendConfig } as MemoryStoreLimits;
  const store = cacheId === undefined ? new MemoryStore(limits) : registry.namedStore(cacheNamespace, cacheId, limits);
  const results = new MemoryResults(store, registry.clock, options.cacheKey as never, keyArguments);
  const freshness = {
    ttlMs: durationMs(options.cacheTtl) ?? Infinity,
    staleMs: durationMs(options.cacheStale) ?? 0,
    staleIfErrorMs: durationMs(options.cacheStaleIfError) ?? 0,
  };
  const cache = new CachedResults(results, freshness, host);
  registry.addCache(cacheNamespace, cache);
  return cache;
}

function durationMs(value: unknown): number | undefined {
  return value === undefined ? undefined : parseDuration(value);
}
