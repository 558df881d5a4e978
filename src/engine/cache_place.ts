import type { MemoryStoreLimits } from "../cache/memory/memory_store.ts";
import type { LayerHost } from "../attempt/layer_host.ts";
import { type OptionRules, positiveInteger, validateOptions } from "../options/validate.ts";
import type { BackendList, OpenBackend } from "./backend_list.ts";
import { functionIdentity } from "./function_identity.ts";
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

/** Where a function keeps its results: in memory, or in a backend under an identity. */
export type CachePlace =
  | { readonly limits: MemoryStoreLimits }
  | { readonly open: OpenBackend; readonly identity: string };

const MEMORY_RULES: OptionRules = {
  maxEntries: { ...positiveInteger, isPrivate: true },
  maxBytes: { ...positiveInteger, isPrivate: true },
};

/**
 * Finds where the options ask for results to be kept.
 *
 * @param parts The function, its options and its instance.
 * @param backends The backends of the instance.
 * @returns The place.
 * @throws {ConfigurationError} If the configuration of the backend is wrong, or it is not there.
 */
export function cachePlace({ fn, task, options, host }: FunctionCacheParts, backends: BackendList): CachePlace {
  const { cacheBackend, cacheBackendConfig = {} } = options;
  if (cacheBackend !== "memory") {
    const identity = functionIdentity(fn, task, host.functionName, options);
    return { open: backends.open(task, cacheBackend, cacheBackendConfig), identity };
  }
  validateOptions(task, cacheBackendConfig, MEMORY_RULES, "cacheBackendConfig.");
  const { maxEntries, maxBytes } = cacheBackendConfig as MemoryStoreLimits;
  return { limits: { maxEntries, maxBytes } };
}
