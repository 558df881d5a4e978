import type { AnyFunction, OperoHandles } from "../engine/wrapped.ts";
import type { ShownOptions } from "../engine/shown_options.ts";
import type { MapCalls, Mapped } from "../map/mapped.ts";
import type { OnError } from "../map/opmap_options.ts";
import type { ExtraPolicyName, LightMapOptions, LightOptions } from "./light_options.ts";

/** What the handles of policies that can be passed in are called, by the policy. */
export interface ExtraHandles {
  /** The cached results. */
  readonly cache: "cache";
  /** The circuit breaker. */
  readonly circuitBreaker: "breaker";
  /** The rate limit. */
  readonly rateLimit: "limiter";
}

/** A function that the light door wrapped: itself, with handles. */
export type LightWrapped<F extends AnyFunction, Names extends ExtraPolicyName = never> =
  & F
  & Pick<OperoHandles<F>, "events" | "withMeta" | "with" | ExtraHandles[Names & keyof ExtraHandles]>
  & {
    /** The options in force: defaults filled in, durations in seconds, frozen; what may be a secret is hidden. */
    readonly options: ShownOptions<LightOptions<Parameters<F>, Awaited<ReturnType<F>>, Names>>;
  };

/** A function over many items that the light door made. */
export type LightMapped<This, Item, Value, Errors extends OnError, Names extends ExtraPolicyName = never> =
  & MapCalls<This, Item, Value, Errors>
  & Pick<Mapped<This, Item, Value, Errors>, ExtraHandles[Names & keyof ExtraHandles]>
  & {
    /** The options in force: defaults filled in, durations in seconds, frozen; what may be a secret is hidden. */
    readonly options: ShownOptions<LightMapOptions<Item, Value, Errors, Names>>;
  };
