import { SystemClock } from "./time/system_clock.ts";
import { telemetryLog } from "./telemetry/telemetry_log.ts";
import type { EventHub } from "./telemetry/events.ts";
import { finiteDuration, type OptionRules, positiveInteger, validateOptions } from "./options/validate.ts";
import { createWrap, mergeOptions, type Opero } from "./opero.ts";
import { createMap, type Opmap } from "./opmap.ts";
import type { InstanceOptions } from "./engine/instance_options.ts";
import { clearCache } from "./engine/clear_cache.ts";
import { closeRegistry } from "./engine/close_registry.ts";
import { FULL_ENGINE } from "./engine/full_engine.ts";
import { INSTANCE_RULES } from "./engine/instance_rules.ts";
import { invalidateTags } from "./engine/invalidate_tags.ts";
import { Registry } from "./engine/registry.ts";
import { FULL_MAP } from "./map/full_map.ts";
import type { OperoEvents } from "./telemetry/opero_events.ts";

/** An instance: functions that share a global rate limit, caches, events and what has to be closed, with no other. */
export interface OperoInstance extends AsyncDisposable {
  /** Makes a function resilient. */
  readonly opero: Opero;
  /** Makes a function one over many items. */
  readonly opmap: Opmap;
  /** What happens in the instance, as it happens. */
  readonly events: EventHub<OperoEvents>;
  /**
   * Removes all cached results in `namespace` (by default `"opero"`), and in no other.
   *
   * @param namespace The namespace; by default `"opero"`.
   */
  clearCache(namespace?: string): Promise<void>;
  /**
   * Removes all cached results that `cacheTags` gave one of these tags, in every namespace and backend that functions of
   * the instance use; of a backend that is shared for all processes. Results of runs under way are not kept if they bear
   * one. Rejects with a `CacheError` where a backend could not do it.
   *
   * @param tags The tags, one or more.
   */
  invalidateTags(...tags: readonly string[]): Promise<void>;
  /**
   * Ends what runs over many items, which rejects with an `AbortError`, and closes what the instance opened:
   * connections, files, workers. What was passed in stays open. No run over items begins after it. A cached function that
   * is called afterwards opens its backend again, until the next close; what ran at the time of the close is not kept.
   */
  close(): Promise<void>;
}

const RULES: OptionRules = {
  ...FULL_ENGINE.table.rules,
  ...INSTANCE_RULES,
  maxThreads: positiveInteger,
  idleTimeout: finiteDuration,
};

/**
 * Makes an instance of its own, with defaults for all its functions. The exported `opero` belongs
 * to the default instance.
 *
 * @param options Defaults for all functions of the instance, and its clock, random source and logger.
 * @returns The instance.
 * @throws {ConfigurationError} If an option is unknown or wrong.
 * @example
 * ```ts
 * import { createOpero } from "@opero/core";
 * import { assertEquals } from "@std/assert";
 *
 * await using instance = createOpero({ retries: 5, cache: true, cacheTtl: "1m" });
 * const double = instance.opero((n: number) => 2 * n);
 * assertEquals(await double(21), 42);
 * assertEquals(double.options.retries, 5);
 * ```
 */
export function createOpero(options: InstanceOptions = {}): OperoInstance {
  const task = "create an instance";
  validateOptions(task, options, RULES, "", FULL_ENGINE.table.hint);
  const merged = mergeOptions(task, {}, options) as InstanceOptions;
  const { clock = new SystemClock(), random, logger, maxThreads, idleTimeout, ...defaults } = merged;
  const registry = new Registry({ defaults, log: telemetryLog(logger), clock, random, maxThreads, idleTimeout });
  const close = () => closeRegistry(registry);
  return {
    opero: createWrap(registry, FULL_ENGINE),
    opmap: createMap(registry, FULL_MAP),
    events: registry.telemetry.events,
    clearCache: (namespace) => clearCache(registry, namespace),
    invalidateTags: (...tags) => invalidateTags(registry, tags),
    close,
    [Symbol.asyncDispose]: close,
  };
}
