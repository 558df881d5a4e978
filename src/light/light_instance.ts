import { Registry } from "../engine/registry.ts";
import { requirePlatform } from "../runtime/require_platform.ts";
import { createWrap } from "../opero.ts";
import { createMap } from "../opmap.ts";
import { LIGHT_ENGINE } from "./light_engine.ts";
import { lightMap } from "./light_map.ts";
import { PlainClock } from "../time/plain_clock.ts";
import type { LightOpero } from "./light_opero.ts";
import type { LightOpmap } from "./light_opmap.ts";

requirePlatform();

// Made when first used: an import has no effect, and who wraps functions alone loads nothing of maps.
let registry: Registry | undefined;
let wrap: LightOpero | undefined;
let map: LightOpmap | undefined;

function lightRegistry(): Registry {
  return registry ??= new Registry({ defaults: {}, clock: new PlainClock(), isReopenable: true });
}

/**
 * Makes a function resilient, with the options for every day: retries with backoff and jitter, `timeout`, `deadline`,
 * `failOn`, `fallback`, `reraise`, `signal` and `name`. Their meaning and their order are those of `@opero/core`, of which
 * this is the smallest part that works; `createOpero({ policies })` adds others.
 *
 * @throws {ConfigurationError} If an option is unknown or wrong, or one of those that are elsewhere; it says where.
 * @example
 * ```ts
 * import { opero } from "@opero/core/light";
 * import { assertEquals } from "@std/assert";
 *
 * let calls = 0;
 * const load = async (id: string) => {
 *   if (++calls < 3) throw new Error("busy");
 *   return { id };
 * };
 * const getUser = opero(load, { retries: 3, minDelay: "1ms", timeout: "2s" });
 * assertEquals(await getUser("ada"), { id: "ada" });
 * ```
 */
export const opero: LightOpero = ((...args: Parameters<LightOpero>) => {
  wrap ??= createWrap(lightRegistry(), LIGHT_ENGINE) as LightOpero;
  return wrap(...args);
}) as LightOpero;

/**
 * Makes a function of one item a function over many, some at a time, on this thread, each with the options of
 * {@link opero}.
 *
 * @throws {ConfigurationError} If an option is unknown or wrong, or one of those that are elsewhere; it says where.
 * @example
 * ```ts
 * import { opmap } from "@opero/core/light";
 * import { assertEquals } from "@std/assert";
 *
 * const lengths = opmap(async (word: string) => word.length, { workers: 2, progress: false });
 * assertEquals(await lengths(["one", "three"]), [3, 5]);
 * ```
 */
export const opmap: LightOpmap = ((...args: Parameters<LightOpmap>) => {
  map ??= createMap(lightRegistry(), lightMap(LIGHT_ENGINE)) as LightOpmap;
  return map(...args);
}) as LightOpmap;
