import { SystemClock } from "../time/system_clock.ts";
import { telemetryLog } from "../telemetry/telemetry_log.ts";
import { clearCache } from "../engine/clear_cache.ts";
import { closeRegistry } from "../engine/close_registry.ts";
import type { Engine } from "../engine/engine.ts";
import type { OperoOptions } from "../engine/opero_options.ts";
import { INSTANCE_RULES } from "../engine/instance_rules.ts";
import { invalidateTags } from "../engine/invalidate_tags.ts";
import { Registry } from "../engine/registry.ts";
import { createWrap, mergeOptions } from "../opero.ts";
import { createMap } from "../opmap.ts";
import { type OptionRule, validateOptions } from "../options/validate.ts";
import type { EventHub } from "../telemetry/events.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { OperoEvents } from "../telemetry/opero_events.ts";
import type { Clock } from "../time/clock.ts";
import { engineWith } from "./engine_with.ts";
import type { ExtraPolicy } from "./extra_policy.ts";
import { lightMap } from "./light_map.ts";
import type { LightOpero } from "./light_opero.ts";
import type { LightOpmap } from "./light_opmap.ts";
import type { ExtraPolicyName, LightOptions } from "./light_options.ts";

/** What an instance of the light door is made of, beside the defaults for its functions. */
export interface LightInstanceParts<Names extends ExtraPolicyName> {
  /** Policies beside those for every day. What is not named here is not loaded. */
  readonly policies?: readonly ExtraPolicy<Names>[] | undefined;
  /** The only source of time. By default the runtime's. */
  readonly clock?: Clock | undefined;
  /** The only source of chance: draws a number from 0 up to 1, exclusive. By default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Takes the log lines of this instance, all levels. By default `configureLogging` decides. */
  readonly logger?: Logger | undefined;
}

/** What an instance of the light door is made with: its parts, and defaults for the options of all its functions. */
export type LightInstanceOptions<Names extends ExtraPolicyName = never> =
  & LightInstanceParts<Names>
  // deno-lint-ignore no-explicit-any -- the functions are not known yet
  & Omit<LightOptions<any, any, NoInfer<Names>>, "name">;

/** An instance of the light door, with the options of the policies `Names`. */
export interface LightInstance<Names extends ExtraPolicyName = never> extends AsyncDisposable {
  /** Makes a function resilient. */
  readonly opero: LightOpero<Names>;
  /** Makes a function one over many items. */
  readonly opmap: LightOpmap<Names>;
  /** What happens in the instance, as it happens. */
  readonly events: EventHub<OperoEvents>;
  /**
   * Removes all cached results in `namespace` (by default `"opero"`), and in no other.
   *
   * @param namespace The namespace; by default `"opero"`.
   */
  clearCache(namespace?: string): Promise<void>;
  /**
   * Removes all cached results that `cacheTags` gave one of these tags.
   *
   * @param tags The tags, one or more.
   */
  invalidateTags(...tags: readonly string[]): Promise<void>;
  /** Ends what runs over many items, and closes what the instance opened. No run begins after it. */
  close(): Promise<void>;
}

const policiesRule: OptionRule = {
  desired: 'an array of "@opero/core/policies", such as [cache, rateLimit]',
  accepts: Array.isArray,
};

/**
 * Makes an instance of the light door: the options for every day, and those of the policies that are passed in. A bundler
 * takes up only what is named.
 *
 * @param options The policies, defaults for all functions of the instance, and its clock, random source and logger.
 * @returns The instance.
 * @throws {ConfigurationError} If an option is unknown or wrong, or of a policy that is not passed in.
 * @example
 * ```ts
 * import { createOpero } from "@opero/core/light";
 * import { cache } from "@opero/core/policies";
 * import { assertEquals } from "@std/assert";
 *
 * const { opero } = createOpero({ policies: [cache], cacheTtl: "1m" });
 * let calls = 0;
 * const double = opero((n: number) => (calls++, 2 * n), { cache: true });
 * assertEquals([await double(21), await double(21), calls], [42, 42, 1]);
 * ```
 */
export function createOpero<Names extends ExtraPolicyName = never>(
  options: LightInstanceOptions<Names> = {} as LightInstanceOptions<Names>,
): LightInstance<Names> {
  const task = "create an instance";
  const { policies = [], ...given } = options as LightInstanceParts<Names>;
  validateOptions(task, { policies }, { policies: policiesRule });
  const engine = engineWith(task, policies);
  validateOptions(task, given, { ...engine.table.rules, ...INSTANCE_RULES }, "", engine.table.hint);
  const merged: OperoOptions & Omit<LightInstanceParts<Names>, "policies"> = mergeOptions(task, {}, given);
  const { clock = new SystemClock(), random, logger, ...defaults } = merged;
  return open(new Registry({ defaults, log: telemetryLog(logger), clock, random }), engine);
}

function open<Names extends ExtraPolicyName>(registry: Registry, engine: Engine): LightInstance<Names> {
  const close = () => closeRegistry(registry);
  return {
    opero: createWrap(registry, engine) as LightOpero<Names>,
    opmap: createMap(registry, lightMap(engine)) as LightOpmap<Names>,
    events: registry.telemetry.events,
    clearCache: (namespace) => clearCache(registry, namespace),
    invalidateTags: (...tags) => invalidateTags(registry, tags),
    close,
    [Symbol.asyncDispose]: close,
  };
}
