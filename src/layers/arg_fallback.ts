import type { Duration } from "../duration.ts";
import { pause } from "../internal/pause.ts";
import type { FallbackParameter } from "../fallback_parameter.ts";
import { anyDuration, type OptionRules } from "../internal/validate.ts";
import { type Call, type Layer, stateOf } from "../layer.ts";
import type { LayerHost } from "../layer_host.ts";

/** Which argument has alternatives, such as the keys of an API. */
export interface ArgFallbackOptions {
  /**
   * The parameter to cycle through: its name, its index from 0, or the name of a property of an
   * options-object parameter. The argument is a list; the function is called with the list from the
   * value being tried onwards, so inside it `apiKey[0]` is always that value.
   */
  readonly argFallback?: string | number | undefined;
  /** The list, when the caller leaves the parameter out. By default the parameter's own, where that is an array of literals. */
  readonly fallbackValues?: readonly unknown[] | undefined;
  /**
   * The wait between two values.
   * @default 0
   */
  readonly fallbackDelay?: Duration | undefined;
}

/** What the options may be. */
export const ARG_FALLBACK_RULES: OptionRules = {
  argFallback: {
    desired: "the name or the index of a parameter",
    accepts: (value) =>
      (typeof value === "string" && value !== "") || (Number.isSafeInteger(value) && (value as number) >= 0),
  },
  fallbackValues: {
    desired: "a non-empty array",
    accepts: (value) => Array.isArray(value) && value.length > 0,
    isPrivate: true,
  },
  fallbackDelay: anyDuration,
};

/**
 * One round over the fallback values: each is tried once, in order, until one gets through.
 *
 * - Success: the value of the first that gets through.
 * - Failure: the error of the last; an error that `retryOn` does not match ends the round at once.
 * - Abort: ends the wait between two values at once.
 *
 * It stands within the retries, which repeat the round, and around the rate limit, so that every
 * value tried takes a token. An argument that is no list, or an empty one, is passed on as it is, once.
 */
export function argFallbackLayer(parameter: FallbackParameter, fallbackDelayMs: number, host: LayerHost): Layer {
  return (next) => {
    async function tryInTurn(call: Call, given: readonly unknown[]): Promise<unknown> {
      // The caller may empty or fill its list while the values are tried: the round is over those it began with.
      const values = given.slice();
      const { args } = call;
      const state = stateOf(call);
      for (let i = 0;; i++) {
        state.fallbackIndex = i;
        call.args = parameter.argsWith(args, values.slice(i));
        try {
          return await next(call);
        } catch (error) {
          if (!host.failures.mayFollow(call, error) || i === values.length - 1) throw error;
          host.telemetry.tell("fallback", host.functionName, call, { fallbackIndex: i + 1, error });
        } finally {
          call.args = args;
        }
        await waitBetween(call);
      }
    }

    function waitBetween(call: Call): Promise<void> | undefined {
      if (fallbackDelayMs === 0) return undefined;
      if (host.clock.now() + fallbackDelayMs >= stateOf(call).deadlineAtMs) {
        throw host.failures.allFailed(call, "deadline");
      }
      return pause(host.clock, call, fallbackDelayMs, "next fallback value");
    }

    return (call) => {
      const values = parameter.valuesOf(call.args);
      return values === undefined ? next(call) : tryInTurn(call, values);
    };
  };
}
