/**
 * The light door: retries with backoff and jitter, timeout, deadline, failed answers, a fallback value and abort signals,
 * for functions and for lists, in a quarter of the size of `@opero/core`. All names mean the same there. Further
 * policies are passed to `createOpero({ policies })`.
 *
 * @example
 * ```ts
 * import { isTransient, opero } from "@opero/core/light";
 * import { assertEquals } from "@std/assert";
 *
 * const area = opero((width: number, height: number) => width * height, { retries: 3, retryOn: isTransient });
 * assertEquals(await area(3, 4), 12);
 * ```
 *
 * @module
 */
export { opero, opmap } from "./src/light/light_instance.ts";
export {
  createOpero,
  type LightInstance,
  type LightInstanceOptions,
  type LightInstanceParts,
} from "./src/light/create_light_opero.ts";
export type { ExtraPolicy } from "./src/light/extra_policy.ts";
export type { LightOpero, LightWrapper } from "./src/light/light_opero.ts";
export type { LightMapWrapper, LightOpmap } from "./src/light/light_opmap.ts";
export type { ExtraHandles, LightMapped, LightWrapped } from "./src/light/light_wrapped.ts";
export type {
  EverydayOption,
  ExtraOptionNames,
  ExtraPolicyName,
  LightMapOptions,
  LightOptions,
} from "./src/light/light_options.ts";
export { currentCall } from "./src/attempt/current_call.ts";
export {
  AllFailedError,
  CacheError,
  CircuitOpenError,
  ConfigurationError,
  isOperoError,
  MapError,
  OperoError,
  OverloadError,
  RateLimitError,
  ResultError,
  SerializationError,
  TimeoutError,
} from "./src/errors.ts";
export { isFailedResponse } from "./src/retry/is_failed_response.ts";
export { isTransient } from "./src/retry/is_transient.ts";
